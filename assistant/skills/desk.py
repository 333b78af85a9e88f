"""Tickets: open one with the transcript, say how one stands; one conversation, one ticket."""

from __future__ import annotations

import re

from assistant.messages import Messages
from assistant.model import (
    Abstention,
    Answered,
    Asker,
    ChoiceButton,
    Clarification,
    Conversation,
    DeskTicket,
    HandedOff,
    Outcome,
)
from assistant.ports import Clock
from assistant.store import SqlConversationStore

MAX_SUBJECT_CHARS = 120
_TICKET_NUMBER = re.compile(
    r"\b(?:#|ticket\s+(?:no\.?\s*|number\s*)?|(?:INC|LF|REQ)-?)0*(\d{1,9})\b", re.I
)
_STATUS = re.compile(
    r"\b(status|state|progress|update|news|how far|heard|hear back|looked at|where is|"
    r"my (?:open )?(?:tickets?|cases?|requests?))\b",
    re.I,
)
_OPEN = re.compile(
    r"\b(open|create|raise|log|submit|file|make|new|start|put in)\b.{0,40}"
    r"\b(ticket|case|request|incident)\b"
    r"|\b(human|person|agent|someone|somebody|colleague|operator)\b|\bcall me\b|\bescalate\b",
    re.I | re.S,
)
_NEGATED = re.compile(
    r"\b(do not|don't|dont|no need to|rather not|without|not)\b.{0,24}"
    r"\b(ticket|case|agent|human|person)\b",
    re.I | re.S,
)
_ONLY_COMMAND = re.compile(
    r"^(?:please|can you|could you|i want to|i'd like to|i would like to|just|"
    r"open|create|raise|log|submit|file|make|a|an|the|new|ticket|case|for me|for this|"
    r"about this|with this|talk|speak|to|human|person|agent|someone|real|now|[\s.,!?])+$",
    re.I,
)


class DeskSkill:
    """Answers `desk` questions from the built-in ticket store."""

    def __init__(self, *, store: SqlConversationStore, clock: Clock, messages: Messages) -> None:
        self._store = store
        self._clock = clock
        self._messages = messages

    def answer(self, text: str, *, asker: Asker, conversation: Conversation) -> Outcome:
        """Open a ticket, or tell how one stands; asks what it is about when nothing says so."""
        if _NEGATED.search(text):
            return Abstention(
                text=self._messages.say("desk.declined"), reason="declined", offers_ticket=False
            )
        wants_new = bool(_OPEN.search(text))
        number = _TICKET_NUMBER.search(text)
        if number and not wants_new:
            return self._status(int(number.group(1)), asker)
        if _STATUS.search(text) and not wants_new:
            return self._overview(asker)
        if not wants_new:
            return self._ask_for_wish(text)
        subject = _subject(text, conversation)
        if subject is None:
            return Abstention(
                text=self._messages.say("desk.nothing_to_hand_over"),
                reason="nothing_to_hand_over",
                offers_ticket=False,
            )
        known = {ticket.ticket_number for ticket in self._store.tickets(user_id=asker.user_id)}
        ticket = self.open(asker=asker, conversation=conversation, subject=subject, last=text)
        key = "desk.already_open" if ticket.ticket_number in known else "desk.opened"
        return HandedOff(
            text=self._messages.say(key, number=ticket.ticket_number),
            ticket_number=ticket.ticket_number,
        )

    def open(
        self, *, asker: Asker, conversation: Conversation, subject: str, last: str = ""
    ) -> DeskTicket:
        """Open the ticket of a conversation; the first one is returned when there is one."""
        return self._store.open_ticket(
            conversation_id=conversation.conversation_id,
            user_id=asker.user_id,
            subject=subject[:MAX_SUBJECT_CHARS],
            transcript=transcript(conversation, last),
            at=self._clock.now(),
        )

    def _ask_for_wish(self, text: str) -> Clarification:
        """Ask before opening: nobody gets a ticket who has not asked for one in words."""
        return Clarification(
            text=self._messages.say("desk.wish"),
            choices=(
                ChoiceButton(
                    label=self._messages.say("routing.as_helpdesk"), text=f"IT problem: {text}"
                ),
                ChoiceButton(
                    label=self._messages.say("routing.as_desk"), text=f"Open a ticket: {text}"
                ),
            ),
        )

    def _status(self, number: int, asker: Asker) -> Outcome:
        ticket = self._store.ticket(number, user_id=asker.user_id)
        if ticket is None:
            return Abstention(
                text=self._messages.say("desk.unknown_ticket", number=number),
                reason="unknown_ticket",
            )
        return Answered(text=self._describe(ticket), confidence=1.0)

    def _describe(self, ticket: DeskTicket) -> str:
        return self._messages.say(
            "desk.status",
            number=ticket.ticket_number,
            subject=ticket.subject,
            status=ticket.status,
            date=f"{ticket.opened_at:%-d %B %Y}",
        )

    def _overview(self, asker: Asker) -> Outcome:
        tickets = self._store.tickets(user_id=asker.user_id)
        if not tickets:
            return Answered(text=self._messages.say("desk.no_tickets"), confidence=1.0)
        if len(tickets) == 1:
            return Answered(text=self._describe(tickets[0]), confidence=1.0)
        listed = "; ".join(
            f"{item.ticket_number} “{item.subject}” ({item.status})" for item in tickets
        )
        return Answered(
            text=self._messages.say("desk.your_tickets", tickets=listed), confidence=1.0
        )


def _subject(text: str, conversation: Conversation) -> str | None:
    """Return what the ticket is about: this message if it says so, else the first earlier one."""
    if not _ONLY_COMMAND.match(text.strip()):
        return " ".join(text.split())
    for turn in reversed(conversation.turns):
        if turn.route in ("helpdesk", "insights", None):
            return " ".join(turn.text.split())
    return None


def transcript(conversation: Conversation, last: str = "") -> str:
    """Return the conversation as text: who said what, oldest first."""
    lines = []
    for turn in conversation.turns:
        lines += [f"Requester: {turn.text}", f"Deskwise: {turn.outcome.text}"]
    if last:
        lines.append(f"Requester: {last}")
    return "\n\n".join(lines)
