from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta

from assistant.evaluation.suggestions import without_labels
from assistant.wire import plain
from knowledge_base.model import Message
from tests.unit.assistant.desk.made import NOW, PROBLEMS, ask, desk, ticket

NEW = ticket(150, 2, resolved_at=None, status="open")


def test_the_ticket_with_the_same_problem_comes_first_with_its_steps() -> None:
    found = ask(desk(), NEW)
    assert found.similar[0].subject.startswith(PROBLEMS[2][0])
    assert found.similar[0].is_confirmed
    assert "Remove the old plugin" in found.similar[0].quotes[0].quote


def test_relevances_are_probabilities_of_one_choice() -> None:
    found = ask(desk(), NEW)
    given = [item.relevance for item in found.similar]
    assert given == sorted(given, reverse=True)
    assert 0 < sum(given) <= 1.001


def test_a_consensus_counts_its_tickets_and_is_named_by_a_quoted_sentence() -> None:
    tickets = desk()
    found = ask(tickets, NEW)
    assert found.consensus is not None
    name = found.consensus.cluster.name
    source = next(item for item in tickets if item.ticket_id == name.ticket_id)
    assert source.messages[name.message_index].text[name.start : name.end] == name.quote
    assert found.consensus.n_tickets == len(found.consensus.cluster.ticket_ids)
    assert name.quote in found.consensus.text


def test_every_quote_is_a_span_of_its_message() -> None:
    tickets = {item.ticket_id: item for item in desk()}
    found = ask(list(tickets.values()), NEW)
    assert found.draft is not None
    quotes = [*found.draft.ticket_quotes, *(q for item in found.similar for q in item.quotes)]
    assert quotes
    for item in quotes:
        text = tickets[item.ticket_id].messages[item.message_index].text
        assert text[item.start : item.end] == item.quote
        assert not item.quote or item.quote in text
    assert all(item.quote in found.draft.text for item in found.draft.ticket_quotes)


def test_without_a_past_there_is_nothing_and_no_failure() -> None:
    found = ask([], NEW)
    assert (found.n_history, found.similar, found.consensus, found.draft) == (0, (), None, None)
    assert found.triage == {}
    assert ask([NEW], NEW).n_history == 0


def test_a_ticket_is_not_its_own_past() -> None:
    tickets = desk()
    asked = tickets[10]
    found = ask(tickets, asked)
    assert asked.ticket_id not in [item.ticket_id for item in found.similar]
    assert asked.ticket_id not in [name for group in found.clusters for name in group.ticket_ids]


def test_the_same_question_gives_the_same_answer_in_any_order_of_tickets() -> None:
    tickets = desk()
    assert ask(tickets, NEW) == ask(list(reversed(tickets)), NEW)


def test_labels_change_nothing() -> None:
    tickets = desk()
    chooser = random.Random(3)
    mixed = [
        replace(
            item,
            fix=f"fix {chooser.randrange(9)}",
            fix_message=chooser.randrange(3),
            duplicate_of=f"T-{chooser.randrange(30):03d}",
        )
        for item in tickets
    ]
    bare = [without_labels(item) for item in tickets]
    assert ask(tickets, NEW) == ask(mixed, NEW) == ask(bare, NEW)


def test_what_happens_later_changes_nothing() -> None:
    tickets = desk(60)
    at = tickets[30].opened_at
    past = [item for item in tickets if item.opened_at <= at]
    asked = replace(NEW, opened_at=at, ticket_id="new")
    assert ask(tickets, asked, at=at) == ask(past, asked, at=at)


def test_a_ticket_that_is_solved_later_is_open_and_tells_nothing_of_its_fix() -> None:
    tickets = [replace(item, resolved_at=NOW + timedelta(days=1)) for item in desk()]
    found = ask(tickets, NEW)
    assert found.similar == ()
    assert found.n_history == 0
    assert found.open_similar
    assert all(item.resolved_at is None and not item.quotes for item in found.open_similar)


def test_only_the_last_ones_count_when_asked_so() -> None:
    tickets = desk()
    newest = {item.ticket_id for item in tickets[-5:]}
    found = ask(tickets, NEW, last=5)
    assert found.n_history == 5
    assert {item.ticket_id for item in found.similar} <= newest
    assert ask(tickets, NEW, last=0).similar == ()


def test_a_fix_that_did_not_last_ranks_below_one_that_did() -> None:
    good, bad = ticket(1, 2), ticket(2, 2)
    relapse = Message(
        at=bad.messages[-1].at + timedelta(hours=1), role="requester", text="Still not working."
    )
    bad = replace(bad, messages=(*bad.messages, relapse))
    found = ask([good, bad, ticket(3, 0), ticket(4, 1)], NEW)
    assert found.similar[0].ticket_id == good.ticket_id
    told = {item.ticket_id: item for item in found.similar}
    assert told[bad.ticket_id].is_contradicted


def test_nothing_of_a_private_or_forbidden_ticket_is_told_in_150_random_desks() -> None:
    for seed in range(150):
        chooser = random.Random(seed)
        tickets = [
            replace(
                item,
                private=chooser.random() < 0.3,
                is_spam=chooser.random() < 0.1,
                acl=chooser.choice([("agents",), ("hr",), ("hr", "agents"), (), ("everyone",)]),
                resolved_at=item.resolved_at if chooser.random() < 0.8 else None,
                status="closed",
            )
            for item in desk(14, seed)
        ]
        groups = chooser.choice([("agents",), ("hr",), ()])
        mine = {*groups, "everyone"}
        hidden = [
            item for item in tickets if item.private or item.is_spam or not mine & set(item.acl)
        ]
        at = chooser.choice([NOW, tickets[-1].opened_at + timedelta(hours=1)])
        found = ask(tickets, NEW, groups=groups, at=at)
        said = str(plain(found))
        for item in hidden:
            number = int(item.ticket_id[2:])
            assert not re.search(rf"{item.ticket_id}\b|Mark {number}\b|{item.subject}'", said)
        shown = [item for item in tickets if item not in hidden]
        assert found == ask(shown, NEW, groups=groups, at=at)


def test_a_second_report_of_an_open_incident_is_a_probable_duplicate() -> None:
    at = NOW
    first = ticket(1, 0, opened_at=at - timedelta(minutes=6), resolved_at=None, status="open")
    others = [
        replace(first, ticket_id=f"T-9{n}", opened_at=at - timedelta(minutes=n)) for n in (2, 3, 4)
    ]
    found = ask([*desk(), first, *others], ticket(190, 0), at=at)
    assert found.duplicates
    assert found.duplicates[0].status == "open"


def test_an_old_solved_ticket_is_no_duplicate() -> None:
    assert ask(desk(), NEW).duplicates == ()


def test_triage_learns_from_few_and_says_from_how_many() -> None:
    found = ask(desk(12), ticket(150, 0, resolved_at=None, status="open"))
    assert set(found.triage) == {"category", "priority", "team"}
    assert found.triage["priority"].value == "low"
    assert found.triage["category"].n_examples == 12
    assert 0 <= found.triage["category"].confidence <= 1
