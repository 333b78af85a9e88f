/** The list of tickets: filters, and rows of which only those in sight are on the page. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";
import { ErrorCard } from "../chat/ErrorCard";
import { Icon, IconButton } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { formatNumber } from "../text/format";
import { type Filters, isFiltered, NO_FILTERS, withFacet } from "./address";
import { age } from "./format";
import { statusName, tell } from "./messages";
import { type Assigned, FACETS, type Row, type Sort, type TicketState } from "./types";
import type { Queue } from "./useQueue";

const ROW_PX = 60;
const AROUND = 6;

interface Props {
  queue: Queue;
  filters: Filters;
  onFilters: (filters: Filters) => void;
  search: RefObject<HTMLInputElement | null>;
  list: RefObject<HTMLDivElement | null>;
  place: number;
  openId: string | null;
  me: string;
  onOpen: (place: number) => void;
}

export function QueueColumn(props: Props) {
  const { queue, filters, onFilters } = props;
  const isDenied = queue.problem?.error === "not_permitted";
  return (
    <section class="desk-queue" aria-label={tell.queue}>
      {!isDenied && <FilterBar {...props} />}
      {isDenied ? (
        <div class="desk-empty" role="alert">
          <p>
            <Icon name="lock" /> {tell.notAllowed}
          </p>
          <p class="muted">{tell.notAllowedMore}</p>
          <a href="/tickets">{tell.yourTickets}</a>
        </div>
      ) : queue.problem && queue.rows.length === 0 ? (
        <div class="desk-pad">
          <ErrorCard problem={queue.problem} onRetry={queue.reload} />
        </div>
      ) : queue.isLoading && queue.rows.length === 0 ? (
        <div class="desk-pad">
          <Skeleton lines={8} label={tell.loadingQueue} />
        </div>
      ) : queue.nFound === 0 ? (
        <div class="desk-empty">
          <p>{isFiltered(filters) ? tell.nothingFound : tell.queueEmpty}</p>
          {isFiltered(filters) ? (
            <button type="button" class="button" onClick={() => onFilters(NO_FILTERS)}>
              {tell.clear}
            </button>
          ) : (
            <p class="muted">{tell.queueEmptyMore}</p>
          )}
        </div>
      ) : (
        <Rows {...props} />
      )}
    </section>
  );
}

function FilterBar({ queue, filters, onFilters, search }: Props) {
  const [text, setText] = useState(filters.q);
  const typed = useRef(filters.q);
  useEffect(() => {
    if (filters.q !== typed.current.trim()) setText(filters.q);
    typed.current = filters.q;
  }, [filters.q]);
  useEffect(() => {
    if (text.trim() === filters.q) return;
    const timer = setTimeout(() => {
      typed.current = text;
      onFilters({ ...filters, q: text.trim() });
    }, 180);
    return () => clearTimeout(timer);
  }, [text, filters, onFilters]);
  return (
    <div class="desk-filters" role="search" aria-label={tell.filters}>
      <input
        ref={search}
        type="text"
        aria-label={tell.search}
        placeholder={tell.searchHint}
        value={text}
        maxLength={200}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <Choice
        label={tell.state}
        value={filters.state}
        values={tell.states}
        onChange={(state) => onFilters({ ...filters, state: state as TicketState })}
      />
      <Choice
        label={tell.assigned}
        value={filters.assigned}
        values={tell.assignedTo}
        onChange={(assigned) => onFilters({ ...filters, assigned: assigned as Assigned })}
      />
      <Choice
        label={tell.sort}
        value={filters.sort}
        values={tell.sorts}
        onChange={(sort) => onFilters({ ...filters, sort: sort as Sort })}
      />
      {FACETS.map((name) => {
        const counts = { ...(queue.facets[name] ?? {}) };
        const value = filters[name][0] ?? "";
        if (value && !(value in counts)) counts[value] = 0;
        const named = Object.entries(counts).map(([key, count]) => [
          key,
          tell.value(name === "status" ? statusName(key) : key, count),
        ]);
        return (
          <Choice
            key={name}
            label={tell[name]}
            value={value}
            values={{ "": tell.any[name], ...Object.fromEntries(named) }}
            onChange={(chosen) => onFilters(withFacet(filters, name, chosen))}
          />
        );
      })}
      <p class="muted desk-count" role="status">
        {queue.nFound === 1
          ? tell.oneTicket
          : tell.nTickets(formatNumber(queue.nFound, "count"))}
        {isFiltered(filters) && (
          <IconButton icon="close" label={tell.clear} onClick={() => onFilters(NO_FILTERS)} />
        )}
      </p>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  values: Record<string, string>;
  onChange: (value: string) => void;
}

export function Choice({ label, value, values, onChange }: ChoiceProps) {
  return (
    <select
      class={value ? "is-set" : ""}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {Object.entries(values).map(([key, name]) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Rows({ queue, list, place, openId, me, onOpen }: Props) {
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    const watch = new ResizeObserver(() => setHeight(box.clientHeight));
    watch.observe(box);
    setHeight(box.clientHeight);
    return () => watch.disconnect();
  }, [list]);
  useEffect(() => {
    const box = list.current;
    if (!box || place < 0) return;
    if (place * ROW_PX < box.scrollTop) box.scrollTop = place * ROW_PX;
    const end = (place + 1) * ROW_PX - box.clientHeight;
    if (end > box.scrollTop) box.scrollTop = end;
  }, [place, list]);
  const first = Math.max(0, Math.floor(top / ROW_PX) - AROUND);
  const end = Math.min(queue.nFound, Math.ceil((top + height) / ROW_PX) + AROUND);
  useEffect(() => queue.need(end), [queue, end]);
  const now = Date.now();
  return (
    <div
      ref={list}
      class="desk-rows"
      role="listbox"
      tabIndex={0}
      aria-label={tell.queue}
      aria-activedescendant={place >= 0 ? `row-${place}` : undefined}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div class="desk-space" role="presentation" ref={(box) => setSize(box, queue.nFound)}>
        {Array.from({ length: Math.max(0, end - first) }, (_, step) => {
          const at = first + step;
          return (
            <RowView
              key={at}
              place={at}
              row={queue.rows[at] ?? null}
              n={queue.nFound}
              isActive={at === place}
              isOpen={queue.rows[at]?.ticket_id === openId}
              me={me}
              now={now}
              onOpen={onOpen}
            />
          );
        })}
      </div>
    </div>
  );
}

// Sizes are set on the nodes: the page's policy allows no style attributes.
function setSize(box: HTMLElement | null, nRows: number): void {
  if (box) box.style.height = `${nRows * ROW_PX}px`;
}

interface RowProps {
  row: Row | null;
  place: number;
  n: number;
  isActive: boolean;
  isOpen: boolean;
  me: string;
  now: number;
  onOpen: (place: number) => void;
}

function RowView({ row, place, n, isActive, isOpen, me, now, onOpen }: RowProps) {
  const put = (node: HTMLElement | null): void => {
    if (node) node.style.transform = `translateY(${place * ROW_PX}px)`;
  };
  if (!row) return <div ref={put} class="desk-row is-coming" role="presentation" />;
  const assignee = row.assignee && (row.assignee.agent_id === me ? tell.mine : row.assignee.name);
  return (
    <div
      ref={put}
      id={`row-${place}`}
      class={`desk-row ${isActive ? "is-active" : ""} ${isOpen ? "is-open" : ""}`}
      role="option"
      aria-selected={isOpen}
      aria-posinset={place + 1}
      aria-setsize={n}
      onClick={() => onOpen(place)}
    >
      <p class="desk-row-line">
        <strong class="desk-row-subject">{row.subject}</strong>
        <Priority name={row.priority} />
      </p>
      <p class="desk-row-line muted">
        <span>{row.ticket_id}</span>
        <span>{statusName(row.status)}</span>
        {row.team && <span class="desk-row-team">{row.team}</span>}
        {row.is_private && <Icon name="lock" />}
        <span class="grow" />
        {row.assignee && (
          <span>
            <Icon name="person" /> {assignee || tell.somebody}
          </span>
        )}
        <span>{age(row.opened_at, now)}</span>
      </p>
    </div>
  );
}

export function Priority({ name }: { name: string }) {
  if (!name) return null;
  return <span class={`desk-priority is-${name.toLowerCase()}`}>{name}</span>;
}
