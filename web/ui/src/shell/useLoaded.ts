/** Something read from the server: what it is, why it is not there, and a way to read it again. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { problemOf } from "../api/client";
import type { Problem } from "../api/types";

export interface Loaded<T> {
  value: T | null;
  problem: Problem | null;
  isLoading: boolean;
  reload: () => void;
  put: (value: T) => void;
}

/** What was shown stays while it is read again; an answer that was overtaken is dropped. */
export function useLoaded<T>(load: () => Promise<T>, of: readonly unknown[]): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isLoading, setLoading] = useState(true);
  const last = useRef(0);
  const newest = useRef(load);
  newest.current = load;
  const reload = useCallback(() => {
    const number = ++last.current;
    setLoading(true);
    newest.current().then(
      (found) => {
        if (number !== last.current) return;
        setValue(found);
        setProblem(null);
        setLoading(false);
      },
      (error: unknown) => {
        if (number !== last.current) return;
        setProblem(problemOf(error));
        setLoading(false);
      },
    );
  }, []);
  useEffect(reload, of);
  const put = useCallback((found: T): void => {
    last.current += 1; // what is under way is older than this
    setValue(found);
    setLoading(false);
  }, []);
  return { value, problem, isLoading, reload, put };
}
