/** The queue as far as it was read: its first page at once, the next ones as somebody scrolls. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../api/types";
import { type Filters, writeFilters } from "./address";
import { problemOf, readQueue } from "./api";
import type { Facets, Row } from "./types";

export interface Queue {
  rows: Row[];
  nFound: number;
  facets: Facets;
  isLoading: boolean;
  problem: Problem | null;
  /** Read on until so many rows are there. */
  need: (nRows: number) => void;
  reload: () => void;
  /** Put a row that was changed in the place of the one that is shown. */
  put: (row: Row) => void;
}

interface Read {
  rows: Row[];
  nFound: number;
  facets: Facets;
  cursor: string | null;
}

const NOTHING: Read = { rows: [], nFound: 0, facets: {}, cursor: null };

export function useQueue(filters: Filters): Queue {
  const [read, setRead] = useState<Read>(NOTHING);
  const [isLoading, setLoading] = useState(true);
  const [problem, setProblem] = useState<Problem | null>(null);
  const wanted = useRef(0);
  const target = useRef(0);
  const isBusy = useRef(false);
  const held = useRef(read);
  held.current = read;
  const asked = useRef(filters);
  asked.current = filters;

  const fetchPage = useCallback(async (cursor: string): Promise<void> => {
    const mine = wanted.current;
    isBusy.current = true;
    try {
      const page = await readQueue(asked.current, cursor);
      if (wanted.current !== mine) return;
      const known = new Set(cursor ? held.current.rows.map((row) => row.ticket_id) : []);
      const fresh = page.tickets.filter((row) => !known.has(row.ticket_id));
      const next: Read = {
        rows: cursor ? [...held.current.rows, ...fresh] : page.tickets,
        nFound: page.n_found,
        facets: page.facets,
        cursor: page.next_cursor,
      };
      held.current = next;
      setRead(next);
      setProblem(null);
    } catch (error) {
      if (wanted.current === mine) setProblem(problemOf(error));
    } finally {
      if (wanted.current === mine) {
        isBusy.current = false;
        setLoading(false);
      }
    }
    const { cursor: next, rows } = held.current;
    if (wanted.current === mine && next && rows.length < target.current) await fetchPage(next);
  }, []);

  const reload = useCallback(() => {
    wanted.current += 1;
    void fetchPage("");
  }, [fetchPage]);

  const key = writeFilters(filters);
  useEffect(() => {
    target.current = 0;
    setLoading(true);
    reload();
  }, [key, reload]);
  useEffect(() => {
    const onReturn = (): void => {
      if (document.visibilityState === "visible") reload();
    };
    document.addEventListener("visibilitychange", onReturn);
    return () => document.removeEventListener("visibilitychange", onReturn);
  }, [reload]);

  const need = useCallback(
    (nRows: number) => {
      target.current = nRows;
      const { cursor, rows } = held.current;
      if (!isBusy.current && cursor && rows.length < nRows) void fetchPage(cursor);
    },
    [fetchPage],
  );
  const put = useCallback((row: Row) => {
    setRead((now) => ({
      ...now,
      rows: now.rows.map((item) => (item.ticket_id === row.ticket_id ? row : item)),
    }));
  }, []);
  const { rows, nFound, facets } = read;
  return { rows, nFound, facets, isLoading, problem, need, reload, put };
}
