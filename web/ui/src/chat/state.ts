/** The turns on the page, and what events make of them. Pure. */

import type { Choice, Citation, Finding, Problem, Turn, TurnEvent } from "../api/types";

export type Status = "streaming" | "done" | "stopped" | "failed";

export interface ShownTurn {
  key: string;
  question: string;
  status: Status;
  text: string;
  citations: Citation[];
  finding: Finding | null;
  choices: Choice[];
  turn: Turn | null;
  problem: Problem | null;
}

export interface Chat {
  conversationId: string | null;
  turns: ShownTurn[];
}

export type ChatAction =
  | { kind: "reset" }
  | { kind: "load"; conversationId: string; turns: Turn[] }
  | { kind: "ask"; key: string; question: string }
  | { kind: "event"; key: string; event: TurnEvent }
  | { kind: "stop"; key: string }
  | { kind: "fail"; key: string; problem: Problem };

export const EMPTY: Chat = { conversationId: null, turns: [] };

export function reduce(chat: Chat, action: ChatAction): Chat {
  switch (action.kind) {
    case "reset":
      return EMPTY;
    case "load":
      return { conversationId: action.conversationId, turns: action.turns.map(showTurn) };
    case "ask": {
      // A question that is asked again takes the place of the one that failed.
      const others = chat.turns.filter((item) => item.key !== action.key);
      return { ...chat, turns: [...others, begin(action.key, action.question)] };
    }
    case "stop":
      return change(chat, action.key, () => ({ status: "stopped" }));
    case "fail":
      return change(chat, action.key, () => ({ status: "failed", problem: action.problem }));
    case "event":
      return takeEvent(chat, action.key, action.event);
  }
}

function takeEvent(chat: Chat, key: string, event: TurnEvent): Chat {
  if (!chat.turns.some((item) => item.key === key)) return chat; // of a conversation left behind
  switch (event.kind) {
    case "route":
      return { ...chat, conversationId: event.data.conversation_id };
    case "text":
      return change(chat, key, (item) => ({ text: item.text + event.data.text }));
    case "citation":
      return change(chat, key, (item) => ({ citations: [...item.citations, event.data] }));
    case "finding":
      return change(chat, key, () => ({ finding: event.data }));
    case "choices":
      return change(chat, key, () => ({ choices: event.data.choices }));
    case "done":
      // Figures that came already stay the same object, so that nothing is drawn twice.
      return change(chat, key, (item) => ({
        ...showTurn(event.data),
        key,
        finding: item.finding ?? event.data.finding,
      }));
    case "error":
      return change(chat, key, () => ({ status: "failed", problem: event.data }));
  }
}

function begin(key: string, question: string): ShownTurn {
  return {
    key,
    question,
    status: "streaming",
    text: "",
    citations: [],
    finding: null,
    choices: [],
    turn: null,
    problem: null,
  };
}

export function showTurn(turn: Turn): ShownTurn {
  return {
    key: turn.turn_id,
    question: turn.question,
    status: "done",
    text: turn.text,
    citations: turn.citations,
    finding: turn.finding,
    choices: turn.choices,
    turn,
    problem: null,
  };
}

function change(chat: Chat, key: string, make: (item: ShownTurn) => Partial<ShownTurn>): Chat {
  const turns = chat.turns.map((item) => (item.key === key ? { ...item, ...make(item) } : item));
  return { ...chat, turns };
}
