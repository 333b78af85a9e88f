/** The turns of a conversation; the view follows what is written until somebody scrolls up. */

import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "../api/types";
import { say } from "../messages";
import { Skeleton } from "../shell/Skeleton";
import { ErrorCard } from "./ErrorCard";
import type { Chat } from "./state";
import { TicketReplies } from "./TicketReplies";
import { TurnView } from "./TurnView";
import { Welcome } from "./Welcome";

interface Props {
  chat: Chat;
  isLoading: boolean;
  problem: Problem | null;
  onRetry: () => void;
}

export function Turns({ chat, isLoading, problem, onRetry }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const last = chat.turns.at(-1);
  // A new question goes to the top of the view, so that its answer is read from its beginning.
  useEffect(() => {
    const turns = box.current?.querySelectorAll(".turn");
    if (turns && turns.length > 1) turns[turns.length - 1]?.scrollIntoView({ block: "start" });
    else box.current?.scrollTo(0, 0);
  }, [last?.question, chat.turns.length]);
  const isEmpty = chat.turns.length === 0;
  const nHandedOff = chat.turns.filter((item) => item.turn?.ticket_number).length;
  return (
    <div class="turns" ref={box} tabIndex={0} role="region" aria-label={say.conversation}>
      <div class="column">
        {isLoading && isEmpty && <Skeleton lines={6} />}
        {problem && <ErrorCard problem={problem} onRetry={onRetry} />}
        {isEmpty && !isLoading && !problem && <Welcome />}
        {chat.turns.map((shown) => (
          <TurnView key={shown.key} shown={shown} isLast={shown === last} />
        ))}
        {chat.conversationId && !isEmpty && last?.status === "done" && (
          <TicketReplies conversationId={chat.conversationId} changes={nHandedOff} />
        )}
      </div>
    </div>
  );
}
