/** An answer as a card: the sentence, the figures, and how to go on. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useActions } from "../../actions";
import type { Finding } from "../../api/types";
import { ErrorCard } from "../../chat/ErrorCard";
import { type Chat, type ShownTurn } from "../../chat/state";
import { Icon } from "../../shell/Icon";
import { Skeleton } from "../../shell/Skeleton";
import { RichText } from "../../text/RichText";
import { BigNumber } from "../BigNumber";
import { ChartFigure } from "../ChartFigure";
import { isDrawnKind } from "../plot";
import { ResultTable } from "../ResultTable";
import { tell } from "./messages";
import { stepsOf, useCard } from "./useCard";

export interface CardData {
  key: string;
  entryId: string | null;
  /** What is asked in order; the answer to the last is shown. */
  steps: readonly string[];
  known: Chat | null;
}

interface Props {
  card: CardData;
  /** Buttons of the place where the card stands. */
  tools: (steps: string[], chat: Chat) => ComponentChildren;
}

export function Card({ card, tools }: Props) {
  const { announce } = useActions();
  const control = useCard({
    entryId: card.entryId,
    question: card.steps.at(-1) ?? "",
    known: card.known,
    onAnswered: announce,
  });
  const { chat, shown } = control;
  // An entry that was refused on its way shows the step that was.
  const at = card.steps.lastIndexOf(chat.turns[0]?.question ?? "");
  const before = card.steps.slice(0, at < 0 ? -1 : at);
  const steps = stepsOf(chat, before);
  const title = `card-${card.key}`;
  return (
    <article class="card" aria-labelledby={title} aria-busy={control.isBusy}>
      <header>
        <div>
          {steps.length > 1 && <p class="muted">{steps.slice(0, -1).join(tell.then) + tell.then}</p>}
          <h3 id={title}>{shown?.question ?? card.steps.at(-1)}</h3>
        </div>
        <div class="card-tools">{tools(steps, chat)}</div>
      </header>
      {shown && <Answer shown={shown} onAgain={control.again} onGoOn={control.goOn} />}
      {!control.isBusy && shown?.turn && <GoOn shown={shown} onGoOn={control.goOn} />}
    </article>
  );
}

interface AnswerProps {
  shown: ShownTurn;
  onAgain: () => void;
  onGoOn: (text: string) => void;
}

function Answer({ shown, onAgain, onGoOn }: AnswerProps) {
  const { show } = useActions();
  const { finding, turn } = shown;
  const nChecks = finding?.receipt.checks?.length ?? 0;
  const around = { documentId: shown.citations[0]?.document_id ?? null, citations: shown.citations };
  const isRefused = turn !== null && turn.outcome === "abstention";
  return (
    <>
      {shown.status === "streaming" && !shown.text && <Skeleton lines={5} label={tell.working} />}
      {shown.text && (
        <div class={`prose ${isRefused ? "refused" : ""}`}>
          <RichText text={shown.text} around={around} />
        </div>
      )}
      {finding && <Figures finding={finding} turnId={turn?.turn_id} />}
      {shown.problem && <ErrorCard problem={shown.problem} onRetry={onAgain} />}
      {shown.choices.length > 0 && (
        <div class="choices" role="group" aria-label={tell.choose}>
          {shown.choices.map((item) => (
            <button key={item.text} type="button" class="choice" onClick={() => onGoOn(item.text)}>
              {item.label}
            </button>
          ))}
        </div>
      )}
      {finding && turn && (
        <p class="card-receipt">
          <button type="button" class="quiet" onClick={() => show({ kind: "receipt", finding })}>
            <Icon name="receipt" /> {tell.receipt}
          </button>
          {nChecks > 0 && (
            <span class="muted">
              <Icon name="good" /> {tell.nChecks(nChecks)}
            </span>
          )}
        </p>
      )}
    </>
  );
}

/** As in the chat, but a chart's table is folded: a board is looked at, then looked into. */
function Figures({ finding, turnId }: { finding: Finding; turnId?: string }) {
  const { kind } = finding.chart;
  if (finding.columns.length === 0) return null;
  if (kind === "number" && finding.rows.length === 1) return <BigNumber finding={finding} />;
  if (!isDrawnKind(kind) || finding.rows.length < 2) {
    return <ResultTable finding={finding} hasTitle turnId={turnId} />;
  }
  return (
    <div class="finding">
      <ChartFigure finding={finding} />
      <details>
        <summary>{tell.table}</summary>
        <ResultTable finding={finding} hasTitle={false} turnId={turnId} />
      </details>
    </div>
  );
}

function GoOn({ shown, onGoOn }: { shown: ShownTurn; onGoOn: (text: string) => void }) {
  const [text, setText] = useState("");
  useEffect(() => setText(""), [shown.key]);
  const suggestions = shown.turn?.suggestions ?? [];
  return (
    <footer>
      {suggestions.length > 0 && (
        <div class="choices" role="group" aria-label={tell.goOn}>
          {suggestions.slice(0, 3).map((item) => (
            <button key={item} type="button" class="choice" onClick={() => onGoOn(item)}>
              {item}
            </button>
          ))}
        </div>
      )}
      <form
        class="go-on"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim()) onGoOn(text.trim());
        }}
      >
        <input
          type="text"
          maxLength={4000}
          aria-label={tell.goOnOwn}
          placeholder={tell.goOnOwn}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={text.trim() === ""}>
          {tell.goOnSend}
        </button>
      </form>
    </footer>
  );
}
