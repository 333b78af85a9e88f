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
