/** The open ticket: its line, what was handed over, what was said, the reply. */

import { ErrorCard } from "../chat/ErrorCard";
import { articlePath } from "../api/client";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { RichText } from "../text/RichText";
import { assign, setFields, setStatus } from "./api";
import { moment, percent, plain } from "./format";
import { statusName, tell } from "./messages";
import { Choice, Priority } from "./Queue";
import { ReplyBox, type ReplyProps } from "./ReplyBox";
import { AGENT_STATUSES, type DeskTicket, type Entry, type Facets, type HandOff } from "./types";
import type { OpenTicket } from "./useTicket";

interface Props extends Omit<ReplyProps, "ticket"> {
  open: OpenTicket;
  hasId: boolean;
  facets: Facets;
  onSaid: (text: string) => void;
  onDraft: () => void;
}

const PRIORITIES = ["urgent", "high", "medium", "low"];

export function TicketColumn({ open, hasId, facets, onSaid, onDraft, ...replying }: Props) {
  const { value, isLoading, problem } = open.ticket;
  if (!hasId) {
    return (
      <section class="desk-ticket" aria-label={tell.ticket}>
        <div class="desk-empty">
          <p>{tell.nothingSelected}</p>
          <p class="muted wide-only">{tell.nothingSelectedMore}</p>
        </div>
      </section>
    );
  }
  return (
    <section class="desk-ticket" aria-label={tell.ticket}>
      {isLoading && (
        <div class="desk-pad">
          <Skeleton lines={7} label={tell.loadingTicket} />
        </div>
      )}
      {problem && (
        <div class="desk-pad">
          <ErrorCard problem={problem} onRetry={open.reload} />
        </div>
      )}
      {value && (
        <>
          <div class="desk-scroll" tabIndex={0} role="region" aria-label={tell.thread} id="thread">
            <Head ticket={value} me={replying.me} {...{ open, facets, onSaid, onDraft }} />
            {value.handoff && <HandOffView handoff={value.handoff} />}
            <Thread entries={value.entries} />
          </div>
          <ReplyBox key={value.ticket_id} ticket={value} {...replying} />
        </>
      )}
    </section>
  );
}

interface HeadProps {
  ticket: DeskTicket;
  open: OpenTicket;
  facets: Facets;
  me: string;
  onSaid: (text: string) => void;
  onDraft: () => void;
}

function Head({ ticket, open, facets, me, onSaid, onDraft }: HeadProps) {
  const isMine = ticket.assignee?.agent_id === me;
  const give = async (): Promise<void> => {
    const done = await open.act((now) => assign(now, isMine ? null : "me"));
    if (done) onSaid(isMine ? tell.givenBack : tell.taken);
  };
  const who = isMine ? tell.mine : (ticket.assignee?.name ?? tell.nobody) || tell.somebody;
  return (
    <header class="desk-head">
      <h2 tabIndex={-1} id="desk-subject">
        {ticket.subject}
      </h2>
      <p class="muted desk-facts">
        <span>{ticket.ticket_id}</span>
        <span>{ticket.requester || tell.requester}</span>
        <span>{tell.opened(moment(ticket.opened_at))}</span>
        {ticket.is_private && (
          <span class="state warning">
            <Icon name="lock" /> {tell.private}
          </span>
        )}
        {!ticket.is_here && <span>{tell.elsewhere}</span>}
      </p>
      {ticket.is_here ? (
        <div class="desk-fields">
          <Choice
            label={tell.status}
            value={ticket.status}
            values={Object.fromEntries(
              [...new Set([...AGENT_STATUSES, ticket.status])].map((name) => [name, statusName(name)]),
            )}
            onChange={(status) => {
              const chosen = AGENT_STATUSES.find((item) => item === status);
              if (!chosen) return;
              void open
                .act((now) => setStatus(now, chosen))
                .then((done) => done && onSaid(tell.statusSet(statusName(chosen))));
            }}
          />
          {(["priority", "category", "team"] as const).map((name) => (
            <FieldChoice key={name} name={name} ticket={ticket} open={open} facets={facets} />
          ))}
          <button type="button" class="button" disabled={open.isBusy} onClick={() => void give()}>
            <Icon name="person" /> {isMine ? tell.giveBack : tell.take}
          </button>
          <span class="muted">
            {tell.assignee}: {who}
          </span>
        </div>
      ) : (
        <p class="muted desk-facts">
          <span>{statusName(ticket.status)}</span>
          <Priority name={ticket.priority} />
          <span>{ticket.category}</span>
          <span>{ticket.team}</span>
        </p>
      )}
      {!ticket.is_open && (
        <button type="button" class="button desk-draft-button" onClick={onDraft}>
          <Icon name="article" /> {tell.draftArticle}
        </button>
      )}
    </header>
  );
}

interface FieldProps {
  name: "priority" | "category" | "team";
  ticket: DeskTicket;
  open: OpenTicket;
  facets: Facets;
}

