/** One account: made, or changed. */

import { useState } from "preact/hooks";
import { problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { CopyButton } from "../insights/CopyButton";
import { useSession } from "../session/session";
import { Dialog } from "../shell/Dialog";
import { addUser, changeUser, endSessions } from "./api";
import { tell } from "./messages";
import type { User } from "./types";

const say = tell.people;

/** Twenty characters without those that look alike: about 115 bits. */
const LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

function freshPassword(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(20));
  return Array.from(numbers, (number) => LETTERS[number % LETTERS.length]).join("");
}

const splitGroups = (text: string): string[] =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);

interface Props {
  user: User | null;
  onClose: () => void;
  onDone: (sentence: string) => void;
}

export function PersonDialog({ user, onClose, onDone }: Props) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [shown, setShown] = useState("");
  /** Do it, say so, and close unless there is something to copy. */
  const act = async (todo: () => Promise<unknown>, sentence: string, secret = ""): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await todo();
      onDone(sentence);
      if (secret) setShown(secret);
      else onClose();
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  };
  return (
    <Dialog title={user ? user.name : say.add} onClose={onClose}>
      {problem && <ErrorCard problem={problem} />}
      {shown ? (
        <Secret text={shown} />
      ) : user ? (
        <Changes user={user} isBusy={isBusy} act={act} />
      ) : (
        <NewPerson isBusy={isBusy} act={act} />
      )}
    </Dialog>
  );
}

function Secret({ text }: { text: string }) {
  return (
    <div class="once">
      <p class="state warning">{say.shownOnce}</p>
      <code tabIndex={0}>{text}</code>
      <div class="row">
        <CopyButton label={say.copyPassword} text={() => text} />
      </div>
      <p class="muted">{say.passwordMore}</p>
    </div>
  );
}

interface PartProps {
  isBusy: boolean;
  act: (todo: () => Promise<unknown>, sentence: string, secret?: string) => Promise<void>;
}

function NewPerson({ isBusy, act }: PartProps) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("employee");
  const [groups, setGroups] = useState("");
  const [password, setPassword] = useState("");
  const send = (): void => {
    const body = { name, email, role, groups: splitGroups(groups), password: password || null };
    void act(() => addUser(body), say.added(name.trim()), password);
  };
  return (
    <form
      class="form"
      aria-label={say.add}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() && !isBusy) send();
      }}
    >
      <div class="form-fields">
        <label>
          {say.name}
          <input
            autofocus
            type="text"
            autocapitalize="none"
            spellcheck={false}
            maxLength={64}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <span class="muted">{say.nameMore}</span>
        </label>
        <label>
          {say.email}
          <input
            type="text"
            autocapitalize="none"
            spellcheck={false}
            maxLength={254}
            value={email}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
        </label>
        <Role value={role} onChange={setRole} />
        <Groups value={groups} onChange={setGroups} />
      </div>
      <Password value={password} onChange={setPassword} />
      <div class="row">
        <button type="submit" class="button primary" disabled={isBusy || !name.trim()}>
          {say.make}
        </button>
      </div>
    </form>
  );
}

function Changes({ user, isBusy, act }: PartProps & { user: User }) {
  const me = useSession().user?.user_id;
  const [role, setRole] = useState(user.role);
  const [groups, setGroups] = useState(user.groups.join(", "));
  const [password, setPassword] = useState("");
  const change = (): void => {
    const body = { role, groups: splitGroups(groups) };
    void act(() => changeUser(user.user_id, body), say.saved(user.name));
  };
  return (
    <>
      <form
        class="form"
        aria-label={say.editLong(user.name)}
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBusy) change();
        }}
      >
        {user.user_id === me && <p class="state warning">{say.yours}</p>}
        <div class="form-fields">
          <Role value={role} onChange={setRole} />
          <Groups value={groups} onChange={setGroups} />
        </div>
        <p class="muted">{say.sessionsEnd}</p>
        <div class="row">
          <button type="submit" class="button primary" disabled={isBusy}>
            {say.save}
          </button>
        </div>
      </form>
      <form
        class="form"
        aria-label={say.setPassword}
        onSubmit={(event) => {
          event.preventDefault();
          if (!password || isBusy) return;
          const todo = () => changeUser(user.user_id, { password });
          void act(todo, say.passwordSet(user.name), password);
        }}
      >
        <h3>{say.setPassword}</h3>
        <Password value={password} onChange={setPassword} />
        <div class="row">
          <button type="submit" class="button" disabled={isBusy || !password}>
            {say.setPassword}
          </button>
        </div>
      </form>
      <div class="form">
        <div class="row">
          <button
            type="button"
            class="button"
            disabled={isBusy}
            onClick={() => void act(() => endSessions(user.user_id), say.signedOut(user.name))}
          >
            {say.signOut}
          </button>
          <button
            type="button"
            class="button"
            disabled={isBusy}
            onClick={() => {
              const todo = () => changeUser(user.user_id, { is_disabled: !user.is_disabled });
              void act(todo, say.saved(user.name));
            }}
          >
            {user.is_disabled ? say.enable : say.disable}
          </button>
        </div>
        {!user.is_disabled && <p class="muted">{say.disableMore}</p>}
      </div>
    </>
  );
}

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
}

function Role({ value, onChange }: FieldProps) {
  return (
    <label>
      {say.role}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {Object.entries(say.roles).map(([role, name]) => (
          <option key={role} value={role}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Groups({ value, onChange }: FieldProps) {
  return (
    <label>
      {say.groups}
      <input
        type="text"
        spellcheck={false}
        maxLength={1000}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <span class="muted">{say.groupsMore}</span>
    </label>
  );
}

function Password({ value, onChange }: FieldProps) {
  return (
    <div class="form-password">
      <label>
        {say.password}
        <input
          type="text"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={256}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      </label>
      <button type="button" class="button" onClick={() => onChange(freshPassword())}>
        {say.makePassword}
      </button>
    </div>
  );
}
