/** The conversation on the page: asking, stopping, opening. */

import { useCallback, useReducer, useRef, useState } from "preact/hooks";
import { ask as askServer, problemOf, readConversation } from "../api/client";
import type { Problem } from "../api/types";
import { say } from "../messages";
import { useOwner } from "../session/session";
import { keepDraft } from "./draft";
import { type Chat, EMPTY, reduce } from "./state";

export interface ChatControl {
  chat: Chat;
  isBusy: boolean;
  isLoading: boolean;
  loadProblem: Problem | null;
  ask: (question: string, retryKey?: string) => void;
  stop: () => void;
  open: (conversationId: string) => void;
  startNew: () => void;
}

interface Hooks {
  announce: (text: string) => void;
  onAnswered: (conversationId: string) => void;
}

export function useChat({ announce, onAnswered }: Hooks): ChatControl {
  const [chat, dispatch] = useReducer(reduce, EMPTY);
  const [busyKey, setBusyKey] = useState<string | null>(null);
  const [isLoading, setLoading] = useState(false);
  const [loadProblem, setLoadProblem] = useState<Problem | null>(null);
  const running = useRef<AbortController | null>(null);
  const wanted = useRef(0);
  const conversationId = useRef<string | null>(null);
  const owner = useOwner();

  const leave = useCallback(() => {
    running.current?.abort();
    running.current = null;
    wanted.current += 1;
    setBusyKey(null);
    setLoading(false);
    setLoadProblem(null);
  }, []);

  const ask = useCallback(
    (question: string, retryKey?: string) => {
      if (running.current) return;
      const key = retryKey ?? `asked-${Date.now()}`;
      const control = new AbortController();
      running.current = control;
      setBusyKey(key);
      announce(say.working);
      dispatch({ kind: "ask", key, question });
      askServer(question, conversationId.current, control.signal, (event) => {
        if (control.signal.aborted) return;
        dispatch({ kind: "event", key, event });
        if (event.kind === "route") conversationId.current = event.data.conversation_id;
        if (event.kind === "done") {
          announce(say.answerReady(event.data.text.split("\n")[0] ?? ""));
          onAnswered(event.data.conversation_id);
        }
      })
        .catch((error: unknown) => {
          if (control.signal.aborted) return;
          const problem = problemOf(error);
          if (problem.error === "not_signed_in") keepDraft(owner, question);
          dispatch({ kind: "fail", key, problem });
        })
        .finally(() => {
          if (running.current !== control) return;
          running.current = null;
          setBusyKey(null);
        });
    },
    [announce, onAnswered, owner],
  );

  const stop = useCallback(() => {
    if (!running.current || busyKey === null) return;
    running.current.abort();
    running.current = null;
    setBusyKey(null);
    dispatch({ kind: "stop", key: busyKey });
    announce(say.stoppedEarly);
  }, [busyKey, announce]);

  const open = useCallback(
    (id: string) => {
      leave();
      const mine = wanted.current;
      conversationId.current = id;
      dispatch({ kind: "load", conversationId: id, turns: [] });
      setLoading(true);
      readConversation(id)
        .then(
          ({ turns }) => {
            if (wanted.current === mine) dispatch({ kind: "load", conversationId: id, turns });
          },
          (error: unknown) => {
            if (wanted.current !== mine) return;
            // What cannot be read cannot be continued: the next question starts anew.
            conversationId.current = null;
            setLoadProblem(problemOf(error));
          },
        )
        .finally(() => wanted.current === mine && setLoading(false));
    },
    [leave],
  );

  const startNew = useCallback(() => {
    leave();
    conversationId.current = null;
    dispatch({ kind: "reset" });
  }, [leave]);

  const isBusy = busyKey !== null;
  return { chat, isBusy, isLoading, loadProblem, ask, stop, open, startNew };
}
