/** What the API gives about the running of Deskwise. */

export interface User {
  user_id: string;
  name: string;
  email: string;
  role: string;
  groups: string[];
  is_disabled: boolean;
  has_password: boolean;
  created_at: string;
}

export type Trouble = "handed_over" | "down" | "abstained";

export interface Gap {
  gap_id: string;
  title: string;
  n_questions: number;
  n_askers: number;
  abstained: number;
  down: number;
  handed_over: number;
  first_at: string;
  last_at: string;
  questions: { text: string; trouble: Trouble; asked_at: string }[];
  nearest: { document_id: string; title: string } | null;
  owner: { owner_id: string; name: string } | null;
  check: { checked_at: string; n_asked: number; n_answered: number; is_outdated: boolean } | null;
}

export interface GapList {
  gaps: Gap[];
  n_open: number;
  n_hidden: number;
  days: number;
}

export interface Outcomes {
  answered: number;
  clarification: number;
  abstention: number;
  handed_off: number;
}

export type Fate = "confirmed" | "silent" | "came_back" | "unanswered" | "handed_over";

export interface Usage {
  days: (Outcomes & { day: string })[];
  routes: (Outcomes & { route: string })[];
  n_askers: number;
  n_up: number;
  n_down: number;
  deflection: Record<Fate | "too_recent", number>;
}

export interface IngestRun {
  finished_at: string;
  by: string;
  duration_s: number;
  acl: string[];
  added: number;
  changed: number;
  unchanged: number;
  removed: number;
  n_unread: number;
  n_failed: number;
  unread: { source: string; reason: string; is_skipped: boolean }[];
}

export interface SourceState {
  name: string;
  location: string;
  n_documents: number;
  n_passages: number;
  is_uploaded: boolean;
  can_be_read_again: boolean;
  last: IngestRun | null;
}

export interface SourceDocuments {
  documents: { document_id: string; title: string; acl: string[]; updated_on: string | null }[];
  n_found: number;
  n_hidden: number;
}

export interface Job {
  job_id: string;
  kind: "ingest" | "vocabulary";
  what: string;
  stage: string;
  n_done: number;
  n_total: number | null;
  started_at: string;
  finished_at: string | null;
  said: string;
  problem: string;
}

export interface Model {
  name: string;
  version: string;
  is_live: boolean;
  scores: string;
  trained_on: string;
  can_be_used: boolean;
  effect: "now" | "restart";
}

export interface RiskPoint {
  threshold: number;
  coverage: number;
  risk: number;
  measured_risk: number;
}

export interface Risk {
  max_wrong_fraction: number;
  setting: number;
  is_turned: boolean;
  threshold: number;
  curve: RiskPoint[];
  provenance: string;
}

export interface Candidate {
  short: string;
  meaning: string;
  status: "proposed" | "approved" | "rejected";
  source: string;
  n_texts: number;
  examples: string[];
}

export interface Health {
  checked_at: string;
  ok: number;
  warning: number;
  bad: number;
  findings: { name: string; status: "ok" | "warning" | "bad"; found: string; advice: string }[];
}

export interface AuditEntry {
  number: number;
  at: string;
  action: string;
  actor: string;
  subject: string;
  address: string;
  detail: Record<string, unknown>;
}

export interface AuditPage {
  entries: AuditEntry[];
  next_before: number | null;
}

export interface AuditCheck {
  is_whole: boolean;
  n_entries: number;
  head: string;
  found: string;
}
