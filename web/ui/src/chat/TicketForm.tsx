/** Hands the conversation to the service desk. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useActions } from "../actions";
import { openTicket, problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { say } from "../messages";
import { Icon } from "../shell/Icon";
import { ErrorCard } from "./ErrorCard";

interface Props {
  conversationId: string;
  question: string;
  onCancel: () => void;
}

const LONGEST_SUBJECT = 200;

export function TicketForm({ conversationId, question, onCancel }: Props) {
  const { announce } = useActions();
  const [subject, setSubject] = useState(question.slice(0, LONGEST_SUBJECT));
  const [number, setNumber] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.focus(), []);
  const send = async (): Promise<void> => {
    try {
      const ticket = await openTicket(subject.trim(), conversationId);
      setNumber(ticket.ticket_number);
      announce(say.ticketOpen(ticket.ticket_number));
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  if (number !== null) return <TicketOpen number={number} />;
  return (
    <form
      class="ticket-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (subject.trim()) void send();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onCancel();
      }}
    >
      <label>
        {say.ticketSubject}
        <input
          ref={box}
          type="text"
          maxLength={LONGEST_SUBJECT}
          value={subject}
          onInput={(event) => setSubject(event.currentTarget.value)}
        />
      </label>
      <p class="muted">{say.ticketMore}</p>
      {problem && <ErrorCard problem={problem} />}
      <div class="row">
        <button type="submit" class="button primary" disabled={subject.trim() === ""}>
          {say.ticketSend}
        </button>
        <button type="button" class="button" onClick={onCancel}>
          {say.cancel}
        </button>
      </div>
    </form>
  );
}

export function TicketOpen({ number }: { number: number }) {
  return (
    <p class="state good">
      <Icon name="good" /> {say.ticketOpen(number)}
    </p>
  );
}
