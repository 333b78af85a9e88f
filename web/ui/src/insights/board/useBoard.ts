/** The cards of the page: those asked now, and those of the board. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { problemOf } from "../../api/client";
import type { Problem } from "../../api/types";
import type { Chat } from "../../chat/state";
import { arrange, complete, pin as pinSteps, readBoard, unpin } from "./api";
import type { CardData } from "./Card";
import { tell } from "./messages";
import type { BoardEntry } from "./types";

const N_EXAMPLES = 6;

export interface BoardControl {
  asked: CardData[];
  /** Null until it is read. */
  pinned: CardData[] | null;
  examples: string[] | null;
  problem: Problem | null;
  load: () => void;
  ask: (question: string) => void;
  pin: (card: CardData, steps: string[], chat: Chat) => Promise<void>;
  dismiss: (card: CardData) => void;
  remove: (card: CardData) => Promise<void>;
  move: (card: CardData, by: 1 | -1) => Promise<void>;
}

const cardOf = (entry: BoardEntry): CardData => ({
  key: entry.entry_id,
  entryId: entry.entry_id,
  steps: [entry.question, ...entry.follow_ups],
  known: null,
});

/** The button that was used is gone: whoever goes on by keyboard goes on from here. */
const focusBoard = (): void =>
  document.getElementById("board-title")?.focus({ preventScroll: true });

export function useBoard(announce: (text: string) => void): BoardControl {
  const [asked, setAsked] = useState<CardData[]>([]);
  const [pinned, setPinned] = useState<CardData[] | null>(null);
  const [examples, setExamples] = useState<string[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const nAsked = useRef(0);
  const load = useCallback(() => {
    setProblem(null);
    Promise.all([readBoard(), complete("")]).then(
      ([entries, questions]) => {
        setPinned(entries.map(cardOf));
        setExamples(questions.slice(0, N_EXAMPLES));
      },
      (error: unknown) => setProblem(problemOf(error)),
    );
  }, []);
  useEffect(load, [load]);

  const ask = useCallback((question: string): void => {
    nAsked.current += 1;
    const card = { key: `asked-${nAsked.current}`, entryId: null, steps: [question], known: null };
    setAsked((now) => [card, ...now]);
  }, []);
  const dismiss = (card: CardData): void => {
    setAsked((now) => now.filter((item) => item.key !== card.key));
    focusBoard();
  };
  const pin = async (card: CardData, steps: string[], chat: Chat): Promise<void> => {
    const entry = await pinSteps(steps);
    // The answer is there: the card moves, and is asked anew at the next visit.
    const moved = { ...cardOf(entry), steps: card.steps, known: chat };
    setPinned((now) => [...(now ?? []).filter((item) => item.key !== moved.key), moved]);
    dismiss(card);
    announce(tell.pinned);
  };
  const remove = async (card: CardData): Promise<void> => {
    if (card.entryId === null) return;
    await unpin(card.entryId);
    setPinned((now) => now && now.filter((item) => item.key !== card.key));
    announce(tell.unpinned);
    focusBoard();
  };
  const move = async (card: CardData, by: 1 | -1): Promise<void> => {
    if (!pinned) return;
    const from = pinned.indexOf(card);
    const to = from + by;
    if (from < 0 || to < 0 || to >= pinned.length) return;
    const next = pinned.filter((item) => item !== card);
    next.splice(to, 0, card);
    await arrange(next.map((item) => item.key));
    setPinned(next);
    announce(tell.moved(to + 1, next.length));
  };
  return { asked, pinned, examples, problem, load, ask, pin, dismiss, remove, move };
}
