/** One card: a question, what followed it, and the answers, in a conversation of their own. */

import { useCallback, useEffect, useReducer, useRef } from "preact/hooks";
import { ask as askServer, problemOf } from "../../api/client";
import type { TurnEvent } from "../../api/types";
import { type Chat, EMPTY, reduce, type ShownTurn } from "../../chat/state";
import { askEntry } from "./api";

interface Given {
  /** What the card begins with: an entry of the board, or a question. */
  entryId: string | null;
  question: string;
  /** What the card had before it was moved to the board. */
  known: Chat | null;
  onAnswered: (text: string) => void;
}

export interface CardControl {
  chat: Chat;
  shown: ShownTurn | null;
  isBusy: boolean;
  goOn: (text: string) => void;
  again: () => void;
}

export function useCard({ entryId, question, known, onAnswered }: Given): CardControl {
  const [chat, dispatch] = useReducer(reduce, known ?? EMPTY);
  const running = useRef<AbortController | null>(null);
  const conversationId = useRef(known?.conversationId ?? null);
  const told = useRef(onAnswered);
  told.current = onAnswered;

  const run = useCallback((text: string, key: string, fromEntry: string | null) => {
    running.current?.abort();
    const control = new AbortController();
    running.current = control;
    dispatch({ kind: "ask", key, question: text });
    const take = (event: TurnEvent): void => {
      if (control.signal.aborted) return;
      if (event.kind === "route" || event.kind === "done") {
        conversationId.current = event.data.conversation_id;
      }
      dispatch({ kind: "event", key, event });
      if (event.kind === "done") told.current(event.data.text.split("\n")[0] ?? "");
    };
    const asked = fromEntry
      ? askEntry(fromEntry, control.signal).then((turn) => {
          const { route, conversation_id } = turn;
          take({ kind: "route", data: { route, conversation_id } });
          take({ kind: "done", data: turn });
        })
      : askServer(text, conversationId.current, control.signal, take);
    asked
      .catch((error: unknown) => {
        if (!control.signal.aborted) dispatch({ kind: "fail", key, problem: problemOf(error) });
      })
      .finally(() => {
        if (running.current === control) running.current = null;
      });
  }, []);

  useEffect(() => {
    if (!known) run(question, "first", entryId);
    return () => running.current?.abort();
  }, []); // a card is made for one question: another one is another card

  const shown = chat.turns.at(-1) ?? null;
  const goOn = (text: string): void => run(text, `next-${chat.turns.length}`, null);
  const again = (): void => {
    if (shown) run(shown.question, shown.key, shown.key === "first" ? entryId : null);
  };
  return { chat, shown, isBusy: shown?.status === "streaming", goOn, again };
}

/** What must be asked to come to the shown answer: what was refused on the way is left out. */
export function stepsOf(chat: Chat, before: readonly string[]): string[] {
  const turns = chat.turns.filter(
    (item, place) =>
      place === chat.turns.length - 1 ||
      item.turn?.outcome === "answered" ||
      item.turn?.outcome === "clarification",
  );
  return [...before, ...turns.map((item) => item.question)];
}
