/** What may help with the open ticket. Nothing here sends anything. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ErrorCard } from "../chat/ErrorCard";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { RichText } from "../text/RichText";
import { age, percent, plain } from "./format";
import { statusName, tell } from "./messages";
import { ArticleLink } from "./TicketColumn";
import type { DeskTicket, FoundArticle, Similar, Source, Suggestions } from "./types";
import type { OpenTicket } from "./useTicket";

interface Props {
  open: OpenTicket;
  onInsert: (text: string, sources: Source[]) => void;
  onReject: (source: Source) => Promise<boolean>;
  onField: (name: string, value: string) => void;
  onOpen: (ticketId: string) => void;
}

/** Where a draft comes from: each past ticket and article that it quotes. */
export function sourcesOf(draft: NonNullable<Suggestions["draft"]>): Source[] {
  const tickets = [...new Set(draft.ticket_quotes.map((item) => item.ticket_id))];
  return [
    ...tickets.map((source_id): Source => ({ kind: "ticket", source_id })),
    ...draft.articles.map((item): Source => ({ kind: "article", source_id: item.document_id })),
  ];
}

export function SuggestionsColumn(props: Props) {
  const { value, isLoading, problem } = props.open.suggestions;
  const isPrivate = problem?.error === "ticket_not_found" && props.open.ticket.value !== null;
  return (
    <aside class="desk-suggestions" aria-label={tell.suggestions}>
      {isLoading && <Skeleton lines={6} label={tell.loadingSuggestions} />}
      {isPrivate && <p class="muted">{tell.privateNoSuggestion}</p>}
      {problem && !isPrivate && <ErrorCard problem={problem} />}
      {value && isEmpty(value) && (
        <div class="desk-empty">
          <p>{tell.noSuggestion}</p>
          <p class="muted">{tell.noSuggestionMore}</p>
        </div>
      )}
      {value && <All {...props} found={value} />}
    </aside>
  );
}

function isEmpty(found: Suggestions): boolean {
  const lists = [found.similar, found.open_similar, found.articles, found.duplicates];
  return !found.consensus && !found.draft && lists.every((list) => list.length === 0);
}

function All({ found, open, onInsert, onReject, onField, onOpen }: Props & { found: Suggestions }) {
  const { draft, consensus } = found;
  const ticket = open.ticket.value;
  return (
    <>
      {consensus && (
        <section>
          <h3 class="over">{tell.consensus}</h3>
          <p>{consensus.text}</p>
          <p class="muted">{tell.sure(percent(consensus.confidence))}</p>
          <button
            type="button"
            class="quiet"
            title={tell.insertLong}
            onClick={() => {
              const { quote, ticket_id } = consensus.cluster.name;
              onInsert(plain(quote), [{ kind: "ticket", source_id: ticket_id }]);
            }}
          >
            <Icon name="insert" /> {tell.insert}
          </button>
        </section>
      )}
      {draft && (
        <section>
          <h3 class="over">{tell.draft}</h3>
          {draft.articles.some((item) => isTried(ticket, item.document_id)) && <Tried />}
          <p class="desk-draft">{plain(draft.text)}</p>
          <button
            type="button"
            class="button"
            title={tell.insertLong}
            onClick={() => onInsert(plain(draft.text), sourcesOf(draft))}
          >
            <Icon name="insert" /> {tell.insert} <kbd class="wide-only">i</kbd>
          </button>
        </section>
      )}
      <Fields found={found} ticket={ticket} onField={onField} />
      <Listed title={tell.duplicates} items={found.duplicates}>
        {(item) => (
          <li key={item.ticket_id}>
            <Past
              id={item.ticket_id}
              subject={item.subject}
              about={`${statusName(item.status)} · ${tell.sure(percent(item.confidence))}`}
              onOpen={onOpen}
            />
          </li>
        )}
      </Listed>
      <Listed title={tell.similar} items={found.similar.slice(0, 5)}>
        {(item) => (
          <SimilarView key={item.ticket_id} item={item} {...{ onInsert, onReject, onOpen }} />
        )}
      </Listed>
      <Listed title={tell.articles} items={found.articles.slice(0, 4)}>
        {(item) => (
          <ArticleView
            key={item.document_id}
            item={item}
            isTried={isTried(ticket, item.document_id)}
            {...{ onInsert, onReject }}
          />
        )}
      </Listed>
      <Listed title={tell.openSimilar} items={found.open_similar}>
        {(item) => (
          <li key={item.ticket_id}>
            <Past
              id={item.ticket_id}
              subject={item.subject}
              about={statusName(item.status)}
              onOpen={onOpen}
            />
          </li>
        )}
      </Listed>
    </>
  );
}

interface ListedProps<T> {
  title: string;
  items: readonly T[];
  children: (item: T) => ComponentChildren;
}

