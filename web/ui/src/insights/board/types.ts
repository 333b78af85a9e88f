/** What the board's API gives: the shapes of web/board_schemas.py. */

export interface BoardEntry {
  entry_id: string;
  question: string;
  follow_ups: string[];
  added_at: string;
}

export interface SavedQuestion {
  name: string;
  question: string;
  every: "day" | "week" | "month";
  alert: { kind: "above" | "below" | "unusual"; limit: number | null } | null;
  last_run_on: string | null;
  fired_on: string | null;
}
