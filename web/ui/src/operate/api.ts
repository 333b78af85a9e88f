/** Calls of the operators' page. */

import { get, post, remove, send } from "../api/client";
import type { Token } from "../account/OwnTokens";
import type { AuditCheck, AuditPage, User } from "./types";

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
