/** One question and what came of it. */

import { useState } from "preact/hooks";
import { useActions } from "../actions";
import { FindingView } from "../insights/FindingView";
import { say } from "../messages";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { RichText } from "../text/RichText";
import { ErrorCard } from "./ErrorCard";
import { Feedback } from "./Feedback";
import { Sources } from "./Sources";
import type { ShownTurn } from "./state";
import { TicketForm } from "./TicketForm";

interface Props {
  shown: ShownTurn;
  isLast: boolean;
}

export function TurnView({ shown, isLast }: Props) {
  const { ask } = useActions();
  const { turn, status, finding } = shown;
  const around = { documentId: shown.citations[0]?.document_id ?? null, citations: shown.citations };
  return (
    <article class="turn" aria-busy={status === "streaming"}>
      <h2 class="question">
        <span class="hidden-text">{say.you}: </span>
        {shown.question}
      </h2>
      {shown.text && (
        <div class="prose answer">
          <RichText text={shown.text} around={around} />
        </div>
      )}
      {status === "streaming" && !shown.text && <Skeleton lines={3} label={say.working} />}
      {finding && <FindingView finding={finding} turnId={turn?.turn_id} />}
      {shown.choices.length > 0 && (
        <Buttons label={say.choose} items={shown.choices} isOn={isLast && status === "done"} />
      )}
      {status === "stopped" && (
        <p class="muted">{shown.text ? say.stopped : say.stoppedEarly}</p>
      )}
      {shown.problem && (
        <ErrorCard problem={shown.problem} onRetry={() => ask(shown.question, shown.key)} />
      )}
      <Sources citations={shown.citations} title={say.sources} turnId={turn?.turn_id} />
      {turn && <Sources citations={turn.nearest} title={say.nearest} turnId={turn.turn_id} />}
      {turn?.searched_also.map((item) => (
        <p key={item.written} class="muted">
          {say.searchedAlso(item.meaning, item.written)}
        </p>
      ))}
      {isLast && turn && turn.replies.length > 0 && (
        <Buttons label={say.reply} items={turn.replies} isOn />
      )}
      {turn && <After shown={shown} />}
      {isLast && turn && turn.suggestions.length > 0 && (
        <Buttons
          label={say.next}
          items={turn.suggestions.map((text) => ({ label: text, text }))}
          isOn
        />
      )}
    </article>
  );
}

/** The row below an answer: votes, receipt, ticket. */
function After({ shown }: { shown: ShownTurn }) {
  const { show } = useActions();
  const [isWriting, setWriting] = useState(false);
  const { turn, finding } = shown;
  if (!turn) return null;
  const canHandOver = turn.offers_ticket || turn.route === "helpdesk";
  return (
    <>
      <div class="row after">
        <Feedback turnId={turn.turn_id} />
        {finding && (
          <button type="button" class="quiet" onClick={() => show({ kind: "receipt", finding })}>
            <Icon name="receipt" /> {say.receipt}
          </button>
        )}
        {canHandOver && !isWriting && (
          <button
            type="button"
            class={turn.offers_ticket ? "button" : "quiet"}
            onClick={() => setWriting(true)}
          >
            <Icon name="ticket" /> {say.ticket}
          </button>
        )}
      </div>
      {isWriting && (
        <TicketForm
          conversationId={turn.conversation_id}
          question={shown.question}
          onCancel={() => setWriting(false)}
        />
      )}
    </>
  );
}

interface ButtonsProps {
  label: string;
  items: readonly { label: string; text: string }[];
  isOn: boolean;
}

function Buttons({ label, items, isOn }: ButtonsProps) {
  const { ask } = useActions();
  return (
    <div class="choices" role="group" aria-label={label}>
      {items.map((item) => (
        <button
          key={item.text}
          type="button"
          class="choice"
          disabled={!isOn}
          onClick={() => ask(item.text)}
        >
          {item.label}
        </button>
      ))}
    </div>
  );
}