function FieldChoice({ name, ticket, open, facets }: FieldProps) {
  const field = ticket.fields[name];
  const value = field?.value ?? "";
  const known = name === "priority" ? PRIORITIES : Object.keys(facets[name] ?? {}).sort();
  const all = [...new Set([...known, value])].filter(Boolean);
  const sure = field?.confidence == null ? "" : ` · ${tell.predicted(percent(field.confidence))}`;
  const named = all.map((item) => [item, item === value ? `${tell[name]}: ${item}${sure}` : item]);
  return (
    <Choice
      label={tell[name]}
      value={value}
      values={{ ...(value ? {} : { "": tell.noField(tell[name]) }), ...Object.fromEntries(named) }}
      onChange={(chosen) => {
        if (chosen) void open.act((now) => setFields(now, { [name]: chosen }));
      }}
    />
  );
}

export function HandOffView({ handoff }: { handoff: HandOff }) {
  const facets = Object.entries(handoff.facets);
  return (
    <section class="desk-handoff" aria-label={tell.handedOver}>
      <p>{tell.reasons[handoff.reason] ?? handoff.reason}</p>
      {handoff.tried.length > 0 && (
        <dl>
          <dt>{tell.tried}</dt>
          <dd>
            <ul>
              {handoff.tried.map((item) => (
                <li key={item.document_id + item.heading + item.step}>
                  <ArticleLink id={item.document_id} title={item.title} />
                  {item.heading && ` › ${item.heading}`}
                  {item.step !== null && (
                    <span class="desk-failing">
                      <Icon name="warning" /> {tell.failingStep(item.step)}: “
                      {plain(item.quote.replace(/^\d+[.)]\s*/, ""))}”
                    </span>
                  )}
                </li>
              ))}
            </ul>
          </dd>
        </dl>
      )}
      {facets.length > 0 && (
        <dl>
          <dt>{tell.known}</dt>
          <dd class="row">
            {facets.map(([name, value]) => (
              <span key={name} class="desk-chip">
                {name}: {value}
              </span>
            ))}
          </dd>
        </dl>
      )}
      {handoff.evidence.length > 0 && (
        <dl>
          <dt>{tell.shown}</dt>
          <dd>
            <ul>
              {handoff.evidence.map((item) => (
                <li key={item.document_id}>
                  <ArticleLink id={item.document_id} title={item.title} />{" "}
                  <span class="muted">({item.is_quoted ? tell.quoted : tell.near})</span>
                </li>
              ))}
            </ul>
          </dd>
        </dl>
      )}
    </section>
  );
}

export function ArticleLink({ id, title }: { id: string; title: string }) {
  return (
    <a href={`/a/${articlePath(id)}`} target="_blank" rel="noopener" title={tell.openArticle(title)}>
      {title}
    </a>
  );
}

function Thread({ entries }: { entries: Entry[] }) {
  return (
    <ol class="desk-thread">
      {entries.map((entry, place) => (
        <li key={place}>
          <EntryView entry={entry} />
        </li>
      ))}
    </ol>
  );
}

function EntryView({ entry }: { entry: Entry }) {
  const name = entry.name || tell.somebody;
  const { did } = tell;
  switch (entry.kind) {
    case "status":
      return <Done text={did.status(name, statusName(entry.text))} at={entry.at} />;
    case "assigned": {
      const isSelf = entry.text === entry.name;
      const text = isSelf ? did.took(name) : did.assigned(name, entry.text || tell.somebody);
      return <Done text={text} at={entry.at} />;
    }
    case "unassigned":
      return <Done text={did.unassigned(name)} at={entry.at} />;
    case "fields":
      return <Done text={did.fields(name, entry.text)} at={entry.at} />;
    default:
      return <Message entry={entry} />;
  }
}

function Done({ text, at }: { text: string; at: string }) {
  return (
    <p class="muted">
      {text} <time dateTime={at}>{moment(at)}</time>
    </p>
  );
}

function Message({ entry }: { entry: Entry }) {
  if (entry.role === "assistant") {
    const first = plain(entry.text.split("\n").find((line) => line.trim()) ?? "");
    return (
      <details class="desk-answer">
        <summary class="muted">{tell.answered(first)}</summary>
        <div class="prose">
          <RichText text={entry.text} around={{ documentId: null }} />
        </div>
      </details>
    );
  }
  const role = entry.role === "system" ? tell.system : tell.requester;
  const who = entry.name || (entry.role === "agent" ? tell.somebody : role);
  return (
    <article class={`desk-message is-${entry.role} is-${entry.kind}`}>
      <p class="muted">
        <strong>{who}</strong>
        {entry.kind === "internal" && (
          <span class="state warning">
            <Icon name="lock" /> {tell.internal}
          </span>
        )}
        <time dateTime={entry.at}>{moment(entry.at)}</time>
      </p>
      <p class="desk-said">{entry.text}</p>
    </article>
  );
}
