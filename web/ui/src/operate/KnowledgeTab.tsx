/** Sources: what is in them, how the last ingest went, more of them. */

import { useState } from "preact/hooks";
import { articlePath, problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { moment } from "../desk/format";
import { useMay } from "../session/session";
import { Dialog } from "../shell/Dialog";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { useLoaded } from "../shell/useLoaded";
import { formatDate, formatNumber } from "../text/format";
import { readAgain, readDocuments, readSources } from "./api";
import { JobLine } from "./JobLine";
import { tell } from "./messages";
import type { IngestRun, SourceState } from "./types";
import { UploadForm } from "./UploadForm";
import { useJob } from "./useJob";

const say = tell.knowledge;
const STEP = 50;
const count = (n: number): string => formatNumber(n, "count");

export function KnowledgeTab() {
  const mayManage = useMay("sources.manage");
  const sources = useLoaded(readSources, []);
  const job = useJob(sources.reload);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [open, setOpen] = useState("");
  const again = (name: string): void => {
    setProblem(null);
    readAgain(name).then(job.follow, (error: unknown) => setProblem(problemOf(error)));
  };
  return (
    <>
      <section aria-labelledby="sources-title">
        <h2 id="sources-title">{say.title}</h2>
        <p class="muted">{say.more}</p>
        {job.job?.kind === "ingest" && <JobLine job={job.job} />}
        {problem && <ErrorCard problem={problem} />}
        {sources.problem && <ErrorCard problem={sources.problem} onRetry={sources.reload} />}
        {!sources.value && !sources.problem && <Skeleton lines={5} label={tell.loading} />}
        {sources.value?.length === 0 && (
          <div class="empty">
            <p>{say.none}</p>
            <p class="muted">{say.noneMore}</p>
          </div>
        )}
        {sources.value && sources.value.length > 0 && (
          <ul class="lines sources">
            {sources.value.map((source) => (
              <li key={source.name}>
                <SourceText source={source} />
                <div class="row">
                  <button
                    type="button"
                    class="button"
                    aria-label={say.showLong(source.name)}
                    onClick={() => setOpen(source.name)}
                  >
                    {say.show}
                  </button>
                  {mayManage && source.can_be_read_again && (
                    <button
                      type="button"
                      class="button"
                      aria-label={say.againLong(source.name)}
                      disabled={job.isRunning}
                      onClick={() => again(source.name)}
                    >
                      {say.again}
                    </button>
                  )}
                </div>
                {source.last && source.last.n_unread > 0 && <Unread run={source.last} />}
              </li>
            ))}
          </ul>
        )}
      </section>
      {mayManage && <UploadForm isBusy={job.isRunning} onBegun={job.follow} />}
      {open && <Documents source={open} onClose={() => setOpen("")} />}
    </>
  );
}

function SourceText({ source }: { source: SourceState }) {
  const { last } = source;
  return (
    <div>
      <p>
        <strong>{source.name}</strong>{" "}
        <span class="muted">
          {say.documents(count(source.n_documents))}, {say.passages(count(source.n_passages))}
        </span>
      </p>
      <p class="muted">{source.is_uploaded ? say.uploaded : source.location}</p>
      {last ? (
        <p class="muted">
          {say.lastRun(moment(last.finished_at), last.by === "cli" ? say.byCommand : say.byPage)}
          {": "}
          {say.counts(count(last.added), count(last.changed), count(last.removed))}
          {", "}
          {last.acl.length > 0 ? say.readable(last.acl.join(", ")) : say.forNobody}
        </p>
      ) : (
        <p class="muted">{say.never}</p>
      )}
      {last && (
        <p class={`badge state ${last.n_failed > 0 ? "warning" : "good"}`}>
          <Icon name={last.n_failed > 0 ? "warning" : "good"} />{" "}
          {last.n_failed > 0 ? say.failed(count(last.n_failed)) : say.allRead}
        </p>
      )}
    </div>
  );
}

function Unread({ run }: { run: IngestRun }) {
  return (
    <details class="unread">
      <summary>{say.unread(count(run.n_unread))}</summary>
      <div class="table-box cards-when-narrow">
        <table>
          <thead>
            <tr>
              <th scope="col">{say.file}</th>
              <th scope="col">{say.reason}</th>
            </tr>
          </thead>
          <tbody>
            {run.unread.map((item) => (
              <tr key={`${item.source} ${item.reason}`}>
                <td>{item.source}</td>
                <td>
                  <span class={`badge state ${item.is_skipped ? "" : "warning"}`}>
                    {item.is_skipped ? say.skipped : say.broken}
                  </span>{" "}
                  {item.reason}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {run.unread.length < run.n_unread && (
        <p class="muted">{say.unreadMore(count(run.unread.length))}</p>
      )}
    </details>
  );
}

function Documents({ source, onClose }: { source: string; onClose: () => void }) {
  const [words, setWords] = useState("");
  const [limit, setLimit] = useState(STEP);
  const found = useLoaded(() => readDocuments(source, words, limit), [source, words, limit]);
  const page = found.value;
  const nMore = page ? Math.min(page.n_found - page.documents.length, STEP) : 0;
  return (
    <Dialog title={say.showLong(source)} onClose={onClose} isWide>
      <div class="filters">
        <label>
          {say.findDocument}
          <input
            type="text"
            value={words}
            maxLength={200}
            onInput={(event) => {
              setWords(event.currentTarget.value);
              setLimit(STEP);
            }}
          />
        </label>
      </div>
      {found.problem && <ErrorCard problem={found.problem} onRetry={found.reload} />}
      {!page && !found.problem && <Skeleton lines={6} label={tell.loading} />}
      {page?.documents.length === 0 && <p>{say.noDocument}</p>}
      {page && page.documents.length > 0 && (
        <ul class="lines">
          {page.documents.map((item) => (
            <li key={item.document_id}>
              <div>
                <a href={`/a/${articlePath(item.document_id)}`}>{item.title || item.document_id}</a>
                <p class="muted">
                  {[
                    item.document_id,
                    item.acl.length > 0 ? say.readable(item.acl.join(", ")) : "",
                    item.updated_on ? formatDate(item.updated_on) : "",
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      {nMore > 0 && (
        <div class="row">
          <button type="button" class="button" onClick={() => setLimit(Math.min(limit + STEP, 200))}>
            {say.moreDocuments(count(nMore))}
          </button>
        </div>
      )}
      {page && page.n_hidden > 0 && <p class="muted">{say.nHidden(count(page.n_hidden))}</p>}
    </Dialog>
  );
}
