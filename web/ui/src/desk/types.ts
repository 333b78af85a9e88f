/** What the desk's API gives: the shapes of web/desk_schemas.py and assistant/suggestions.py. */

export type TicketState = "open" | "closed" | "all";
export type Assigned = "anybody" | "me" | "nobody";
export type Sort = "priority" | "newest" | "oldest" | "changed";
export type Facet = "status" | "priority" | "team" | "category";
export type AgentStatus = "new" | "in_progress" | "waiting" | "solved";
export type Decision = "accepted" | "edited" | "rejected";
export const FACETS: readonly Facet[] = ["status", "priority", "team", "category"];
export const AGENT_STATUSES: readonly AgentStatus[] = ["new", "in_progress", "waiting", "solved"];

export interface Agent {
  agent_id: string;
  name: string;
}

export interface Row {
  ticket_id: string;
  is_here: boolean;
  subject: string;
  status: string;
  is_open: boolean;
  is_private: boolean;
  category: string;
  priority: string;
  team: string;
  requester: string;
  assignee: Agent | null;
  opened_at: string;
  changed_at: string;
  n_replies: number;
}

export type Facets = Partial<Record<Facet, Record<string, number>>>;

export interface QueuePage {
  tickets: Row[];
  n_found: number;
  next_cursor: string | null;
  facets: Facets;
}

export interface Entry {
  kind:
    | "said"
    | "note"
    | "reply"
    | "internal"
    | "status"
    | "assigned"
    | "unassigned"
    | "fields";
  role: "requester" | "assistant" | "agent" | "system";
  name: string;
  text: string;
  at: string;
}

export interface FieldValue {
  value: string;
  confidence: number | null;
  method: string;
}

export interface HandOff {
  reason: string;
  tried: { document_id: string; title: string; heading: string; step: number | null; quote: string }[];
  evidence: { document_id: string; title: string; url: string; is_quoted: boolean }[];
  facets: Record<string, string>;
}

export interface DeskTicket extends Row {
  version: number;
  entries: Entry[];
  fields: Partial<Record<string, FieldValue>>;
  handoff: HandOff | null;
  conversation_id: string | null;
}

export interface Quote {
  ticket_id: string;
  quote: string;
}

export interface Similar {
  ticket_id: string;
  subject: string;
  status: string;
  relevance: number;
  age_days: number;
  is_confirmed: boolean;
  is_contradicted: boolean;
  quotes: Quote[];
}

export interface FoundArticle {
  document_id: string;
  title: string;
  quote: string;
  relevance: number;
  updated_on: string | null;
  status: string;
}

export interface Suggestions {
  n_history: number;
  consensus: { text: string; confidence: number; cluster: { name: Quote } } | null;
  similar: Similar[];
  open_similar: Similar[];
  articles: FoundArticle[];
  triage: Record<string, { value: string; confidence: number }>;
  duplicates: { ticket_id: string; subject: string; status: string; confidence: number }[];
  draft: { text: string; ticket_quotes: Quote[]; articles: FoundArticle[] } | null;
}

/** Where a suggested text comes from. */
export interface Source {
  kind: "ticket" | "article";
  source_id: string;
}

/** A draft of an article on the list for review. */
export interface Draft {
  draft_id: string;
  ticket_id: string;
  title: string;
  markdown: string;
  status: "proposed" | "accepted" | "rejected";
  by: Agent;
  at: string;
}
