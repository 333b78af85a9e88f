/** Who is signed in and what they may do, for any part of the page. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { get, post, remove } from "../api/client";

export interface Account {
  user_id: string;
  name: string;
  email: string;
  role: "employee" | "agent" | "manager" | "admin";
  groups: string[];
}

export interface Session {
  /** `off`: nobody signs in, and `user` is null. */
  sign_in: "off" | "local";
  user: Account | null;
  role: Account["role"] | null;
  permissions: string[];
}

export const NOBODY: Session = { sign_in: "off", user: null, role: null, permissions: [] };
export const SessionContext = createContext<Session>(NOBODY);
export const useSession = (): Session => useContext(SessionContext);

/** Whose the things are that the page holds; "" where nobody signs in. */
export const useOwner = (): string => useSession().user?.user_id ?? "";

/** Whether they may do something; what they may not is not shown, and refused by the server. */
export const useMay = (permission: string): boolean => useSession().permissions.includes(permission);

export const readSession = (): Promise<Session> => get("/session");

export async function signIn(name: string, password: string): Promise<Session> {
  return (await (await post("/session", { name, password })).json()) as Session;
}

/** End the session and forget everything that the page holds of it. */
export async function signOut(): Promise<void> {
  try {
    await remove("/session");
  } finally {
    location.assign("/");
  }
}
