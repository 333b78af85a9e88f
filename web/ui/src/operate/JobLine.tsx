/** How far work in the background is, or what came of it. */

import { Icon } from "../shell/Icon";
import { formatNumber } from "../text/format";
import { tell } from "./messages";
import type { Job } from "./types";

const say = tell.knowledge;

function stageOf(job: Job): string {
  const done = formatNumber(job.n_done, "count");
  if (job.stage === "read") return say.reading(done);
  if (job.stage === "encode") return say.encoding(done, formatNumber(job.n_total ?? 0, "count"));
  return say.starting;
}

export function JobLine({ job }: { job: Job }) {
  if (job.finished_at === null) {
    return (
      <div class="job" role="status">
        <p>
          {say.working(job.what)} <span class="muted">{stageOf(job)}</span>
        </p>
        <progress
          aria-label={say.working(job.what)}
          value={job.n_total ? job.n_done : undefined}
          max={job.n_total ?? undefined}
        />
      </div>
    );
  }
  return job.problem ? (
    <div class="error-card" role="alert">
      <p>
        <Icon name="error" /> <strong>{say.jobFailed(job.what)}</strong>
      </p>
      <p>{job.problem}</p>
    </div>
  ) : (
    <p class="state good" role="status">
      <Icon name="good" /> {say.finished(job.what, job.said)}{" "}
      {job.kind === "ingest" && say.findable}
    </p>
  );
}
