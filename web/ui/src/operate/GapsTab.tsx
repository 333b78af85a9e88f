/** Open questions in groups: how many, what is near, who looks after them, are they answered now. */

import { useEffect, useRef, useState } from "preact/hooks";
import { articlePath, problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { readAgents } from "../desk/api";
import { moment } from "../desk/format";
import type { Agent } from "../desk/types";
import { useMay, useOwner } from "../session/session";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { useLoaded } from "../shell/useLoaded";
import { formatDate, formatNumber } from "../text/format";
import { checkGap, giveGap, readGaps } from "./api";
import { tell } from "./messages";
import { PeriodFilter } from "./PeriodFilter";
import type { Gap, Trouble } from "./types";

const say = tell.gaps;
const TROUBLES: readonly Trouble[] = ["handed_over", "down", "abstained"];
const count = (n: number): string => formatNumber(n, "count");

export function GapsTab() {
  const mayWork = useMay("articles.draft");
  const mayGive = useMay("gaps.manage");
  const [days, setDays] = useState(90);
  const gaps = useLoaded(() => readGaps(days), [days]);
  const agents = useLoaded(async () => (mayGive ? (await readAgents()).agents : []), [mayGive]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState("");
  const [said, setSaid] = useState("");
  const list = useRef(gaps.value);
  list.current = gaps.value;
  const act = async (gap: Gap, todo: () => Promise<Gap>, told: (gap: Gap) => string): Promise<void> => {
    setBusy(gap.gap_id);
    setProblem(null);
    try {
      const changed = await todo();
      const now = list.current;
      if (now) {
        gaps.put({
          ...now,
          gaps: now.gaps.map((each) => (each.gap_id === gap.gap_id ? changed : each)),
        });
      }
      setSaid(told(changed));
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy("");
  };
  const check = (gap: Gap): Promise<void> => act(gap, () => checkGap(gap.gap_id, days), answered);
  useOutdated(gaps.value?.gaps, mayWork, check);
  const found = gaps.value;
  return (
    <section aria-labelledby="gaps-title">
      <h2 id="gaps-title">{say.title}</h2>
      <p class="muted">{say.more}</p>
      <PeriodFilter label={say.period} periods={say.periods} days={days} onChange={setDays} />
      <p class="hidden-text" role="status">
        {said}
      </p>
      {problem && <ErrorCard problem={problem} />}
      {gaps.problem && <ErrorCard problem={gaps.problem} onRetry={gaps.reload} />}
      {!found && !gaps.problem && <Skeleton lines={8} label={tell.loading} />}
      {found && (
        <p>
          {found.n_open === 0 ? say.none : say.open(count(found.n_open))}{" "}
          <span class="muted">
            {found.n_open === 0
              ? say.noneMore
              : found.n_hidden > 0
                ? say.hidden(count(found.n_hidden))
                : ""}
          </span>
        </p>
      )}
      {found && found.n_open > 0 && found.gaps.length === 0 && <p>{say.noneForYou}</p>}
      <ol class="gaps">
        {found?.gaps.map((gap) => (
          <li key={gap.gap_id}>
            <GapView
              gap={gap}
              isBusy={busy === gap.gap_id}
              mayWork={mayWork}
              agents={mayGive ? (agents.value ?? []) : null}
              onGive={(ownerId) =>
                void act(
                  gap,
                  () => giveGap(gap.gap_id, ownerId, days),
                  (changed) => (changed.owner ? say.given(changed.owner.name) : say.givenBack),
                )
              }
              onCheck={() => void check(gap)}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

function answered(gap: Gap): string {
  const { n_answered: n, n_asked: all } = gap.check!;
  return n > 0 ? say.answeredNow(n, all) : say.noneAnswered(all);
}

/** Groups that were asked again before articles changed are asked once more, one after the other. */
function useOutdated(
  gaps: readonly Gap[] | undefined,
  mayWork: boolean,
  check: (gap: Gap) => Promise<void>,
): void {
  const asked = useRef(new Set<string>());
  const isAsking = useRef(false);
  useEffect(() => {
    const next = gaps?.find((gap) => gap.check?.is_outdated && !asked.current.has(gap.gap_id));
    if (!mayWork || !next || isAsking.current) return;
    asked.current.add(next.gap_id);
    isAsking.current = true;
    void check(next).finally(() => {
      isAsking.current = false;
    });
  }, [gaps, mayWork]);
}

interface GapProps {
  gap: Gap;
  isBusy: boolean;
  mayWork: boolean;
  /** To whom it may be given; null: one may take it oneself only. */
  agents: readonly Agent[] | null;
  onGive: (ownerId: string | null) => void;
  onCheck: () => void;
}

function GapView({ gap, isBusy, mayWork, agents, onGive, onCheck }: GapProps) {
  const title = gap.title || say.withheld;
  const { check } = gap;
  return (
    <article aria-label={title} aria-busy={isBusy}>
      <h3>{title}</h3>
      <p class="gap-facts">
        <strong>{say.counts(gap.n_questions, gap.n_askers)}</strong>
        {TROUBLES.filter((name) => gap[name] > 0).map((name) => (
          <span key={name} class="muted">
            {say.troubles[name](gap[name])}
          </span>
        ))}
        <span class="muted">{say.last(formatDate(gap.last_at))}</span>
      </p>
      <p>
        {gap.nearest ? (
          <>
            <span class="muted">{say.nearest}:</span>{" "}
            <a href={`/a/${articlePath(gap.nearest.document_id)}`}>{gap.nearest.title}</a>
          </>
        ) : (
          <span class="muted">{say.noNearest}</span>
        )}
      </p>
      {check && (
        <p class={`state ${check.n_answered > 0 ? "good" : "warning"}`}>
          <Icon name={check.n_answered > 0 ? "good" : "warning"} /> {answered(gap)}
          <span class="muted">, {say.checkedAt(moment(check.checked_at))}</span>
          {check.is_outdated && <span class="muted"> {say.outdated}</span>}
        </p>
      )}
      <div class="row">
        <Owner {...{ gap, title, isBusy, mayWork, agents, onGive }} />
        {mayWork && (
          <button
            type="button"
            class="button"
            aria-label={say.checkLong(title)}
            disabled={isBusy}
            onClick={onCheck}
          >
            {isBusy ? say.checking : say.check}
          </button>
        )}
      </div>
      <details>
        <summary class="muted">{say.questions}</summary>
        <ul class="gap-questions">
          {gap.questions.map((item, place) => (
            <li key={place}>
              {item.text || <em>{say.withheld}</em>}{" "}
              <span class="muted">
                {say.trouble[item.trouble]}, {formatDate(item.asked_at)}
              </span>
            </li>
          ))}
        </ul>
        {gap.n_questions > gap.questions.length && (
          <p class="muted">{say.newest(gap.questions.length)}</p>
        )}
      </details>
    </article>
  );
}

type OwnerProps = Pick<GapProps, "gap" | "isBusy" | "mayWork" | "agents" | "onGive"> & { title: string };

function Owner({ gap, title, isBusy, mayWork, agents, onGive }: OwnerProps) {
  const me = useOwner();
  const owner = gap.owner;
  if (agents && agents.length > 0) {
    const isListed = !owner || agents.some((agent) => agent.agent_id === owner.owner_id);
    return (
      <label class="row gap-owner">
        <span class="muted">{say.owner}</span>
        <select
          aria-label={`${say.owner}: ${title}`}
          value={owner?.owner_id ?? ""}
          disabled={isBusy}
          onChange={(event) => onGive(event.currentTarget.value || null)}
        >
          <option value="">{say.nobody}</option>
          {!isListed && <option value={owner.owner_id}>{owner.name}</option>}
          {agents.map((agent) => (
            <option key={agent.agent_id} value={agent.agent_id}>
              {agent.name}
            </option>
          ))}
        </select>
      </label>
    );
  }
  return (
    <>
      <span>
        <span class="muted">{say.owner}:</span> {owner?.name ?? say.nobody}
      </span>
      {mayWork && me !== "" && (!owner || owner.owner_id === me) && (
        <button
          type="button"
          class="button"
          aria-label={owner ? undefined : say.takeLong(title)}
          onClick={() => onGive(owner ? null : "me")}
        >
          {owner ? say.letGo : say.take}
        </button>
      )}
    </>
  );
}
