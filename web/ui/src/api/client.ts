/** Calls of the API. Whatever goes wrong is thrown as a `Failure` that the page can tell. */

import { say } from "../messages";
import { EventReader } from "./sse";
import type {
  Article,
  Conversation,
  ConversationSummary,
  Problem,
  Ticket,
  TurnEvent,
} from "./types";

const API = "/api/v1";

export class Failure extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
    if (problem.error === "not_signed_in") for (const tell of listeners) tell();
  }
}

const listeners = new Set<() => void>();

/** Be told when the server says that the session is over; returns what ends that. */
export function onSignedOut(tell: () => void): () => void {
  listeners.add(tell);
  return () => void listeners.delete(tell);
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Failure) return error.problem;
  return { error: "unknown", message: say.failed, hint: say.failedHint, request_id: "" };
}

export function articlePath(documentId: string): string {
  return documentId.split("/").map(encodeURIComponent).join("/");
}

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(API + path, {
      ...init,
      headers: { Accept: "application/json", "X-Deskwise": "1", ...init.headers },
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Failure({
      error: "unreachable",
      message: say.unreachable,
      hint: say.unreachableHint,
      request_id: "",
    });
  }
  if (!response.ok) throw new Failure(await readProblem(response));
  return response;
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<Problem>;
    return {
      error: body.error ?? "unknown",
      message: body.message ?? say.failed,
      hint: body.hint ?? "",
      request_id: body.request_id ?? response.headers.get("x-request-id") ?? "",
    };
  } catch {
    // Not ours: a proxy in between answers with a page of its own.
    return {
      error: `http_${response.status}`,
      message: say.failed,
      hint: say.failedHint,
      request_id: response.headers.get("x-request-id") ?? "",
    };
  }
}

export async function get<T>(path: string): Promise<T> {
  return (await (await call(path)).json()) as T;
}

export function send(
  method: "POST" | "PUT" | "PATCH",
  path: string,
  body: unknown,
  init: RequestInit = {},
): Promise<Response> {
  const headers = { "Content-Type": "application/json", ...init.headers };
  return call(path, { ...init, method, body: JSON.stringify(body), headers });
}

export const post = (path: string, body: unknown, init: RequestInit = {}): Promise<Response> =>
  send("POST", path, body, init);

export const remove = (path: string): Promise<Response> => call(path, { method: "DELETE" });

export async function listConversations(): Promise<ConversationSummary[]> {
  const found = await get<{ conversations: ConversationSummary[] }>("/conversations?limit=100");
  return found.conversations;
}

export const readConversation = (id: string): Promise<Conversation> =>
  get(`/conversations/${encodeURIComponent(id)}`);

/** The address of an answer's figures as a file. */
export const findingFile = (turnId: string, kind: "csv" | "xlsx"): string =>
  `${API}/turns/${encodeURIComponent(turnId)}/finding.${kind}`;

export const readArticle = (id: string): Promise<Article> => get(`/articles/${articlePath(id)}`);

export async function listExamples(): Promise<string[]> {
  return (await get<{ examples: string[] }>("/examples")).examples;
}

/** Tell that a source was opened. Nobody waits for it, and nothing is lost when it fails. */
export function noteOpened(turnId: string, documentId: string): void {
  const body = { kind: "click", document_id: documentId, turn_id: turnId };
  post("/feedback/events", body, { keepalive: true }).catch(() => undefined);
}

export async function sendFeedback(
  turnId: string,
  value: "up" | "down",
  comment: string,
): Promise<void> {
  await post(`/turns/${encodeURIComponent(turnId)}/feedback`, { value, comment });
}

export async function openTicket(subject: string, conversationId: string): Promise<Ticket> {
  const answer = await post("/tickets", { subject, conversation_id: conversationId });
  return (await answer.json()) as Ticket;
}

/** Ask, and give each event to `take`. Resolves after the last one. */
export async function ask(
  text: string,
  conversationId: string | null,
  signal: AbortSignal,
  take: (event: TurnEvent) => void,
): Promise<void> {
  const body = { text, conversation_id: conversationId };
  const response = await post("/ask", body, { signal, headers: { Accept: "text/event-stream" } });
  const stream = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const events = new EventReader();
  let isWhole = false;
  try {
    for (;;) {
      const { done, value } = await stream.read();
      if (done) break;
      for (const sent of events.take(value)) {
        const event = { kind: sent.name, data: JSON.parse(sent.data) } as TurnEvent;
        if (event.kind === "error") throw new Failure(event.data);
        isWhole ||= event.kind === "done";
        take(event);
      }
    }
  } catch (error) {
    if (signal.aborted || error instanceof Failure) throw error;
  }
  if (!isWhole) {
    throw new Failure({
      error: "stream_cut",
      message: say.streamCut,
      hint: say.streamCutHint,
      request_id: response.headers.get("x-request-id") ?? "",
    });
  }
}
