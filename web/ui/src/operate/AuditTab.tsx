/** The audit log: filtered, read backwards, and whether its chain is whole. */

import { useEffect, useState } from "preact/hooks";
import { problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { moment } from "../desk/format";
import { useMay } from "../session/session";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { useLoaded } from "../shell/useLoaded";
import { formatNumber } from "../text/format";
import { checkAudit, readAudit, readUsers } from "./api";
import { tell } from "./messages";
import type { AuditCheck, AuditEntry, AuditPage } from "./types";

const say = tell.audit;

export function AuditTab() {
  const mayNames = useMay("users.manage");
  const [action, setAction] = useState("");
  const [person, setPerson] = useState("");
  const users = useLoaded(async () => (mayNames ? await readUsers() : []), [mayNames]);
  const first = useLoaded(() => readAudit(action, person, null), [action, person]);
  const [older, setOlder] = useState<AuditPage[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => setOlder([]), [first.value]);
  const pages = first.value ? [first.value, ...older] : [];
  const next = pages.at(-1)?.next_before ?? null;
  const entries = pages.flatMap((page) => page.entries);
  const names = new Map(users.value?.map((user) => [user.user_id, user.name]));
  const named = (id: string): string =>
    id === "cli" ? say.cli : id === "anonymous" ? say.anonymous : (names.get(id) ?? id);
  const more = (): void => {
    readAudit(action, person, next).then(
      (page) => setOlder([...older, page]),
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  return (
    <section aria-labelledby="audit-title">
      <div class="operate-head">
        <h2 id="audit-title">{say.title}</h2>
        <Verify />
      </div>
      <div class="filters">
        <label>
          {say.what}
          <select value={action} onChange={(event) => setAction(event.currentTarget.value)}>
            {Object.entries(say.actions).map(([key, name]) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {mayNames && (
          <label>
            {say.who}
            <select value={person} onChange={(event) => setPerson(event.currentTarget.value)}>
              <option value="">{say.everybody}</option>
              {users.value?.map((user) => (
                <option key={user.user_id} value={user.user_id}>
                  {user.name}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {first.problem && <ErrorCard problem={first.problem} onRetry={first.reload} />}
      {problem && <ErrorCard problem={problem} />}
      {!first.value && !first.problem && <Skeleton lines={8} label={tell.loading} />}
      {first.value && entries.length === 0 && <p class="empty">{say.none}</p>}
      {entries.length > 0 && (
        <div class="table-box cards-when-narrow" aria-busy={first.isLoading}>
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
              {entries.map((entry) => (
                <Entry key={entry.number} entry={entry} named={named} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {next !== null && (
        <div class="row">
          <button type="button" class="button" onClick={more}>
            {say.more}
          </button>
        </div>
      )}
    </section>
  );
}

function Entry({ entry, named }: { entry: AuditEntry; named: (id: string) => string }) {
  const detail = Object.entries(entry.detail)
    .map(([key, value]) => [key, told(value)] as const)
    .filter(([, text]) => text !== "");
  return (
    <tr>
      <td class="tight">{moment(entry.at)}</td>
      <td>{named(entry.actor)}</td>
      <td>
        <code>{entry.action}</code>
        {detail.map(([key, text]) => (
          <p key={key} class="muted">
            {key}: {text}
          </p>
        ))}
      </td>
      <td>{entry.subject && entry.subject !== entry.actor ? named(entry.subject) : ""}</td>
      <td>{entry.address}</td>
    </tr>
  );
}

/** A value of an entry in words; nothing for an empty one. */
function told(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(told).join(", ");
  if (value === null || typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([key, held]) => `${key} ${told(held) || "–"}`)
    .join(", ");
}

function Verify() {
  const [check, setCheck] = useState<AuditCheck | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const verify = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      setCheck(await checkAudit());
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" class="button" disabled={isBusy} onClick={() => void verify()}>
        {isBusy ? say.verifying : say.verify}
      </button>
      {problem && <ErrorCard problem={problem} />}
      {check && (
        <div class="audit-check" role="status">
          {check.is_whole ? (
            <>
              <p class="state good">
                <Icon name="good" /> {say.whole(formatNumber(check.n_entries, "count"))}
              </p>
              <p class="muted">
                {say.head} <code>{check.head}</code>
              </p>
            </>
          ) : (
            <p class="state bad">
              <Icon name="error" /> {say.broken} {check.found}
            </p>
          )}
        </div>
      )}
    </>
  );
}
