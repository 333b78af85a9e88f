"""One's own tickets: how they stand, what is added to them, that they are closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
from assistant.ports import Clock, TicketStore
from assistant.skills.desk_requests import (
    DeskRequest,
    content,
    read_request,
    read_yes_or_no,
    ticket_number,
)

MAX_LISTED = 4
MAX_LABEL_CHARS = 60
ASKS_FOR_NOTE = "nothing_to_add"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTickets:
    """Does what somebody wants of a ticket of theirs. Nobody learns of another's."""

    store: TicketStore
    clock: Clock
    messages: Messages

    def do(self, request: DeskRequest, asker: Asker, conversation: Conversation) -> Outcome:
        """Do what is wanted of a ticket; asks which when several could be meant."""
        match request.kind:
            case "status":
                return self._on_ticket(request, asker, conversation, self._told)
            case "keep":
                return self._on_ticket(request, asker, conversation, self._kept)
            case "cancel":
                return self._on_ticket(request, asker, conversation, self._ask_to_close)
            case "reopen":
                return self._on_ticket(request, asker, conversation, self._reopen)
            case "add":
                return self._on_ticket(
                    request,
                    asker,
                    conversation,
                    lambda ticket, asker: self._note(ticket.ticket_number, request.text, asker),
                )
            case _:
                return self._overview(asker)

    def reply(
        self, text: str, request: DeskRequest, last: Outcome | None, asker: Asker
    ) -> Outcome | None:
        """Take a message as the reply to what the desk asked last; None when it is none."""
        number = asks_to_close(last)
        if number is not None and request.kind not in ("status", "list", "open", "add"):
            said = False if request.kind == "keep" else read_yes_or_no(text)
            said = True if said is None and request.kind == "cancel" else said
            if said is not None:
                return self._close(number, asker) if said else self._say_no()
        asks_for_note = isinstance(last, Abstention) and last.reason == ASKS_FOR_NOTE
        if asks_for_note and last is not None and request.kind == "unclear" and content(text):
            return self._note(ticket_number(last.text) or 0, content(text), asker)
        return None

    def _on_ticket(
        self,
        request: DeskRequest,
        asker: Asker,
        conversation: Conversation,
        then: Callable[[DeskTicket, Asker], Outcome],
    ) -> Outcome:
        """Do it with the ticket that is meant: named, this conversation's, or the only one."""
        if request.number is not None:
            named = self.store.ticket(request.number, user_id=asker.user_id)
            return self._unknown(request.number) if named is None else then(named, asker)
        own = self.store.ticket_of(conversation.conversation_id, user_id=asker.user_id)
        if own is not None:
            return then(own, asker)
        tickets = self.store.tickets(user_id=asker.user_id)
        if not tickets:
            return self._overview(asker)
        open_ones = [item for item in tickets if item.is_open] or list(tickets)
        if len(open_ones) == 1:
            return then(open_ones[0], asker)
        if request.kind == "status":
            return self._overview(asker)
        return Clarification(
            text=self.messages.say("desk.which"),
            choices=tuple(
                ChoiceButton(
                    label=f"{item.ticket_number}: {item.subject}"[:MAX_LABEL_CHARS],
                    text=self.messages.say(
                        f"desk.button_{request.kind}", number=item.ticket_number, text=request.text
                    ).strip(),
                )
                for item in open_ones[:MAX_LISTED]
            ),
        )

    def _told(self, ticket: DeskTicket, _asker: Asker) -> Outcome:
        return Answered(text=self._describe(ticket), confidence=1.0)

    def _kept(self, ticket: DeskTicket, _asker: Asker) -> Outcome:
        key = "stays_open" if ticket.is_open else "is_closed"
        return Answered(
            text=self.messages.say(f"desk.{key}", number=ticket.ticket_number), confidence=1.0
        )

    def _ask_to_close(self, ticket: DeskTicket, _asker: Asker) -> Outcome:
        number = ticket.ticket_number
        if not ticket.is_open:
            return Answered(text=self.messages.say("desk.is_closed", number=number), confidence=1.0)
        return Clarification(
            text=self.messages.say("desk.confirm_close", number=number, subject=ticket.subject),
            choices=tuple(
                ChoiceButton(
                    label=self.messages.say(f"desk.label_{key}"),
                    text=self.messages.say(f"desk.button_{key}", number=number),
                )
                for key in ("yes_close", "keep")
            ),
        )

    def _close(self, number: int, asker: Asker) -> Outcome:
        ticket = self.store.set_status(number, "cancelled", user_id=asker.user_id)
        if ticket is None:
            return self._unknown(number)
        return Answered(text=self.messages.say("desk.closed", number=number), confidence=1.0)

    def _reopen(self, ticket: DeskTicket, asker: Asker) -> Outcome:
        number = ticket.ticket_number
        if ticket.is_open:
            return self._kept(ticket, asker)
        again = self.store.set_status(number, "new", user_id=asker.user_id) or ticket
        return HandedOff(
            text=self.messages.say("desk.reopened", number=number),
            ticket_number=number,
            handoff=again.handoff,
        )

    def _note(self, number: int, note: str, asker: Asker) -> Outcome:
        ticket = self.store.ticket(number, user_id=asker.user_id)
        if ticket is None:
            return self._unknown(number)
        if not note:
            return Abstention(
                text=self.messages.say("desk.nothing_to_add", number=number),
                reason=ASKS_FOR_NOTE,
                offers_ticket=False,
            )
        self.store.add_note(number, note, user_id=asker.user_id, at=self.clock.now())
        key = "added" if ticket.is_open else "added_closed"
        return Answered(
            text=self.messages.say(f"desk.{key}", number=number, note=note), confidence=1.0
        )

    def _say_no(self) -> Abstention:
        return Abstention(
            text=self.messages.say("desk.kept"), reason="declined", offers_ticket=False
        )

    def _unknown(self, number: int) -> Abstention:
        """Say the same of somebody else's ticket and of one that never was."""
        return Abstention(
            text=self.messages.say("desk.unknown_ticket", number=number),
            reason="unknown_ticket",
            offers_ticket=False,
        )

    def _describe(self, ticket: DeskTicket) -> str:
        key = f"desk.status_{ticket.status}"
        said = self.messages.say(
            "desk.status",
            number=ticket.ticket_number,
            subject=ticket.subject,
            status=self.messages.say(key) if key in self.messages else ticket.status,
            date=f"{ticket.opened_at:%-d %B %Y}",
        )
        if ticket.replies:
            reply = ticket.replies[-1]
            return f"{said}\n\n" + self.messages.say(
                "desk.last_reply", reply=reply.text, date=f"{reply.at:%-d %B %Y}"
            )
        if not ticket.notes:
            return said
        last = ticket.notes[-1]
        return f"{said} " + self.messages.say(
            "desk.last_note", note=last.text, date=f"{last.at:%-d %B %Y}"
        )

    def _overview(self, asker: Asker) -> Outcome:
        tickets = self.store.tickets(user_id=asker.user_id)
        if not tickets:
            return Answered(text=self.messages.say("desk.no_tickets"), confidence=1.0)
        if len(tickets) == 1:
            return Answered(text=self._describe(tickets[0]), confidence=1.0)
        listed = "; ".join(
            f"{item.ticket_number} “{item.subject}” ({item.status})" for item in tickets
        )
        return Answered(text=self.messages.say("desk.your_tickets", tickets=listed), confidence=1.0)


def asks_to_close(outcome: Outcome | None) -> int | None:
    """Return the ticket that the desk asked about closing; None when it did not."""
    if not isinstance(outcome, Clarification) or len(outcome.choices) != 2:
        return None
    number = ticket_number(outcome.choices[0].text)
    is_it = number is not None and read_request(outcome.choices[1].text).kind == "keep"
    return number if is_it else None
