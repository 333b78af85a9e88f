/** The ticket of a conversation, and what the service desk replied to it. */

import { useEffect, useState } from "preact/hooks";
import { get } from "../api/client";
import { say } from "../messages";
import { Icon } from "../shell/Icon";
import { formatDate } from "../text/format";

interface Found {
  ticket_number: number;
  replies: { kind: string; name: string; text: string; at: string }[];
}

async function ticketOf(conversationId: string): Promise<Found | null> {
  const { tickets } = await get<{
    tickets: { ticket_number: number; conversation_id: string | null }[];
  }>("/tickets");
  const own = tickets.find((item) => item.conversation_id === conversationId);
  return own ? get<Found>(`/tickets/${own.ticket_number}`) : null;
}

/** `changes` rises when the conversation may have got a ticket. */
export function TicketReplies(props: { conversationId: string; changes: number }) {
  const { conversationId, changes } = props;
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => {
    let isWanted = true;
    ticketOf(conversationId).then(
      (ticket) => isWanted && setFound(ticket),
      () => isWanted && setFound(null), // "My tickets" says what is wrong
    );
    return () => {
      isWanted = false;
    };
  }, [conversationId, changes]);
  if (!found) return null;
  return (
    <section class="ticket-replies" aria-label={say.ticketReplies}>
      {found.replies
        .filter((item) => item.kind === "reply")
        .map((item) => (
          <blockquote key={item.at}>
            <p class="muted">
              {item.name || say.serviceDesk}, {formatDate(item.at.slice(0, 10))}
            </p>
            <p>{item.text}</p>
          </blockquote>
        ))}
      <a href={`/tickets/${found.ticket_number}`}>
        <Icon name="ticket" /> {say.ticketPage(found.ticket_number)}
      </a>
    </section>
  );
}
