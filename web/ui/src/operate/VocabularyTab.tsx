/** Short forms and nicknames: candidates wait for a yes or a no. */

import { useState } from "preact/hooks";
import { problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { useLoaded } from "../shell/useLoaded";
import { formatNumber } from "../text/format";
import { decideCandidate, lookForCandidates, readVocabulary } from "./api";
import { JobLine } from "./JobLine";
import { tell } from "./messages";
import type { Candidate } from "./types";
import { useJob } from "./useJob";

const say = tell.vocabulary;

export function VocabularyTab() {
  const entries = useLoaded(readVocabulary, []);
  const job = useJob(entries.reload);
  const [status, setStatus] = useState("proposed");
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const shown = entries.value?.filter((entry) => entry.status === status) ?? [];
  const nWaiting = entries.value?.filter((entry) => entry.status === "proposed").length ?? 0;
  const decide = (entry: Candidate, choice: "approved" | "rejected"): void => {
    setProblem(null);
    decideCandidate(entry, choice).then(
      (found) => {
        entries.put(found);
        setSaid(say[choice](entry.short, entry.meaning || say.anything));
      },
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  const look = (): void => {
    setProblem(null);
    lookForCandidates().then(job.follow, (error: unknown) => setProblem(problemOf(error)));
  };
  return (
    <section aria-labelledby="vocabulary-title">
      <div class="operate-head">
        <h2 id="vocabulary-title">{say.title}</h2>
        <button type="button" class="button" disabled={job.isRunning} onClick={look}>
          {say.look}
        </button>
      </div>
      <p class="muted">{say.more}</p>
      {job.job?.kind === "vocabulary" && <JobLine job={job.job} />}
      <div class="filters">
        <label>
          {say.status}
          <select value={status} onChange={(event) => setStatus(event.currentTarget.value)}>
            {Object.entries(say.statuses).map(([key, name]) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p class="state good" role="status">
        {said && (
          <>
            <Icon name="good" /> {said}
          </>
        )}
      </p>
      {problem && <ErrorCard problem={problem} />}
      {entries.problem && <ErrorCard problem={entries.problem} onRetry={entries.reload} />}
      {!entries.value && !entries.problem && <Skeleton lines={6} label={tell.loading} />}
      {entries.value && shown.length === 0 && (
        <div class="empty">
          <p>{status === "proposed" ? say.none : say.noneOf}</p>
          {status === "proposed" && <p class="muted">{say.noneMore}</p>}
        </div>
      )}
      {shown.length > 0 && status === "proposed" && (
        <p>{say.nWaiting(formatNumber(nWaiting, "count"))}</p>
      )}
      <ul class="lines">
        {shown.map((entry) => (
          <Entry key={`${entry.short} ${entry.meaning}`} entry={entry} onDecide={decide} />
        ))}
      </ul>
    </section>
  );
}

interface EntryProps {
  entry: Candidate;
  onDecide: (entry: Candidate, choice: "approved" | "rejected") => void;
}

function Entry({ entry, onDecide }: EntryProps) {
  const meaning = entry.meaning || say.anything;
  const n = entry.n_texts;
  return (
    <li>
      <div>
        <p>
          <strong>{entry.short}</strong> = {meaning}{" "}
          <span class="muted">
            {[say.sources[entry.source] ?? entry.source, n === 1 ? say.one : n > 1 ? say.texts(formatNumber(n, "count")) : ""]
              .filter(Boolean)
              .join(", ")}
          </span>
        </p>
        {entry.examples[0] && <p class="muted quote">{entry.examples[0]}</p>}
      </div>
      <div class="row">
        {entry.status !== "approved" && entry.meaning && (
          <button
            type="button"
            class="button"
            aria-label={say.approveLong(entry.short, meaning)}
            onClick={() => onDecide(entry, "approved")}
          >
            <Icon name="good" /> {say.approve}
          </button>
        )}
        {entry.status !== "rejected" && (
          <button
            type="button"
            class="button"
            aria-label={say.rejectLong(entry.short, meaning)}
            onClick={() => onDecide(entry, "rejected")}
          >
            <Icon name="close" /> {say.reject}
          </button>
        )}
      </div>
    </li>
  );
}
