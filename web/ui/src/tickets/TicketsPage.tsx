/** One's own tickets: how they stand, what the service desk replied, what was tried. */

import { useCallback, useEffect, useState } from "preact/hooks";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { problemOf } from "../desk/api";
import { moment } from "../desk/format";
import { tell } from "../desk/messages";
import { HandOffView } from "../desk/TicketColumn";
import { Bar } from "../shell/Bar";
import { Icon } from "../shell/Icon";
import { recall, remember } from "../shell/memory";
import { Skeleton } from "../shell/Skeleton";
import "../styles/desk.css";
import {
  addNote,
  closeTicket,
  listTickets,
  type OwnTicket,
  type OwnTicketDetail,
  readOwnTicket,
} from "./api";

const numberIn = (path: string): number | null => Number(path.split("/")[2]) || null;
const statusOf = (ticket: OwnTicket): string => tell.ownStatus[ticket.status] ?? ticket.status;
const isNew = (ticket: OwnTicket): boolean =>
  ticket.n_replies > Number(recall(`seen.${ticket.ticket_number}`) ?? 0);

export function TicketsPage() {
  const [number, setNumber] = useState(() => numberIn(location.pathname));
  const [tickets, setTickets] = useState<OwnTicket[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = useCallback(() => {
    setProblem(null);
    listTickets().then(setTickets, (error: unknown) => setProblem(problemOf(error)));
  }, []);
  useEffect(load, [load, number]);
  useEffect(() => {
    document.title = tell.yourTickets;
    const onBack = (): void => setNumber(numberIn(location.pathname));
    window.addEventListener("popstate", onBack);
    return () => window.removeEventListener("popstate", onBack);
  }, []);
  const visit = (next: number | null): void => {
    history.pushState(null, "", next === null ? "/tickets" : `/tickets/${next}`);
    setNumber(next);
  };
  return (
    <div class="own">
      <Bar title={tell.yourTickets} />
      <main>
        <div class="own-column">
          {problem && <ErrorCard problem={problem} onRetry={load} />}
          {number !== null ? (
            <OwnView key={number} number={number} onBack={() => visit(null)} />
          ) : tickets === null ? (
            !problem && <Skeleton lines={5} />
          ) : (
            <List tickets={tickets} onOpen={visit} />
          )}
        </div>
      </main>
    </div>
  );
}

function List({ tickets, onOpen }: { tickets: OwnTicket[]; onOpen: (number: number) => void }) {
  if (tickets.length === 0) {
    return (
      <div class="desk-empty">
        <p>{tell.noTickets}</p>
        <p class="muted">{tell.noTicketsMore}</p>
        <a href="/">{tell.chat}</a>
      </div>
    );
  }
  return (
    <ul class="own-list">
      {tickets.map((ticket) => (
        <li key={ticket.ticket_number}>
          <a
            href={`/tickets/${ticket.ticket_number}`}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              onOpen(ticket.ticket_number);
            }}
          >
            {ticket.subject}
          </a>
          <p class="muted desk-facts">
            <span>{ticket.ticket_number}</span>
            <span>{statusOf(ticket)}</span>
            <span>{tell.opened(moment(ticket.opened_at))}</span>
            {isNew(ticket) && (
              <strong class="state good">
                <Icon name="good" /> {tell.newReply}
              </strong>
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}

function OwnView({ number, onBack }: { number: number; onBack: () => void }) {
  const [ticket, setTicket] = useState<OwnTicketDetail | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState("");
  const take = useCallback((value: OwnTicketDetail) => {
    remember(`seen.${value.ticket_number}`, String(value.n_replies));
    setTicket(value);
    setProblem(null);
  }, []);
  const fail = (error: unknown): void => setProblem(problemOf(error));
  useEffect(() => {
    readOwnTicket(number).then(take, fail);
  }, [number, take]);
  const done = (text: string) => (value: OwnTicketDetail) => {
    take(value);
    setSaid(text);
  };
  return (
    <>
      <button type="button" class="quiet" onClick={onBack}>
        <Icon name="back" /> {tell.back}
      </button>
      {problem && <ErrorCard problem={problem} />}
      {!ticket && !problem && <Skeleton lines={6} label={tell.loadingTicket} />}
      {ticket && (
        <>
          <header class="desk-head">
            <h2>{ticket.subject}</h2>
            <p class="muted desk-facts">
              <span>{ticket.ticket_number}</span>
              <span>{statusOf(ticket)}</span>
              <span>{tell.opened(moment(ticket.opened_at))}</span>
              {ticket.conversation_id && (
                <a href={`/c/${encodeURIComponent(ticket.conversation_id)}`}>{tell.conversation}</a>
              )}
            </p>
          </header>
          <Said ticket={ticket} />
          <p class="hidden-text" role="status">
            {said}
          </p>
          <NoteForm onAdd={(text) => addNote(number, text).then(done(tell.added), fail)} />
          {ticket.is_open && (
            <button
              type="button"
              class="quiet"
              onClick={() => void closeTicket(number).then(done(tell.closed), fail)}
            >
              {tell.close}
            </button>
          )}
          {ticket.handoff && (
            <section>
              <h3 class="over">{tell.whatWasTried}</h3>
              <HandOffView handoff={ticket.handoff} />
            </section>
          )}
        </>
      )}
    </>
  );
}

/** Replies of the desk and what was added, by time. */
function Said({ ticket }: { ticket: OwnTicketDetail }) {
  const all = [
    ...ticket.replies.map((item) => ({ ...item, isMine: false })),
    ...ticket.notes.map((item) => ({ ...item, kind: "note", name: tell.you, isMine: true })),
  ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  if (all.length === 0) return <p class="muted">{tell.newTicketMore}</p>;
  return (
    <ol class="desk-thread">
      {all.map((item, place) => (
        <li key={place}>
          {item.kind === "status" ? (
            <p class="muted">
              {tell.becameStatus(tell.ownStatus[item.text] ?? item.text)}{" "}
              <time dateTime={item.at}>{moment(item.at)}</time>
            </p>
          ) : (
            <article class={`desk-message ${item.isMine ? "" : "is-agent"}`}>
              <p class="muted">
                <strong>{item.name || tell.service}</strong>
                <time dateTime={item.at}>{moment(item.at)}</time>
              </p>
              <p class="desk-said">{item.text}</p>
            </article>
          )}
        </li>
      ))}
    </ol>
  );
}

function NoteForm({ onAdd }: { onAdd: (text: string) => Promise<void> }) {
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  return (
    <form
      class="own-note"
      onSubmit={(event) => {
        event.preventDefault();
        if (!text.trim() || isBusy) return;
        setBusy(true);
        void onAdd(text.trim())
          .then(() => setText(""))
          .finally(() => setBusy(false));
      }}
    >
      <textarea
        rows={3}
        maxLength={4000}
        aria-label={tell.addNote}
        placeholder={tell.addNoteHint}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="row">
        <button type="submit" class="button primary" disabled={isBusy || !text.trim()}>
          {tell.add}
        </button>
      </div>
    </form>
  );
}
