/** Calls of the operators' page. */

import { get, post, remove, send } from "../api/client";
import type { Token } from "../account/OwnTokens";
import type {
  AuditCheck,
  AuditPage,
  Candidate,
  Gap,
  GapList,
  Health,
  Job,
  Model,
  Risk,
  SourceDocuments,
  SourceState,
  Usage,
  User,
} from "./types";

const OPERATE = "/operate";

export const json = async <T>(response: Promise<Response>): Promise<T> =>
  (await (await response).json()) as T;

export const readUsers = async (): Promise<User[]> =>
  (await get<{ users: User[] }>("/users")).users;

export interface NewUser {
  name: string;
  role: string;
  email: string;
  groups: string[];
  password: string | null;
}

export const addUser = (user: NewUser): Promise<User> => json(post("/users", user));

export type UserChange = Partial<Pick<User, "role" | "groups" | "is_disabled">> & {
  password?: string;
};

export const changeUser = (userId: string, change: UserChange): Promise<User> =>
  json(send("PATCH", `/users/${userId}`, change));

export const endSessions = (userId: string): Promise<Response> =>
  remove(`/users/${userId}/sessions`);

export interface OwnedToken extends Token {
  user_id: string;
}

export const readAllTokens = async (): Promise<OwnedToken[]> =>
  (await get<{ tokens: OwnedToken[] }>("/tokens/everybody")).tokens;

export const endToken = (tokenId: string): Promise<Response> =>
  remove(`/tokens/everybody/${tokenId}`);

export function readAudit(action: string, person: string, before: number | null): Promise<AuditPage> {
  const query = new URLSearchParams({ limit: "50", action, person });
  if (before !== null) query.set("before", String(before));
  return get(`/audit?${query}`);
}

export const checkAudit = (): Promise<AuditCheck> => get("/audit/check");

export const readSources = async (): Promise<SourceState[]> =>
  (await get<{ sources: SourceState[] }>(`${OPERATE}/sources`)).sources;

export function readDocuments(source: string, words: string, limit: number): Promise<SourceDocuments> {
  const query = new URLSearchParams({ source, query: words, limit: String(limit) });
  return get(`${OPERATE}/sources/documents?${query}`);
}

type JobBody = { job: Job | null };

export const readJob = async (): Promise<Job | null> => (await get<JobBody>(`${OPERATE}/job`)).job;

export const readAgain = async (source: string): Promise<Job | null> =>
  (await json<JobBody>(post(`${OPERATE}/sources/read`, { source }))).job;

export const openUpload = async (source: string, kind: string, acl: string[]): Promise<string> =>
  (await json<{ upload_id: string }>(post(`${OPERATE}/uploads`, { source, kind, acl }))).upload_id;

export const addPart = (
  uploadId: string,
  path: string,
  offset: number,
  content: string,
): Promise<Response> =>
  send("PUT", `${OPERATE}/uploads/${uploadId}`, { path, offset, content_base64: content });

export const ingestUpload = async (uploadId: string): Promise<Job | null> =>
  (await json<JobBody>(post(`${OPERATE}/uploads/${uploadId}/ingest`, {}))).job;

export const readModels = async (): Promise<Model[]> =>
  (await get<{ models: Model[] }>(`${OPERATE}/models`)).models;

export const chooseModel = async (name: string, version: string): Promise<Model[]> =>
  (await json<{ models: Model[] }>(post(`${OPERATE}/models/use`, { name, version }))).models;

export const readRisk = (): Promise<Risk> => get(`${OPERATE}/risk`);

export const turnRisk = (fraction: number | null): Promise<Risk> =>
  json(post(`${OPERATE}/risk`, { max_wrong_fraction: fraction }));

type Entries = { entries: Candidate[] };

export const readVocabulary = async (): Promise<Candidate[]> =>
  (await get<Entries>(`${OPERATE}/vocabulary`)).entries;

export const decideCandidate = async (
  candidate: Candidate,
  status: "approved" | "rejected",
): Promise<Candidate[]> => {
  const { short, meaning } = candidate;
  return (await json<Entries>(post(`${OPERATE}/vocabulary`, { short, meaning, status }))).entries;
};

export const lookForCandidates = async (): Promise<Job | null> =>
  (await json<JobBody>(post(`${OPERATE}/vocabulary/look`, {}))).job;

export const readHealth = (): Promise<Health> => get(`${OPERATE}/health`);

export const readGaps = (days: number): Promise<GapList> => get(`/gaps?days=${days}`);

export const giveGap = (gapId: string, ownerId: string | null, days: number): Promise<Gap> =>
  json(post(`/gaps/${gapId}/owner?days=${days}`, { owner_id: ownerId }));

export const checkGap = (gapId: string, days: number): Promise<Gap> =>
  json(post(`/gaps/${gapId}/check?days=${days}`, {}));

export const readUsage = (days: number): Promise<Usage> => get(`/usage?days=${days}`);
