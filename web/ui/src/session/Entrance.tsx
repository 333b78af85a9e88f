/** What stands before every page: it opens for those who are signed in, or need not be. */

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { onSignedOut, problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { Skeleton } from "../shell/Skeleton";
import { lazyPart } from "./lazyPart";
import { type Session, SessionContext, readSession } from "./session";
import "../styles/session.css";

const SignIn = lazyPart(async () => (await import("./SignIn")).SignIn);

export function Entrance({ children }: { children: ComponentChildren }) {
  const [session, setSession] = useState<Session | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isOver, setOver] = useState(false);
  const load = useCallback(() => {
    setProblem(null);
    readSession().then(setSession, (error) => setProblem(problemOf(error)));
  }, []);
  useEffect(load, [load]);
  useEffect(
    () =>
      onSignedOut(() => {
        setOver(true);
        setSession((known) => known && { ...known, user: null, role: null, permissions: [] });
      }),
    [],
  );
  if (session === null) {
    return (
      <main class="entrance">
        {problem ? <ErrorCard problem={problem} onRetry={load} /> : <Skeleton lines={3} />}
      </main>
    );
  }
  if (session.sign_in !== "off" && session.user === null) {
    return <SignIn isOver={isOver} onSignedIn={setSession} />;
  }
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}
