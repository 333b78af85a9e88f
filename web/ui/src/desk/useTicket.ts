/** The open ticket with its suggestions, and what is done with it. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../api/types";
import { problemOf, readSuggestions, readTicket } from "./api";
import type { DeskTicket, Suggestions } from "./types";

export interface Read<T> {
  value: T | null;
  isLoading: boolean;
  problem: Problem | null;
}

export interface OpenTicket {
  ticket: Read<DeskTicket>;
  suggestions: Read<Suggestions>;
  /** What a change failed with; null when the last one went well. */
  trouble: Problem | null;
  isBusy: boolean;
  reload: () => void;
  /** Do something that gives the ticket as it is then; true when it went well. */
  act: (make: (ticket: DeskTicket) => Promise<DeskTicket>) => Promise<boolean>;
}

const WAITING = { value: null, isLoading: true, problem: null };
const NOTHING = { value: null, isLoading: false, problem: null };

export function useTicket(
  ticketId: string | null,
  onChange: (ticket: DeskTicket) => void,
): OpenTicket {
  const [ticket, setTicket] = useState<Read<DeskTicket>>(NOTHING);
  const [suggestions, setSuggestions] = useState<Read<Suggestions>>(NOTHING);
  const [trouble, setTrouble] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const wanted = useRef(0);
  const changed = useRef(onChange);
  changed.current = onChange;

  const load = useCallback((id: string, isAgain: boolean) => {
    const mine = wanted.current;
    readTicket(id).then(
      (value) => {
        if (wanted.current !== mine) return;
        setTicket({ value, isLoading: false, problem: null });
        if (isAgain) changed.current(value);
      },
      (error: unknown) => {
        if (wanted.current !== mine) return;
        setTicket({ value: null, isLoading: false, problem: problemOf(error) });
      },
    );
  }, []);

  useEffect(() => {
    wanted.current += 1;
    const mine = wanted.current;
    setTrouble(null);
    if (ticketId === null) {
      setTicket(NOTHING);
      setSuggestions(NOTHING);
      return;
    }
    setTicket(WAITING);
    setSuggestions(WAITING);
    load(ticketId, false);
    readSuggestions(ticketId).then(
      (value) => {
        if (wanted.current === mine) setSuggestions({ value, isLoading: false, problem: null });
      },
      (error: unknown) => {
        if (wanted.current !== mine) return;
        setSuggestions({ value: null, isLoading: false, problem: problemOf(error) });
      },
    );
  }, [ticketId, load]);

  const reload = useCallback(() => {
    if (ticketId !== null) load(ticketId, true);
  }, [ticketId, load]);

  const now = ticket.value;
  const act = useCallback(
    async (make: (ticket: DeskTicket) => Promise<DeskTicket>): Promise<boolean> => {
      if (!now || isBusy) return false;
      const mine = wanted.current;
      setBusy(true);
      try {
        const value = await make(now);
        if (wanted.current === mine) setTicket({ value, isLoading: false, problem: null });
        setTrouble(null);
        changed.current(value);
        return true;
      } catch (error) {
        const problem = problemOf(error);
        if (wanted.current === mine) setTrouble(problem);
        if (problem.error === "ticket_changed") reload();
        return false;
      } finally {
        setBusy(false);
      }
    },
    [now, isBusy, reload],
  );
  return { ticket, suggestions, trouble, isBusy, reload, act };
}
