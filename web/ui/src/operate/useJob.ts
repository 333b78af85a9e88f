/** Work in the background, followed while it runs. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { readJob } from "./api";
import type { Job } from "./types";

const EVERY_MS = 700;

/** `onDone` is told when work that was seen running has ended. */
export function useJob(onDone: (job: Job) => void) {
  const [job, setJob] = useState<Job | null>(null);
  const isRunning = job !== null && job.finished_at === null;
  const told = useRef(onDone);
  told.current = onDone;
  useEffect(() => {
    readJob().then(
      (found) => found?.finished_at === null && setJob(found),
      () => undefined, // the page beside it says why
    );
  }, []);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => {
      readJob().then(
        (found) => {
          setJob(found);
          if (found?.finished_at) told.current(found);
        },
        () => undefined, // asked again in a moment
      );
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  const follow = useCallback((begun: Job | null) => setJob(begun), []);
  return { job, isRunning, follow };
}
