/** Replies that are being written, and what came of what was suggested for them. Pure. */

import type { Decision, Source } from "./types";

export interface Reply {
  text: string;
  /** What was put in from suggestions, as it was put in. */
  inserted: { source: Source; text: string }[];
}

export const EMPTY_REPLY: Reply = { text: "", inserted: [] };

export function insert(reply: Reply, text: string, sources: readonly Source[]): Reply {
  const before = reply.text.trimEnd();
  const inserted = sources.map((source) => ({ source, text }));
  const known = reply.inserted.filter(
    (item) => !sources.some((source) => source.source_id === item.source.source_id),
  );
  return { text: before ? `${before}\n\n${text}` : text, inserted: [...known, ...inserted] };
}

/** What is to be told of each suggestion that went into a reply: sent as it stands, or changed. */
export function decisions(reply: Reply): { source: Source; decision: Decision }[] {
  return reply.inserted.map(({ source, text }) => ({
    source,
    decision: reply.text.includes(text) ? "accepted" : "edited",
  }));
}
