/** Questions that the digest asks, with their alerts. They are kept on the command line. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { problemOf } from "../../api/client";
import type { Problem } from "../../api/types";
import { ErrorCard } from "../../chat/ErrorCard";
import { Icon } from "../../shell/Icon";
import { Skeleton } from "../../shell/Skeleton";
import { formatDate, formatNumber } from "../../text/format";
import { readSaved } from "./api";
import { tell } from "./messages";
import type { SavedQuestion } from "./types";

export function SavedList({ onRun }: { onRun: (question: string) => void }) {
  const [questions, setQuestions] = useState<SavedQuestion[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = useCallback(() => {
    setProblem(null);
    readSaved().then(setQuestions, (error: unknown) => setProblem(problemOf(error)));
  }, []);
  useEffect(load, [load]);
  return (
    <section class="saved" aria-labelledby="saved-title">
      <h2 id="saved-title">{tell.saved}</h2>
      {problem && <ErrorCard problem={problem} onRetry={load} />}
      {!questions && !problem && <Skeleton lines={2} />}
      {questions?.length === 0 && <p class="muted">{tell.savedEmpty}</p>}
      <ul>
        {questions?.map((saved) => (
          <li key={saved.name}>
            <div>
              <p>{saved.name}</p>
              {saved.question !== saved.name && <p class="muted">{saved.question}</p>}
              <p class="muted">{factsOf(saved).join(" · ")}</p>
              {saved.fired_on && (
                <p class="state warning">
                  <Icon name="warning" /> {tell.fired(formatDate(saved.fired_on))}
                </p>
              )}
            </div>
            <button
              type="button"
              class="button"
              aria-label={tell.runNowLong(saved.name)}
              onClick={() => onRun(saved.question)}
            >
              {tell.runNow}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function factsOf({ every, alert, last_run_on }: SavedQuestion): string[] {
  const facts: string[] = [tell.every(every)];
  if (alert?.kind === "unusual") facts.push(tell.unusual);
  else if (alert) facts.push(tell[alert.kind](formatNumber(alert.limit ?? 0, null)));
  facts.push(last_run_on ? tell.lastRun(formatDate(last_run_on)) : tell.neverRun);
  return facts;
}
