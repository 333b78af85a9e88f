/** Calls for one's own tickets. */

import { get, post } from "../api/client";
import type { HandOff } from "../desk/types";

export interface OwnTicket {
  ticket_number: number;
  subject: string;
  status: string;
  opened_at: string;
  conversation_id: string | null;
  is_open: boolean;
  n_replies: number;
  replied_at: string | null;
}

export interface OwnTicketDetail extends OwnTicket {
  notes: { text: string; at: string }[];
  replies: { kind: "reply" | "status"; name: string; text: string; at: string }[];
  handoff: HandOff | null;
}

export const listTickets = async (): Promise<OwnTicket[]> =>
  (await get<{ tickets: OwnTicket[] }>("/tickets")).tickets;

export const readOwnTicket = (number: number): Promise<OwnTicketDetail> =>
  get(`/tickets/${number}`);

export const addNote = async (number: number, text: string): Promise<OwnTicketDetail> =>
  (await (await post(`/tickets/${number}/notes`, { text })).json()) as OwnTicketDetail;

export const closeTicket = async (number: number): Promise<OwnTicketDetail> =>
  (await (await post(`/tickets/${number}/cancel`, {})).json()) as OwnTicketDetail;
