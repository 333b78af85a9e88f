/** Accounts: who they are, what they may do, and everybody's tokens. */

import { useState } from "preact/hooks";
import { TokenLine } from "../account/OwnTokens";
import { ErrorCard } from "../chat/ErrorCard";
import { problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { useLoaded } from "../shell/useLoaded";
import { endToken, readAllTokens, readUsers } from "./api";
import { tell } from "./messages";
import { PersonDialog } from "./PersonDialog";
import type { User } from "./types";

const say = tell.people;

export function PeopleTab() {
  const users = useLoaded(readUsers, []);
  const [words, setWords] = useState("");
  const [open, setOpen] = useState<User | "new" | null>(null);
  const [said, setSaid] = useState("");
  if (users.problem?.error === "sign_in_off") {
    return (
      <div class="empty">
        <p>{say.off}</p>
        <p class="muted">{say.offMore}</p>
      </div>
    );
  }
  const found = users.value?.filter((user) =>
    `${user.name} ${user.email}`.includes(words.trim().toLowerCase()),
  );
  return (
    <>
      <section aria-labelledby="people-title">
        <div class="operate-head">
          <h2 id="people-title">{say.title}</h2>
          <button type="button" class="button primary" onClick={() => setOpen("new")}>
            {say.add}
          </button>
        </div>
        <div class="filters">
          <label>
            {say.find}
            <input
              type="text"
              value={words}
              maxLength={80}
              onInput={(event) => setWords(event.currentTarget.value)}
            />
          </label>
        </div>
        <p class="state good" role="status">
          {said && (
            <>
              <Icon name="good" /> {said}
            </>
          )}
        </p>
        {users.problem && <ErrorCard problem={users.problem} onRetry={users.reload} />}
        {!found && !users.problem && <Skeleton lines={6} label={tell.loading} />}
        {found?.length === 0 && <p class="empty">{say.none}</p>}
        {found && found.length > 0 && (
          <div class="table-box cards-when-narrow">
            <table>
              <thead>
                <tr>
                  {say.columns.map((name) => (
                    <th key={name} scope="col">
                      {name || <span class="hidden-text">{say.edit}</span>}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {found.map((user) => (
                  <tr key={user.user_id}>
                    <td>
                      <strong>{user.name}</strong>
                      {user.email && <p class="muted">{user.email}</p>}
                    </td>
                    <td>{say.roles[user.role]}</td>
                    <td>{user.groups.join(", ")}</td>
                    <td>
                      <State user={user} />
                    </td>
                    <td class="figure">
                      <button
                        type="button"
                        class="button"
                        aria-label={say.editLong(user.name)}
                        onClick={() => setOpen(user)}
                      >
                        {say.edit}
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      <Tokens users={users.value ?? []} />
      {open && (
        <PersonDialog
          user={open === "new" ? null : open}
          onClose={() => setOpen(null)}
          onDone={(sentence) => {
            setSaid(sentence);
            users.reload();
          }}
        />
      )}
    </>
  );
}

function State({ user }: { user: User }) {
  if (user.is_disabled) {
    return (
      <span class="badge state bad">
        <Icon name="lock" /> {say.disabled}
      </span>
    );
  }
  if (!user.has_password) {
    return (
      <span class="badge state warning">
        <Icon name="warning" /> {say.noPassword}
      </span>
    );
  }
  return <span class="badge muted">{say.active}</span>;
}

function Tokens({ users }: { users: readonly User[] }) {
  const tokens = useLoaded(readAllTokens, []);
  const [problem, setProblem] = useState<Problem | null>(null);
  const names = new Map(users.map((user) => [user.user_id, user.name]));
  const end = (tokenId: string): void => {
    endToken(tokenId).then(tokens.reload, (error: unknown) => setProblem(problemOf(error)));
  };
  return (
    <section aria-labelledby="tokens-title">
      <h2 id="tokens-title">{say.tokens}</h2>
      <p class="muted">{say.tokensMore}</p>
      {tokens.problem && <ErrorCard problem={tokens.problem} onRetry={tokens.reload} />}
      {problem && <ErrorCard problem={problem} />}
      {tokens.value === null && !tokens.problem && <Skeleton lines={2} label={tell.loading} />}
      {tokens.value?.length === 0 && <p>{say.noTokens}</p>}
      {tokens.value && tokens.value.length > 0 && (
        <ul class="lines">
          {tokens.value.map((token) => (
            <TokenLine
              key={token.token_id}
              token={token}
              owner={names.get(token.user_id) ?? token.user_id}
              onRevoke={() => end(token.token_id)}
            />
          ))}
        </ul>
      )}
    </section>
  );
}