function Listed<T>({ title, items, children }: ListedProps<T>) {
  if (items.length === 0) return null;
  return (
    <section>
      <h3 class="over">{title}</h3>
      <ul>{items.map(children)}</ul>
    </section>
  );
}

interface FieldsProps {
  found: Suggestions;
  ticket: DeskTicket | null;
  onField: (name: string, value: string) => void;
}

function Fields({ found, ticket, onField }: FieldsProps) {
  const open = (["category", "priority", "team"] as const).filter((name) => {
    const predicted = found.triage[name];
    if (!predicted || !ticket?.is_here) return false;
    const set = ticket.fields[name];
    return set?.method !== "agent" && set?.method !== "policy";
  });
  if (open.length === 0) return null;
  return (
    <section>
      <h3 class="over">{tell.fields}</h3>
      <ul>
        {open.map((name) => (
          <li key={name} class="desk-predicted">
            <span class="muted">{tell[name]}</span>
            <span>{found.triage[name]!.value}</span>
            <span class="muted">{tell.predicted(percent(found.triage[name]!.confidence))}</span>
            <button
              type="button"
              class="quiet"
              aria-label={`${tell.set}: ${tell[name]}`}
              onClick={() => onField(name, found.triage[name]!.value)}
            >
              {tell.set}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface PastProps {
  id: string;
  subject: string;
  about: string;
  onOpen: (ticketId: string) => void;
}

function Past({ id, subject, about, onOpen }: PastProps) {
  return (
    <p>
      <button type="button" class="link" onClick={() => onOpen(id)}>
        {id} {subject}
      </button>{" "}
      <span class="muted">{about}</span>
    </p>
  );
}

interface SimilarProps {
  item: Similar;
  onInsert: Props["onInsert"];
  onReject: Props["onReject"];
  onOpen: Props["onOpen"];
}

function SimilarView({ item, onInsert, onReject, onOpen }: SimilarProps) {
  const source: Source = { kind: "ticket", source_id: item.ticket_id };
  const text = item.quotes.map((part) => plain(part.quote)).join("\n");
  return (
    <li class="desk-suggested">
      <Past id={item.ticket_id} subject={item.subject} about={about(item)} onOpen={onOpen} />
      {text && <blockquote>{text}</blockquote>}
      <Buttons text={text} source={source} onInsert={onInsert} onReject={onReject} />
    </li>
  );
}

function about(item: Similar): string {
  const days = new Date(Date.now() - item.age_days * 86_400_000).toISOString();
  const parts = [tell.sure(percent(item.relevance)), tell.age(age(days, Date.now()))];
  if (item.is_contradicted) parts.push(tell.contradicted);
  else if (item.is_confirmed) parts.push(tell.confirmed);
  return parts.join(" · ");
}

/** Whether the requester says that an article did not help. */
function isTried(ticket: DeskTicket | null, documentId: string): boolean {
  return ticket?.handoff?.tried.some((item) => item.document_id === documentId) ?? false;
}

function Tried() {
  return (
    <p class="state warning">
      <Icon name="warning" /> {tell.triedAlready}
    </p>
  );
}

function ArticleView(props: {
  item: FoundArticle;
  isTried: boolean;
  onInsert: Props["onInsert"];
  onReject: Props["onReject"];
}) {
  const { item, onInsert, onReject } = props;
  const source: Source = { kind: "article", source_id: item.document_id };
  return (
    <li class="desk-suggested">
      <ArticleLink id={item.document_id} title={item.title} />{" "}
      <span class="muted">
        {tell.sure(percent(item.relevance))}
        {item.status !== "current" && ` · ${tell.outdated}`}
      </span>
      {props.isTried && <Tried />}
      <div class="prose desk-quote">
        <RichText text={item.quote} around={{ documentId: item.document_id }} />
      </div>
      <Buttons text={plain(item.quote)} source={source} onInsert={onInsert} onReject={onReject} />
    </li>
  );
}

interface ButtonsProps {
  text: string;
  source: Source;
  onInsert: Props["onInsert"];
  onReject: Props["onReject"];
}

function Buttons({ text, source, onInsert, onReject }: ButtonsProps) {
  const [isRejected, setRejected] = useState(false);
  if (isRejected) return <p class="muted">{tell.rejected}</p>;
  return (
    <div class="row">
      {text && (
        <button
          type="button"
          class="quiet"
          title={tell.insertLong}
          onClick={() => onInsert(text, [source])}
        >
          <Icon name="insert" /> {tell.insert}
        </button>
      )}
      <button
        type="button"
        class="quiet"
        onClick={() => void onReject(source).then((done) => setRejected(done))}
      >
        <Icon name="close" /> {tell.reject}
      </button>
    </div>
  );
}
