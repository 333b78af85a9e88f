/** What the self-check says. */

import { ErrorCard } from "../chat/ErrorCard";
import { moment } from "../desk/format";
import { Icon, type IconName } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { useLoaded } from "../shell/useLoaded";
import { formatNumber } from "../text/format";
import { readHealth } from "./api";
import { tell } from "./messages";
import type { Health } from "./types";

const say = tell.health;
const ICONS: Record<Health["findings"][number]["status"], [IconName, string]> = {
  ok: ["good", "good"],
  warning: ["warning", "warning"],
  bad: ["error", "bad"],
};
const count = (n: number): string => formatNumber(n, "count");

export function HealthTab() {
  const health = useLoaded(readHealth, []);
  const report = health.value;
  return (
    <section aria-labelledby="health-title">
      <div class="operate-head">
        <h2 id="health-title">{say.title}</h2>
        <button type="button" class="button" disabled={health.isLoading} onClick={health.reload}>
          {say.again}
        </button>
      </div>
      <p class="muted">{say.more}</p>
      {health.problem && <ErrorCard problem={health.problem} onRetry={health.reload} />}
      {health.isLoading && <Skeleton lines={report ? 0 : 8} label={say.checking} />}
      {report && (
        <>
          <p>
            {say.counts(count(report.ok), count(report.warning), count(report.bad))}{" "}
            <span class="muted">{say.at(moment(report.checked_at))}</span>
          </p>
          <div class="table-box cards-when-narrow">
            <table>
              <thead>
                <tr>
                  {say.columns.map((name) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {report.findings.map((each) => (
                  <tr key={each.name}>
                    <td>
                      <strong>{each.name}</strong>
                    </td>
                    <td>
                      <span class={`badge state ${ICONS[each.status][1]}`}>
                        <Icon name={ICONS[each.status][0]} /> {say.statuses[each.status]}
                      </span>
                    </td>
                    <td>
                      {each.found}
                      {each.status !== "ok" && each.advice && <p class="muted">{each.advice}</p>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}
