/** Signing in: a name, a password, and what to do when they are not taken. */

import { useEffect, useRef, useState } from "preact/hooks";
import { problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { Icon } from "../shell/Icon";
import { say } from "./messages";
import { type Session, signIn } from "./session";

interface Props {
  isOver: boolean;
  onSignedIn: (session: Session) => void;
}

/** Nobody looks for the log's entry of a mistyped password. */
const calm = (problem: Problem): Problem =>
  EXPECTED.has(problem.error) ? { ...problem, request_id: "" } : problem;
const EXPECTED = new Set(["sign_in_failed", "too_many_attempts"]);

export function SignIn({ isOver, onSignedIn }: Props) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [isShown, setShown] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const nameBox = useRef<HTMLInputElement>(null);
  const passwordBox = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = say.pageTitle;
    nameBox.current?.focus();
    return () => {
      document.title = "Deskwise";
    };
  }, []);
  const send = async (): Promise<void> => {
    if (isBusy) return;
    if (!name.trim()) return nameBox.current?.focus();
    if (!password) return passwordBox.current?.focus();
    setBusy(true);
    setProblem(null);
    try {
      onSignedIn(await signIn(name.trim(), password));
    } catch (error) {
      setBusy(false);
      setProblem(calm(problemOf(error)));
      passwordBox.current?.select();
    }
  };
  const isWrong = problem?.error === "sign_in_failed";
  return (
    <main class="entrance">
      <form
        class="sign-in"
        aria-labelledby="sign-in-title"
        aria-busy={isBusy}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <h1 id="sign-in-title">{say.title}</h1>
        {isOver && (
          <p class="state warning" role="status">
            <Icon name="warning" /> {say.isOver}
          </p>
        )}
        <label>
          {say.name}
          <input
            ref={nameBox}
            type="text"
            name="username"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            maxLength={254}
            required
            aria-invalid={isWrong}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          {say.password}
          <input
            ref={passwordBox}
            // The types of JSX know an input of one kind only.
            type={(isShown ? "text" : "password") as "password"}
            name="password"
            autocomplete="current-password"
            autocapitalize="none"
            spellcheck={false}
            maxLength={256}
            required
            aria-invalid={isWrong}
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <label class="row check">
          <input
            type="checkbox"
            checked={isShown}
            onChange={(event) => setShown(event.currentTarget.checked)}
          />
          {say.showPassword}
        </label>
        {problem && <ErrorCard problem={problem} />}
        <button type="submit" class="button primary" disabled={isBusy}>
          {isBusy ? say.signingIn : say.signIn}
        </button>
        <p class="muted">{say.forgotten}</p>
      </form>
    </main>
  );
}
