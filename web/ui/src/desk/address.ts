/** The queue's filters and the open ticket, as they stand in the address. Pure. */

import { type Assigned, FACETS, type Facet, type Sort, type TicketState } from "./types";

export interface Filters {
  state: TicketState;
  assigned: Assigned;
  sort: Sort;
  q: string;
  status: string[];
  priority: string[];
  team: string[];
  category: string[];
}

export const NO_FILTERS: Filters = {
  state: "open",
  assigned: "anybody",
  sort: "priority",
  q: "",
  status: [],
  priority: [],
  team: [],
  category: [],
};

const STATES: readonly string[] = ["open", "closed", "all"];
const WHOSE: readonly string[] = ["anybody", "me", "nobody"];
const SORTS: readonly string[] = ["priority", "newest", "oldest", "changed"];

function chosen<T extends string>(value: string | null, known: readonly string[], other: T): T {
  return value !== null && known.includes(value) ? (value as T) : other;
}

export function readFilters(search: string): Filters {
  const given = new URLSearchParams(search);
  const filters: Filters = {
    ...NO_FILTERS,
    state: chosen(given.get("state"), STATES, NO_FILTERS.state),
    assigned: chosen(given.get("assigned"), WHOSE, NO_FILTERS.assigned),
    sort: chosen(given.get("sort"), SORTS, NO_FILTERS.sort),
    q: given.get("q") ?? "",
  };
  for (const name of FACETS) filters[name] = given.getAll(name).filter(Boolean);
  return filters;
}

/** What stands behind the question mark: only what differs from no filters. */
export function writeFilters(filters: Filters): string {
  const written = new URLSearchParams();
  for (const name of ["state", "assigned", "sort"] as const) {
    if (filters[name] !== NO_FILTERS[name]) written.set(name, filters[name]);
  }
  if (filters.q.trim()) written.set("q", filters.q.trim());
  for (const name of FACETS) for (const value of filters[name]) written.append(name, value);
  return written.toString();
}

export function isFiltered(filters: Filters): boolean {
  return writeFilters({ ...filters, sort: NO_FILTERS.sort }) !== "";
}

export function withFacet(filters: Filters, name: Facet, value: string): Filters {
  return { ...filters, [name]: value ? [value] : [] };
}

export function deskPath(ticketId: string | null, filters: Filters): string {
  const search = writeFilters(filters);
  const path = ticketId === null ? "/desk" : `/desk/${encodeURIComponent(ticketId)}`;
  return search ? `${path}?${search}` : path;
}

export function readTicketId(path: string): string | null {
  const id = path.split("/")[2];
  if (!id) return null;
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
