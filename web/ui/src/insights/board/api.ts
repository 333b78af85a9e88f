/** Calls of the board. */

import { get, post, remove } from "../../api/client";
import type { Turn } from "../../api/types";
import type { BoardEntry, SavedQuestion } from "./types";

const BOARD = "/insights/board";

export const readBoard = async (): Promise<BoardEntry[]> =>
  (await get<{ entries: BoardEntry[] }>(BOARD)).entries;

export const readSaved = async (): Promise<SavedQuestion[]> =>
  (await get<{ questions: SavedQuestion[] }>("/insights/saved")).questions;

/** Whole questions that begin like a text; each has an answer. */
export const complete = async (text: string): Promise<string[]> =>
  (await get<{ suggestions: string[] }>(`/insights/suggestions?q=${encodeURIComponent(text)}`))
    .suggestions;

export const pin = async (questions: readonly string[]): Promise<BoardEntry> => {
  const [question, ...followUps] = questions;
  return (await (await post(BOARD, { question, follow_ups: followUps })).json()) as BoardEntry;
};

export const unpin = async (entryId: string): Promise<void> =>
  void (await remove(`${BOARD}/${entryId}`));

export const arrange = async (entryIds: readonly string[]): Promise<void> =>
  void (await post(`${BOARD}/order`, { entry_ids: entryIds }));

/** Two at a time: a board of many questions leaves room for whoever else asks. */
const MOST_AT_ONCE = 2;
const waiting: (() => void)[] = [];
let nRunning = 0;

export async function askEntry(entryId: string, signal: AbortSignal): Promise<Turn> {
  if (nRunning >= MOST_AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  nRunning += 1;
  try {
    signal.throwIfAborted();
    return (await (await post(`${BOARD}/${entryId}/ask`, {}, { signal })).json()) as Turn;
  } finally {
    nRunning -= 1;
    waiting.shift()?.();
  }
}
