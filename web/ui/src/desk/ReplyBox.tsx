/** The reply: written or put in from a suggestion, and sent only when somebody says so. */

import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { Icon } from "../shell/Icon";
import { tell } from "./messages";
import { Choice } from "./Queue";
import type { Reply } from "./replies";
import { AGENT_STATUSES, type AgentStatus, type DeskTicket } from "./types";

export interface ReplyProps {
  ticket: DeskTicket;
  me: string;
  reply: Reply;
  box: RefObject<HTMLTextAreaElement | null>;
  trouble: Problem | null;
  isBusy: boolean;
  onText: (text: string) => void;
  /** Send; true when it went well. */
  onSend: (isInternal: boolean, status: AgentStatus | null) => Promise<boolean>;
  onLeave: () => void;
}

export function ReplyBox(props: ReplyProps) {
  const { ticket, reply, box, trouble, isBusy, onText, onSend, onLeave } = props;
  const [isInternal, setInternal] = useState(false);
  const [status, setStatus] = useState<string>("waiting");
  const [isCopied, setCopied] = useState(false);
  const isEmpty = reply.text.trim() === "";
  const send = async (): Promise<void> => {
    if (isEmpty || isBusy || !ticket.is_here) return;
    const chosen = AGENT_STATUSES.find((item) => item === status) ?? null;
    if (await onSend(isInternal, isInternal ? null : chosen)) setInternal(false);
  };
  const copy = (): void => {
    void navigator.clipboard.writeText(reply.text).then(() => setCopied(true));
  };
  return (
    <form
      class={`desk-reply ${isInternal ? "is-internal" : ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {trouble && (
        <ErrorCard
          problem={trouble.error === "ticket_changed" ? { ...trouble, hint: tell.kept } : trouble}
        />
      )}
      <textarea
        ref={box}
        rows={reply.text ? 8 : 3}
        aria-label={tell.reply}
        placeholder={isInternal ? tell.noteHint : tell.replyHint}
        value={reply.text}
        maxLength={20_000}
        onInput={(event) => {
          setCopied(false);
          onText(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void send();
          } else if (event.key === "Escape") {
            event.preventDefault();
            onLeave();
          }
        }}
      />
      {ticket.is_here ? (
        <div class="row">
          <button type="submit" class="button primary" disabled={isEmpty || isBusy}>
            {isInternal ? tell.sendNote : tell.send}
          </button>
          <Choice
            label={tell.kindOfText}
            value={isInternal ? "agents" : "requester"}
            values={{ requester: tell.toRequester, agents: tell.toAgents }}
            onChange={(value) => setInternal(value === "agents")}
          />
          {!isInternal && (
            <Choice label={tell.then} value={status} values={tell.thenStatus} onChange={setStatus} />
          )}
          <span class="muted wide-only">{tell.sendKeys}</span>
        </div>
      ) : (
        <div class="row">
          <button type="button" class="button" disabled={isEmpty} onClick={copy}>
            <Icon name={isCopied ? "good" : "copy"} /> {isCopied ? tell.copied : tell.copy}
          </button>
          <span class="muted">{tell.elsewhereMore}</span>
        </div>
      )}
    </form>
  );
}
