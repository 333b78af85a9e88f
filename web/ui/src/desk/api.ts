/** Calls of the desk. */

import { Failure, get, post } from "../api/client";
import type { Problem } from "../api/types";
import { type Filters, writeFilters } from "./address";
import { tell } from "./messages";
import type {
  Agent,
  AgentStatus,
  Decision,
  DeskTicket,
  Draft,
  QueuePage,
  Source,
  Suggestions,
} from "./types";

const PAGE = 100;

const path = (ticketId: string): string => `/desk/tickets/${encodeURIComponent(ticketId)}`;

export function problemOf(error: unknown): Problem {
  if (error instanceof Failure) return error.problem;
  return { error: "unknown", message: tell.failed, hint: tell.failedHint, request_id: "" };
}

export function readQueue(filters: Filters, cursor: string): Promise<QueuePage> {
  const search = new URLSearchParams(writeFilters(filters));
  search.set("limit", String(PAGE));
  if (cursor) search.set("cursor", cursor);
  return get(`/desk/tickets?${search}`);
}

export const readTicket = (ticketId: string): Promise<DeskTicket> => get(path(ticketId));

export const readAgents = (): Promise<{ agents: Agent[]; me: string }> => get("/desk/agents");

export const readSuggestions = (ticketId: string): Promise<Suggestions> =>
  get(`/tickets/${encodeURIComponent(ticketId)}/suggestions`);

async function change(ticket: DeskTicket, what: string, body: object): Promise<DeskTicket> {
  const sent = { ...body, version: ticket.version };
  return (await (await post(`${path(ticket.ticket_id)}/${what}`, sent)).json()) as DeskTicket;
}

export const sendReply = (
  ticket: DeskTicket,
  text: string,
  isInternal: boolean,
  status: AgentStatus | null,
): Promise<DeskTicket> => change(ticket, "reply", { text, is_internal: isInternal, status });

export const setStatus = (ticket: DeskTicket, status: AgentStatus): Promise<DeskTicket> =>
  change(ticket, "status", { status });

export const assign = (ticket: DeskTicket, agentId: string | null): Promise<DeskTicket> =>
  change(ticket, "assign", { agent_id: agentId });

export const setFields = (
  ticket: DeskTicket,
  fields: Record<string, string>,
): Promise<DeskTicket> => change(ticket, "fields", fields);

export async function decide(ticketId: string, source: Source, decision: Decision): Promise<void> {
  await post(`${path(ticketId)}/decisions`, { ...source, decision });
}

export const readSkeleton = (ticketId: string): Promise<{ title: string; markdown: string }> =>
  get(`${path(ticketId)}/article`);

export const listDrafts = (): Promise<{ drafts: Draft[] }> => get("/desk/drafts");

export async function submitDraft(
  ticketId: string,
  title: string,
  markdown: string,
): Promise<Draft> {
  const sent = { ticket_id: ticketId, title: title.trim(), markdown };
  return (await (await post("/desk/drafts", sent)).json()) as Draft;
}

export async function reviewDraft(
  draftId: string,
  status: "accepted" | "rejected",
): Promise<void> {
  await post(`/desk/drafts/${draftId}/review`, { status });
}

/** The address of a draft as a Markdown file. */
export const draftFile = (draftId: string): string => `/api/v1/desk/drafts/${draftId}/file`;
