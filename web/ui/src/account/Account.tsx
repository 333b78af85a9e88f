/** One's own account: who one is, the password, tokens for programs, the way out. */

import { useState } from "preact/hooks";
import { post, problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { useMay, useSession, signOut } from "../session/session";
import { Icon } from "../shell/Icon";
import "../styles/forms.css";
import { tell } from "./messages";
import { OwnTokens } from "./OwnTokens";

export function Account() {
  const { user } = useSession();
  const mayToken = useMay("tokens.own");
  if (user === null) return null;
  return (
    <>
      <div class="account-who">
        <div>
          <strong>{user.name}</strong>
          <p class="muted">
            {tell.roles[user.role]}
            {user.email && `, ${user.email}`}
          </p>
          <p class="muted">
            {tell.groups}: {user.groups.join(", ")}
          </p>
        </div>
        <button type="button" class="button" onClick={() => void signOut()}>
          <Icon name="leave" /> {tell.signOut}
        </button>
      </div>
      <PasswordForm name={user.name} />
      {mayToken && <OwnTokens />}
    </>
  );
}

function PasswordForm({ name }: { name: string }) {
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [isShown, setShown] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [isDone, setDone] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = async (): Promise<void> => {
    setBusy(true);
    setDone(false);
    setProblem(null);
    try {
      await post("/session/password", { current_password: current, new_password: fresh });
      setCurrent("");
      setFresh("");
      setDone(true);
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  };
  const type = (isShown ? "text" : "password") as "password";
  return (
    <form
      class="form"
      aria-label={tell.password}
      onSubmit={(event) => {
        event.preventDefault();
        if (current && fresh && !isBusy) void send();
      }}
    >
      <h3>{tell.password}</h3>
      <input type="text" name="username" autocomplete="username" value={name} hidden readOnly />
      <label>
        {tell.current}
        <input
          type={type}
          autocomplete="current-password"
          maxLength={256}
          value={current}
          onInput={(event) => setCurrent(event.currentTarget.value)}
        />
      </label>
      <label>
        {tell.fresh}
        <input
          type={type}
          autocomplete="new-password"
          maxLength={256}
          value={fresh}
          onInput={(event) => setFresh(event.currentTarget.value)}
        />
        <span class="muted">{tell.freshMore}</span>
      </label>
      <label class="row check">
        <input
          type="checkbox"
          checked={isShown}
          onChange={(event) => setShown(event.currentTarget.checked)}
        />
        {tell.showPasswords}
      </label>
      {problem && <ErrorCard problem={problem} />}
      {isDone && (
        <p class="state good" role="status">
          <Icon name="good" /> {tell.changed}
        </p>
      )}
      <div class="row">
        <button type="submit" class="button primary" disabled={isBusy || !current || !fresh}>
          {tell.change}
        </button>
      </div>
    </form>
  );
}
