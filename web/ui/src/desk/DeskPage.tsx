/** The agents' desk: queue, ticket, suggestions. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Actions, ActionsContext } from "../actions";
import { articlePath } from "../api/client";
import { Bar } from "../shell/Bar";
import { KeysDialog } from "../shell/KeysDialog";
import { useKeys } from "../shell/useKeys";
import "../styles/desk.css";
import { deskPath, type Filters, readFilters, readTicketId } from "./address";
import { assign, decide, readAgents, sendReply, setFields } from "./api";
import { DraftDialog, DraftsDialog } from "./Drafts";
import { focusNow } from "./focus";
import { plain } from "./format";
import { tell } from "./messages";
import { QueueColumn } from "./Queue";
import { decisions, EMPTY_REPLY, insert, type Reply } from "./replies";
import { SuggestionsColumn, sourcesOf } from "./SuggestionsColumn";
import { TicketColumn } from "./TicketColumn";
import type { AgentStatus, DeskTicket, Source } from "./types";
import { useQueue } from "./useQueue";
import { useTicket } from "./useTicket";

type View = "queue" | "ticket" | "suggestions";
const VIEWS: readonly View[] = ["queue", "ticket", "suggestions"];
const KEYS: readonly (readonly [string, string])[] = [
  ["j, k", tell.keys.move],
  ["Enter", tell.keys.open],
  ["r", tell.keys.reply],
  ["i", tell.keys.insert],
  ["e", tell.keys.edit],
  ["a", tell.keys.assign],
  ["Ctrl + Enter", tell.keys.send],
  ["/", tell.keys.search],
  ["Esc", tell.keys.leave],
  ["?", tell.keys.list],
];

export function DeskPage() {
  const [filters, setFilters] = useState<Filters>(() => readFilters(location.search));
  const [ticketId, setTicketId] = useState(() => readTicketId(location.pathname));
  const [view, setView] = useState<View>(ticketId === null ? "queue" : "ticket");
  const [place, setPlace] = useState(-1);
  const at = useRef(place);
  at.current = place;
  const [me, setMe] = useState("");
  const [spoken, setSpoken] = useState("");
  const [dialog, setDialog] = useState<"" | "draft" | "drafts">("");
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const queue = useQueue(filters);
  const open = useTicket(ticketId, queue.put);
  const replies = useReplies(ticketId);
  const ticket = open.ticket.value;

  useEffect(() => {
    document.title = `${ticket ? `${ticket.ticket_id} · ` : ""}${tell.desk}`;
  }, [ticket]);
  useEffect(() => {
    readAgents().then(
      (found) => setMe(found.me),
      () => setMe(""), // the queue says why
    );
  }, []);
  useEffect(() => {
    const onBack = (): void => {
      setFilters(readFilters(location.search));
      setTicketId(readTicketId(location.pathname));
    };
    window.addEventListener("popstate", onBack);
    return () => window.removeEventListener("popstate", onBack);
  }, []);

  const filter = useCallback(
    (next: Filters) => {
      history.replaceState(null, "", deskPath(readTicketId(location.pathname), next));
      setPlace(-1);
      setFilters(next);
    },
    [],
  );
  const openTicket = useCallback(
    (id: string) => {
      if (readTicketId(location.pathname) !== id) history.pushState(null, "", deskPath(id, filters));
      setTicketId(id);
      setView("ticket");
    },
    [filters],
  );
  const openPlace = (at: number): void => {
    const row = queue.rows[at];
    if (!row) return;
    setPlace(at);
    openTicket(row.ticket_id);
  };
  const putIn = (text: string, sources: Source[]): void => {
    replies.change((reply) => insert(reply, text, sources));
    setView("ticket");
    setSpoken(tell.inserted);
  };
  const send = async (isInternal: boolean, status: AgentStatus | null): Promise<boolean> => {
    if (!ticket) return false;
    const sent = replies.reply;
    const done = await open.act((now) => sendReply(now, sent.text.trim(), isInternal, status));
    if (!done) return false;
    setSpoken(isInternal ? tell.noted : tell.sent);
    if (!isInternal) tellDecisions(ticket, sent);
    replies.change(() => EMPTY_REPLY);
    list.current?.focus();
    return true;
  };
  const take = async (): Promise<void> => {
    const isMine = ticket?.assignee?.agent_id === me;
    const done = await open.act((now) => assign(now, isMine ? null : "me"));
    if (done) setSpoken(isMine ? tell.givenBack : tell.taken);
  };
  const edit = (): void => {
    setView("ticket");
    focusNow(box, (area) => area.setSelectionRange(area.value.length, area.value.length));
  };
  const leave = (): void => {
    if (view !== "queue") setView("queue");
    focusNow(list);
  };
  const keys = useKeys({
    focus: () => {
      setView("queue");
      focusNow(search);
    },
    close: leave,
    other: (key) => {
      const step = key === "j" || key === "ArrowDown" ? 1 : key === "k" || key === "ArrowUp" ? -1 : 0;
      if (step !== 0) {
        const isInList = document.activeElement === list.current || key.length === 1;
        if (!isInList) return false;
        // Keys may come faster than the page is drawn.
        at.current = Math.max(0, Math.min(queue.nFound - 1, at.current + step));
        setPlace(at.current);
        list.current?.focus();
        return true;
      }
      if (key === "Enter" && document.activeElement === list.current && at.current >= 0) {
        openPlace(at.current);
        return true;
      }
      if (!ticket) return false;
      if (key === "r" || key === "e") edit();
      else if (key === "a" && ticket.is_here) void take();
      else if (key === "i") {
        const draft = open.suggestions.value?.draft;
        if (draft) putIn(plain(draft.text), sourcesOf(draft));
      } else return false;
      return true;
    },
  });

  const actions = useMemo<Actions>(
    () => ({
      ask: () => undefined,
      announce: setSpoken,
      show: (content) => {
        if (content.kind !== "article") return;
        window.open(`/a/${articlePath(content.documentId)}`, "_blank", "noopener");
      },
    }),
    [],
  );
  return (
    <ActionsContext.Provider value={actions}>
      <a class="skip" href="#thread">
        {tell.skip}
      </a>
      <div class="hidden-text" aria-live="polite" role="log">
        {spoken}
      </div>
      <div class="desk" data-view={view}>
        <Bar title={tell.desk} onKeys={keys.showList}>
          <button type="button" class="link wide-only" onClick={() => setDialog("drafts")}>
            {tell.drafts}
          </button>
        </Bar>
        <nav class="desk-tabs" aria-label={tell.views}>
          {VIEWS.map((name) => (
            <button
              key={name}
              type="button"
              aria-current={view === name}
              disabled={name !== "queue" && ticketId === null}
              onClick={() => setView(name)}
            >
              {tell[name]}
            </button>
          ))}
        </nav>
        <main class="desk-columns">
          <QueueColumn
            {...{ queue, filters, search, list, place, me }}
            openId={ticketId}
            onFilters={filter}
            onOpen={openPlace}
          />
          <TicketColumn
            {...{ open, me, box }}
            hasId={ticketId !== null}
            facets={queue.facets}
            reply={replies.reply}
            trouble={open.trouble}
            isBusy={open.isBusy}
            onText={(text) => replies.change((reply) => ({ ...reply, text }))}
            onSend={send}
            onLeave={leave}
            onSaid={setSpoken}
            onDraft={() => setDialog("draft")}
          />
          {ticketId !== null && (
            <SuggestionsColumn
              open={open}
              onInsert={putIn}
              onReject={(source) => tellDecision(ticketId, source, "rejected")}
              onField={(name, value) => void open.act((now) => setFields(now, { [name]: value }))}
              onOpen={openTicket}
            />
          )}
        </main>
      </div>
      {dialog === "draft" && ticketId !== null && (
        <DraftDialog ticketId={ticketId} onClose={() => setDialog("")} />
      )}
      {dialog === "drafts" && <DraftsDialog onClose={() => setDialog("")} />}
      {keys.isListShown && (
        <KeysDialog
          keys={KEYS}
          switchLabel={tell.keysOn}
          areOn={keys.areOn}
          onSwitch={keys.setOn}
          onClose={keys.hideList}
        />
      )}
    </ActionsContext.Provider>
  );
}

/** What is being written for each ticket: kept while the desk is open. */
function useReplies(ticketId: string | null) {
  const [all, setAll] = useState<ReadonlyMap<string, Reply>>(new Map());
  const reply = (ticketId !== null && all.get(ticketId)) || EMPTY_REPLY;
  const change = (make: (reply: Reply) => Reply): void => {
    if (ticketId === null) return;
    setAll((now) => new Map(now).set(ticketId, make(now.get(ticketId) ?? EMPTY_REPLY)));
  };
  return { reply, change };
}

function tellDecisions(ticket: DeskTicket, sent: Reply): void {
  for (const { source, decision } of decisions(sent)) {
    void tellDecision(ticket.ticket_id, source, decision);
  }
}

/** Nobody waits for it, and the reply is sent whatever becomes of it. */
async function tellDecision(
  ticketId: string,
  source: Source,
  decision: "accepted" | "edited" | "rejected",
): Promise<boolean> {
  try {
    await decide(ticketId, source, decision);
    return true;
  } catch {
    return false;
  }
}
