"""Tickets: opened with everything that is known, told of, added to, closed. One a conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assistant.handoff.contract import HandOffReason, PredictedField
from assistant.handoff.policy import Policy, PolicyMatch
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
    is_plain_request,
    read_request,
    read_yes_or_no,
    tells_of_something,
    ticket_number,
)
from assistant.skills.handing_over import (
    ASKED,
    Reason,
    make_handoff,
    said_since,
    transcript,
)
from assistant.skills.own_tickets import ASKS_FOR_NOTE, OwnTickets, asks_to_close

MAX_SUBJECT_CHARS = 120
ASKS_FOR_SUBJECT = "nothing_to_hand_over"

Triage = Callable[[str], Mapping[str, PredictedField]]
FindArticle = Callable[[str, Asker], Answered | None]


def no_triage(_text: str) -> Mapping[str, PredictedField]:
    """Predict nothing: there is nothing to learn from."""
    return {}


def no_article(_query: str, _asker: Asker) -> Answered | None:
    """Find nothing: there are no articles."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSkill:
    """Answers `desk` questions from the built-in tickets, and hands conversations over."""

    store: TicketStore
    clock: Clock
    messages: Messages
    policy: Policy = field(default_factory=Policy)
    triage: Triage = no_triage
    """What a problem's text is predicted to be: category, priority, team."""
    find_article: FindArticle = no_article
    """What the articles say to a question, shown beside a hand-off that policy demands."""

    def claims(self, text: str, conversation: Conversation) -> bool:
        """Return whether a message is the desk's whatever the router thinks of it.

        What policy hands over at once, a reply to a question of the desk, and what plainly is
        about one's own ticket.
        """
        if self.policy.read(text) is not None:
            return True
        last = conversation.turns[-1] if conversation.turns else None
        if last is not None and last.route == "desk":
            if asks_to_close(last.outcome) is not None and read_yes_or_no(text) is not None:
                return True
            if isinstance(last.outcome, Clarification) and ticket_number(text) is not None:
                return True
            if isinstance(last.outcome, Abstention) and last.outcome.reason == ASKS_FOR_NOTE:
                return read_yes_or_no(text) is not False
            if _asks_for_subject(last.outcome) and tells_of_something(text):
                return True
        return is_plain_request(text, has_ticket=_has_ticket(conversation))

    def answer(self, text: str, *, asker: Asker, conversation: Conversation) -> Outcome:
        """Do what is wanted of the desk; asks when that is not said."""
        match = self.policy.read(text)
        if match is not None:
            return self.hand_over_at_once(match, text, asker=asker, conversation=conversation)
        request = read_request(text, has_ticket=_has_ticket(conversation))
        last = conversation.turns[-1].outcome if conversation.turns else None
        own = OwnTickets(store=self.store, clock=self.clock, messages=self.messages)
        waiting = own.reply(text, request, last, asker)
        if waiting is not None:
            return waiting
        match request.kind:
            case "decline":
                return self._declined(conversation, asker)
            case "open":
                return self._open(text, request, asker, conversation)
            case "unclear":
                pass
            case _:
                return own.do(request, asker, conversation)
        if _asks_for_subject(last) and content(text):
            return self._open(
                text, DeskRequest(kind="open", text=content(text)), asker, conversation
            )
        return self._ask_for_wish(text)

    def open(
        self,
        *,
        asker: Asker,
        conversation: Conversation,
        subject: str,
        last: str = "",
        why: Reason = ASKED,
    ) -> DeskTicket:
        """Open the ticket of a conversation; the first one is returned when there is one.

        Parameters
        ----------
        asker, conversation
            Who is handed over, with the turns before this message.
        subject
            What it is about, in a line.
        last
            The message that is being answered.
        why
            The reason, what did not help, and what is known, as far as this message says it; what
            earlier ones say is read from the conversation.
        """
        now = self.clock.now()
        line = " ".join(subject.split())[:MAX_SUBJECT_CHARS]
        known = self._known(conversation, asker)
        if known is not None:
            again = None
            if not known.is_open:
                again = self.store.set_status(known.ticket_number, "new", user_id=asker.user_id)
            since = said_since(known, conversation, last, why)
            return self._noted(again or known, since, asker) if since else again or known
        handoff = make_handoff(
            conversation, why, subject=line, last=last, at=now, triage=self.triage
        )
        return self.store.open_ticket(
            conversation_id=conversation.conversation_id or None,
            user_id=asker.user_id,
            transcript=transcript(conversation, last),
            handoff=handoff,
            at=now,
        )

    def hand_over_at_once(
        self, match: PolicyMatch, text: str, *, asker: Asker, conversation: Conversation
    ) -> HandedOff:
        """Hand over what policy demands, with the article for it shown too."""
        reason: HandOffReason = f"policy:{match.kind}"  # type: ignore[assignment]
        known = self._known(conversation, asker)
        why = Reason(kind=reason, fields=match.fields)
        ticket = self.open(asker=asker, conversation=conversation, subject=text, last=text, why=why)
        is_of_before = known is not None or (
            ticket.handoff is not None and ticket.handoff.reason != reason
        )
        if is_of_before:
            # Of before, or of this very moment: what is urgent now must be read in it.
            ticket = self._noted(ticket, f"{reason}: {' '.join(text.split())}", asker)
        article = self.find_article(match.article, asker) if match.article else None
        key = f"desk.{match.say}_again" if is_of_before else f"desk.{match.say}"
        shown = self._without_closing(article.text) if article is not None else ""
        return HandedOff(
            text="\n\n".join(
                part
                for part in (self.messages.say(key, number=ticket.ticket_number), shown)
                if part
            ),
            ticket_number=ticket.ticket_number,
            handoff=ticket.handoff,
            citations=article.citations if article is not None else (),
        )

    def _known(self, conversation: Conversation, asker: Asker) -> DeskTicket | None:
        """Return the conversation's ticket, when it has one."""
        if not conversation.conversation_id:
            return None
        return self.store.ticket_of(conversation.conversation_id, user_id=asker.user_id)

    def _open(
        self, text: str, request: DeskRequest, asker: Asker, conversation: Conversation
    ) -> Outcome:
        known = self._known(conversation, asker)
        subject = request.text or _earlier(conversation) or content(text)
        if known is None and not subject:
            return Abstention(
                text=self.messages.say("desk.nothing_to_hand_over"),
                reason=ASKS_FOR_SUBJECT,
                offers_ticket=False,
            )
        ticket = self.open(asker=asker, conversation=conversation, subject=subject, last=text)
        key = "opened"
        if known is not None:
            key = "already_open" if known.is_open else "reopened"
            if request.text:
                ticket = self._noted(ticket, request.text, asker)
        return HandedOff(
            text=self.messages.say(f"desk.{key}", number=ticket.ticket_number),
            ticket_number=ticket.ticket_number,
            handoff=ticket.handoff,
        )

    def _noted(self, ticket: DeskTicket, note: str, asker: Asker) -> DeskTicket:
        noted = self.store.add_note(
            ticket.ticket_number, note, user_id=asker.user_id, at=self.clock.now()
        )
        return noted or ticket

    def _ask_for_wish(self, text: str) -> Clarification:
        """Ask before opening: nobody gets a ticket who has not asked for one in words."""
        return Clarification(
            text=self.messages.say("desk.wish"),
            choices=(
                ChoiceButton(
                    label=self.messages.say("routing.as_helpdesk"), text=f"IT problem: {text}"
                ),
                ChoiceButton(
                    label=self.messages.say("routing.as_desk"), text=f"Open a ticket: {text}"
                ),
            ),
        )

    def _declined(self, conversation: Conversation, asker: Asker) -> Abstention:
        known = self._known(conversation, asker)
        text = self.messages.say("desk.declined")
        if known is not None and known.is_open:
            text = self.messages.say("desk.declined_open", number=known.ticket_number)
        return Abstention(text=text, reason="declined", offers_ticket=False)

    def _without_closing(self, text: str) -> str:
        """Return an answer's text without the offer of a ticket: there is one now."""
        closing = self.messages.say("helpdesk.if_not_solved")
        return "\n\n".join(part for part in text.split("\n\n") if part != closing)


def _asks_for_subject(outcome: Outcome | None) -> bool:
    return isinstance(outcome, Abstention) and outcome.reason == ASKS_FOR_SUBJECT


def _has_ticket(conversation: Conversation) -> bool:
    return any(isinstance(turn.outcome, HandedOff) for turn in conversation.turns)


def _earlier(conversation: Conversation) -> str:
    """Return what the conversation was last about; empty when about nothing."""
    for turn in reversed(conversation.turns):
        memo = turn.outcome.memo
        if turn.route == "helpdesk" and memo is not None and memo.question:
            return " ".join(memo.question.split("\n")[0].split())
        if turn.route in ("helpdesk", "insights", None):
            return " ".join(turn.text.split())
    return ""
