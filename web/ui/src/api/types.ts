/** What the API gives: the shapes of web/schemas.py. */

export type OutcomeName = "answered" | "clarification" | "abstention" | "handed_off";
export type RouteName = "helpdesk" | "insights" | "desk" | "smalltalk" | "out_of_scope";
export type Cell = string | number | boolean | null;
export type Unit =
  | "money"
  | "count"
  | "fraction"
  | "hours"
  | "minutes"
  | "seconds"
  | "score"
  | "percent"
  | "ms"
  | "number";

export interface Citation {
  document_id: string;
  title: string;
  start: number;
  end: number;
  quote: string;
  url: string;
  updated_on: string | null;
  verified_by: string | null;
  status: string;
  heading: string;
}

export interface Column {
  name: string;
  label: string;
  unit: Unit | null;
}

export type ChartKind =
  | "number"
  | "line"
  | "bar"
  | "ranked"
  | "stacked"
  | "heatmap"
  | "histogram"
  | "table";

export interface Chart {
  kind: ChartKind;
  title: string;
  x: string | null;
  y: string[];
  series: string | null;
  unit: Unit | null;
  // Turns that were stored by older versions lack what follows.
  compare?: string[];
  most_x?: number | null;
  most_series?: number | null;
  others?: "added_up" | "left_out" | null;
  note?: string;
}

export interface Receipt {
  sql: string;
  period: string;
  definition: string;
  filters: string[];
  n_rows: number;
  as_of: string;
  notes: string[];
  checks?: { kind: string; text: string }[];
  is_partial?: boolean;
  rows_read?: number | null;
  definition_version?: string;
  elapsed_ms?: number | null;
}

export interface Finding {
  analysis: string;
  metric_query: { grain?: string | null } | null;
  columns: Column[];
  rows: Cell[][];
  chart: Chart;
  receipt: Receipt;
}

export interface Choice {
  label: string;
  text: string;
}

export interface SearchedAlso {
  written: string;
  meaning: string;
  source: "spelling" | "corpus" | "operator" | "general";
}

export interface Turn {
  outcome: OutcomeName;
  route: RouteName;
  text: string;
  citations: Citation[];
  finding: Finding | null;
  choices: Choice[];
  conversation_id: string;
  turn_id: string;
  question: string;
  asked_at: string;
  suggestions: string[];
  reason: string | null;
  nearest: Citation[];
  offers_ticket: boolean;
  searched_also: SearchedAlso[];
  replies: Choice[];
  ticket_number: number | null;
}

export interface ConversationSummary {
  conversation_id: string;
  title: string;
  started_at: string;
}

export interface Conversation extends ConversationSummary {
  turns: Turn[];
}

export type BlockKind =
  | "heading"
  | "paragraph"
  | "step"
  | "bullet"
  | "code"
  | "quote"
  | "note"
  | "table";

export interface Block {
  kind: BlockKind;
  start: number;
  end: number;
  level: number;
  number: string;
  depth: number;
}

export interface Article {
  document_id: string;
  title: string;
  description: string;
  status: string;
  superseded_by: string | null;
  updated_on: string | null;
  verified_by: string | null;
  applies_to: string[];
  url: string | null;
  text: string;
  body_start: number;
  blocks: Block[];
}

export interface Ticket {
  ticket_number: number;
  subject: string;
  status: string;
}

/** Why something failed, as the page tells it. */
export interface Problem {
  error: string;
  message: string;
  hint: string;
  request_id: string;
}

export type TurnEvent =
  | { kind: "route"; data: { route: RouteName | null; conversation_id: string } }
  | { kind: "text"; data: { text: string } }
  | { kind: "citation"; data: Citation }
  | { kind: "finding"; data: Finding }
  | { kind: "choices"; data: { choices: Choice[] } }
  | { kind: "done"; data: Turn }
  | { kind: "error"; data: Problem };
