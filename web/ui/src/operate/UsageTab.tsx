/** How the program is used, and honestly what became of problems. */

import { useState } from "preact/hooks";
import { ErrorCard } from "../chat/ErrorCard";
import { useMedia } from "../shell/hooks";
import { Skeleton } from "../shell/Skeleton";
import { useLoaded } from "../shell/useLoaded";
import { formatDate, formatNumber } from "../text/format";
import { readUsage } from "./api";
import { tell } from "./messages";
import { PeriodFilter } from "./PeriodFilter";
import type { Fate, Outcomes, Usage } from "./types";

const say = tell.usage;
const OUTCOMES = ["answered", "clarification", "abstention", "handed_off"] as const;
const FATES: readonly Fate[] = ["confirmed", "silent", "came_back", "unanswered", "handed_over"];
const count = (n: number): string => formatNumber(n, "count");
const sum = (row: Outcomes): number => OUTCOMES.reduce((all, name) => all + row[name], 0);

export function UsageTab() {
  const [days, setDays] = useState(28);
  const usage = useLoaded(() => readUsage(days), [days]);
  const found = usage.value;
  const nAll = found?.routes.reduce((all, row) => all + sum(row), 0) ?? 0;
  return (
    <>
      <section aria-labelledby="usage-title">
        <div class="operate-head">
          <h2 id="usage-title">{say.title}</h2>
          <PeriodFilter label={say.period} periods={say.periods} days={days} onChange={setDays} />
        </div>
        {usage.problem && <ErrorCard problem={usage.problem} onRetry={usage.reload} />}
        {!found && !usage.problem && <Skeleton lines={8} label={tell.loading} />}
        {found && nAll === 0 && <p class="empty">{say.none}</p>}
        {found && nAll > 0 && (
          <>
            <dl class="numbers">
              <Figure name={say.questions} value={nAll} />
              <Figure name={say.askers} value={found.n_askers} />
              <Figure name={say.up} value={found.n_up} />
              <Figure name={say.down} value={found.n_down} />
            </dl>
            <Days usage={found} />
          </>
        )}
      </section>
      {found && nAll > 0 && (
        <>
          <Fates usage={found} />
          <Routes usage={found} />
        </>
      )}
    </>
  );
}

function Figure({ name, value }: { name: string; value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{count(value)}</dd>
    </div>
  );
}

function Days({ usage }: { usage: Usage }) {
  const isNarrow = useMedia("(max-width: 767px)");
  const wide = isNarrow ? 300 : 900;
  const [left, top, height] = [34, 10, 120];
  const most = Math.max(1, ...usage.days.map(sum));
  const step = (wide - left) / usage.days.length;
  const bar = Math.max(1, step * 0.72);
  const yAt = (n: number): number => top + height - (n / most) * height;
  const ends = [usage.days[0]!, usage.days.at(-1)!];
  return (
    <figure class="day-bars">
      <figcaption class="over">
        {say.byDay}: <span class="is-answered">{say.answeredPart}</span>,{" "}
        <span class="is-other">{say.otherPart}</span>
      </figcaption>
      <svg viewBox={`0 0 ${wide} ${top + height + 24}`} role="img" aria-label={say.byDay}>
        {[0, most].map((n) => (
          <g key={n}>
            <line class="grid" x1={left} x2={wide} y1={yAt(n)} y2={yAt(n)} />
            <text x={left - 6} y={yAt(n) + 4} text-anchor="end">
              {count(n)}
            </text>
          </g>
        ))}
        {usage.days.map((row, place) => {
          const all = sum(row);
          const x = left + place * step + (step - bar) / 2;
          return (
            <g key={row.day}>
              <title>{say.barOf(formatDate(row.day), count(all), count(row.answered))}</title>
              <rect class="other" x={x} y={yAt(all)} width={bar} height={yAt(row.answered) - yAt(all)} />
              <rect
                class="answered"
                x={x}
                y={yAt(row.answered)}
                width={bar}
                height={yAt(0) - yAt(row.answered)}
              />
            </g>
          );
        })}
        <text x={left} y={top + height + 18}>
          {formatDate(ends[0]!.day)}
        </text>
        <text x={wide} y={top + height + 18} text-anchor="end">
          {formatDate(ends[1]!.day)}
        </text>
      </svg>
    </figure>
  );
}

function Fates({ usage }: { usage: Usage }) {
  const given = usage.deflection;
  const nJudged = FATES.reduce((all, name) => all + given[name], 0);
  const share = (n: number): string => formatNumber(n / nJudged, "fraction");
  return (
    <section aria-labelledby="fates-title">
      <h2 id="fates-title">{say.deflection}</h2>
      <p class="muted">{say.deflectionMore}</p>
      {nJudged === 0 ? (
        <p>{say.noProblems}</p>
      ) : (
        <>
          <p>{say.solved(share(given.confirmed), share(given.confirmed + given.silent))}</p>
          <div class="table-box">
            <table class="fates">
              <thead>
                <tr>
                  {say.fateColumns.map((name, place) => (
                    <th key={name} scope="col" class={place > 0 ? "figure" : undefined}>
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {FATES.map((name) => (
                  <tr key={name}>
                    <td>
                      <strong>{say.fates[name]![0]}</strong>
                      <p class="muted">{say.fates[name]![1]}</p>
                      <meter
                        aria-label={say.fates[name]![0]}
                        class={name}
                        min={0}
                        max={nJudged}
                        value={given[name]}
                      />
                    </td>
                    <td class="figure">{count(given[name])}</td>
                    <td class="figure">{share(given[name])}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {given.too_recent > 0 && <p class="muted">{say.tooRecent(count(given.too_recent))}</p>}
    </section>
  );
}

function Routes({ usage }: { usage: Usage }) {
  return (
    <section aria-labelledby="routes-title">
      <h2 id="routes-title">{say.byRoute}</h2>
      <div class="table-box" tabIndex={0} role="region" aria-labelledby="routes-title">
        <table>
          <thead>
            <tr>
              {say.routeColumns.map((name, place) => (
                <th key={name} scope="col" class={place > 0 ? "figure" : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {usage.routes.map((row) => (
              <tr key={row.route}>
                <td>{say.routes[row.route] ?? row.route}</td>
                {OUTCOMES.map((name) => (
                  <td key={name} class="figure">
                    {count(row[name])}
                  </td>
                ))}
                <td class="figure">{count(sum(row))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
