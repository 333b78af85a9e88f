from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from assistant.desk.service import DeskSources, SuggestionDesk, as_ticket
from assistant.errors import EmptyQuestionError, QuestionTooLongError, TicketNotFoundError
from assistant.handoff.contract import HandOff
from assistant.messages import load_messages
from assistant.model import Asker, DeskTicket, TicketNote, WorkEvent
from knowledge_base.model import Document, DocumentHit, Ticket
from tests.unit.assistant.desk.made import ENCODER, FITTED, NOW, desk

AGENT = Asker(user_id="a", groups=("everyone", "agents"))


class NoArticles:
    def documents(self, query: str, **_: object) -> tuple[DocumentHit, ...]:
        return ()

    def document(self, document_id: str, **_: object) -> Document | None:
        return None


class At:
    def now(self) -> datetime:
        return NOW


def service(tickets: list[Ticket], own: tuple[DeskTicket, ...] = ()) -> SuggestionDesk:
    return SuggestionDesk(
        sources=DeskSources(
            state=lambda: str(len(tickets)),
            tickets=lambda: tickets,
            own_tickets=lambda: own,
            contents=lambda: (),
        ),
        encode_past=ENCODER.encode,
        encode=ENCODER.encode,
        fitted=FITTED,
        messages=load_messages(),
        search=NoArticles(),
        clock=At(),
    )


OWN = DeskTicket(
    ticket_number=1000,
    conversation_id="c1",
    user_id="web-1",
    subject="spreadsheet freezes",
    transcript="Requester: the spreadsheet freezes on save\n\nDeskwise: Nothing found.",
    status="new",
    opened_at=NOW,
)


def test_a_ticket_of_the_own_desk_is_for_agents_and_for_who_opened_it() -> None:
    made = service(desk(), (OWN,))
    assert made.for_ticket("1000", asker=AGENT).similar[0].subject.startswith("spreadsheet")
    assert made.for_ticket("1000", asker=Asker(user_id="web-1")).similar == ()
    with pytest.raises(TicketNotFoundError):
        made.for_ticket("1000", asker=Asker(user_id="web-2"))


def test_a_solved_ticket_of_the_own_desk_helps_with_the_next_like_it() -> None:
    reply = WorkEvent(
        kind="reply",
        text="Hold the reset pin of the franking machine for ten seconds.",
        at=NOW,
        actor_id="u-mara",
        actor_name="Mara",
    )
    franking = replace(OWN, subject="franking machine", transcript="Requester: no stamps appear")
    solved = replace(
        franking,
        status="solved",
        opened_at=NOW - timedelta(days=2),
        events=(reply, replace(reply, kind="internal", text="Ask Bob about the pin.")),
        notes=(TicketNote(text="That worked, thank you.", at=NOW),),
    )
    found = service(desk(), (solved,)).for_text("franking machine: no stamps appear", asker=AGENT)
    assert found.similar[0].ticket_id == "1000"
    assert [item.quote for item in found.similar[0].quotes] == [reply.text]
    assert "Bob" not in str(found)


def test_what_may_not_be_read_and_what_is_not_there_are_not_told_apart() -> None:
    hidden = [replace(item, acl=("hr",)) for item in desk()]
    with pytest.raises(TicketNotFoundError) as forbidden:
        service(hidden).for_ticket("T-003", asker=AGENT)
    with pytest.raises(TicketNotFoundError) as missing:
        service([]).for_ticket("T-003", asker=AGENT)
    assert forbidden.value.message == missing.value.message


def test_typed_text_gets_suggestions_and_an_empty_one_is_refused() -> None:
    made = service(desk())
    assert made.for_text("the spreadsheet freezes on every save", asker=AGENT).similar
    with pytest.raises(EmptyQuestionError):
        made.for_text(" \n", asker=AGENT)
    with pytest.raises(QuestionTooLongError):
        made.for_text("a" * 20_001, asker=AGENT)


def test_each_solved_ticket_counts_at_once() -> None:
    tickets = desk(5)
    made = service(tickets)
    assert made.for_text("spreadsheet", asker=AGENT).n_history == 5
    tickets.extend(desk(9)[5:])
    assert made.for_text("spreadsheet", asker=AGENT).n_history == 9


def test_the_fields_of_a_new_ticket_are_predicted_from_past_ones() -> None:
    past = desk()
    found = service(past).triage(past[0].subject)
    assert {name: item.value for name, item in found.items()}.items() <= {
        "category": past[0].category,
        "priority": past[0].priority,
        "team": past[0].team,
    }.items()
    assert found
    assert all(0 <= item.confidence <= 1 for item in found.values())


def test_without_past_tickets_or_words_nothing_is_predicted() -> None:
    assert service([]).triage("the spreadsheet freezes") == {}
    assert service(desk()).triage("  ") == {}


def test_what_policy_hands_over_is_private() -> None:
    handoff = HandOff(reason="policy:harassment", subject="x", transcript=())
    assert as_ticket(replace(OWN, handoff=handoff)).private
    assert not as_ticket(replace(OWN, handoff=replace(handoff, reason="asked"))).private
