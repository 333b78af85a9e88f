/** Tokens for programs: made once, shown once, ended. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { get, post, problemOf, remove } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { CopyButton } from "../insights/CopyButton";
import { useSession } from "../session/session";
import { Skeleton } from "../shell/Skeleton";
import { useLoaded } from "../shell/useLoaded";
import { formatDate } from "../text/format";
import { tell } from "./messages";

/** What only a person may do; the server refuses them as scopes. */
const NEVER = new Set(["account.self", "tokens.own", "users.manage"]);

export interface Token {
  token_id: string;
  name: string;
  scopes: string[];
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
}

interface NewToken extends Token {
  token: string;
}

export function OwnTokens() {
  const tokens = useLoaded(
    async () => (await get<{ tokens: Token[] }>("/tokens")).tokens,
    [],
  );
  const [made, setMade] = useState<NewToken | null>(null);
  const [isMaking, setMaking] = useState(false);
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const revoke = (token: Token): void => {
    remove(`/tokens/${token.token_id}`).then(
      () => {
        setSaid(tell.revoked(token.name));
        tokens.reload();
      },
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  return (
    <section class="form" aria-labelledby="own-tokens">
      <h3 id="own-tokens">{tell.tokens}</h3>
      <p class="muted">{tell.tokensMore}</p>
      {tokens.problem && <ErrorCard problem={tokens.problem} onRetry={tokens.reload} />}
      {problem && <ErrorCard problem={problem} />}
      {tokens.value === null && !tokens.problem && <Skeleton lines={2} label={tell.loading} />}
      {tokens.value?.length === 0 && <p>{tell.noTokens}</p>}
      {tokens.value && tokens.value.length > 0 && (
        <ul class="lines">
          {tokens.value.map((token) => (
            <TokenLine key={token.token_id} token={token} onRevoke={() => revoke(token)} />
          ))}
        </ul>
      )}
      <p class="hidden-text" role="status">
        {said}
      </p>
      {made && (
        <div class="once">
          <p>
            <strong>{tell.made(made.name)}</strong>
          </p>
          <p class="state warning">{tell.once}</p>
          <code tabIndex={0}>{made.token}</code>
          <div class="row">
            <CopyButton label={tell.copyToken} text={() => made.token} />
            <button type="button" class="quiet" onClick={() => setMade(null)}>
              {tell.done}
            </button>
          </div>
        </div>
      )}
      {isMaking ? (
        <TokenForm
          onMade={(token) => {
            setMade(token);
            setMaking(false);
            tokens.reload();
          }}
        />
      ) : (
        <div class="row">
          <button type="button" class="button" onClick={() => setMaking(true)}>
            {tell.newToken}
          </button>
        </div>
      )}
    </section>
  );
}

interface LineProps {
  token: Token;
  owner?: string;
  onRevoke: () => void;
}

export function TokenLine({ token, owner, onRevoke }: LineProps) {
  const end = formatDate(token.expires_at.slice(0, 10));
  const isOver = Date.parse(token.expires_at) <= Date.now();
  return (
    <li>
      <div>
        <strong>{token.name}</strong>
        <p class="muted">
          {[
            owner,
            isOver ? tell.over(end) : tell.until(end),
            token.last_used_at ? tell.used(formatDate(token.last_used_at.slice(0, 10))) : tell.unused,
            token.scopes.join(", "),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      <button type="button" class="button" aria-label={tell.revokeLong(token.name)} onClick={onRevoke}>
        {tell.revoke}
      </button>
    </li>
  );
}

function TokenForm({ onMade }: { onMade: (token: NewToken) => void }) {
  const { permissions } = useSession();
  const choices = permissions.filter((name) => !NEVER.has(name));
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const [scopes, setScopes] = useState<readonly string[]>(["chat.ask"]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const first = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);
  const isReady = name.trim() !== "" && scopes.length > 0 && Number(days) >= 1;
  const send = async (): Promise<void> => {
    try {
      const body = { name: name.trim(), days: Math.round(Number(days)), scopes };
      onMade((await (await post("/tokens", body)).json()) as NewToken);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <form
      class="form"
      aria-label={tell.newToken}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void send();
      }}
    >
      <label>
        {tell.tokenName}
        <input
          type="text"
          maxLength={80}
          value={name}
          ref={first}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <label>
        {tell.tokenDays}
        <input
          type="number"
          min={1}
          max={366}
          value={days}
          onInput={(event) => setDays(event.currentTarget.value)}
        />
      </label>
      <fieldset>
        <legend>{tell.tokenScopes}</legend>
        <div class="checks">
          {choices.map((scope) => (
            <label key={scope} class="row check">
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(event) =>
                  setScopes(
                    event.currentTarget.checked
                      ? [...scopes, scope]
                      : scopes.filter((each) => each !== scope),
                  )
                }
              />
              {scope}
            </label>
          ))}
        </div>
      </fieldset>
      {problem && <ErrorCard problem={problem} />}
      <div class="row">
        <button type="submit" class="button primary" disabled={!isReady}>
          {tell.make}
        </button>
      </div>
    </form>
  );
}
