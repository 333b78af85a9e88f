"""What a `FeedbackStore` must do, and that votes of an older database become events."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import TurnNotFoundError
from assistant.feedback_store import SqlFeedbackStore, new_event, vote_events
from assistant.model import Answered, Citation, Turn
from assistant.store import SqlConversationStore, open_engine
from knowledge_base.feedback import FeedbackEvent, FeedbackKind
from tests.unit.assistant.fakes import START


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite"


@pytest.fixture
def conversations(path: Path) -> Iterator[SqlConversationStore]:
    store = SqlConversationStore(open_engine(path))
    yield store
    store.close()


@pytest.fixture
def store(path: Path, conversations: SqlConversationStore) -> Iterator[SqlFeedbackStore]:
    engine = open_engine(path)
    yield SqlFeedbackStore(engine)
    engine.dispose()


def event(
    kind: FeedbackKind = "click",
    document_id: str = "kb/vpn.md",
    person: str = "ann",
    question: str = "vpn fails",
    at: datetime = START,
) -> FeedbackEvent:
    return new_event(
        kind=kind,
        question=question,
        document_id=document_id,
        person=person,
        is_known=True,
        at=at,
        rank=2,
    )


def answer(*document_ids: str) -> Answered:
    cited = tuple(
        Citation(document_id=each, title=each, start=0, end=1, quote="x", url=f"/a/{each}")
        for each in document_ids
    )
    return Answered(text="Do this.", confidence=0.9, citations=cited)


def turn(turn_id: str = "t1", text: str = "vpn fails") -> Turn:
    return Turn(
        turn_id=turn_id,
        conversation_id="c1",
        text=text,
        route="helpdesk",
        outcome=answer("kb/vpn.md", "kb/mfa.md", "kb/vpn.md"),
        asked_at=START,
    )


def test_events_come_back_as_they_were_oldest_first(store: SqlFeedbackStore) -> None:
    late, early = event(at=START + timedelta(hours=1)), event(document_id="kb/mfa.md")
    store.add([late, early])
    assert store.events() == (early, late)


def test_what_is_done_again_is_kept_once(store: SqlFeedbackStore) -> None:
    again = event(at=START + timedelta(days=1))
    store.add([event()])
    store.add([again])
    assert store.events() == (again,)


def test_a_vote_replaces_the_persons_opposite_vote_and_nobody_elses(
    store: SqlFeedbackStore,
) -> None:
    other = event("down", person="bob")
    later = event("up", at=START + timedelta(days=1))
    store.add([event("down"), other, event("click")])
    store.add([later])
    assert set(store.events()) == {other, later, event("click")}


def test_votes_on_a_turn_replace_those_before_them(
    store: SqlFeedbackStore, conversations: SqlConversationStore
) -> None:
    conversations.add_turn(turn(), user_id="ann")
    both = vote_events(turn().outcome, kind="up", question="vpn fails", person="ann", at=START)
    store.replace_votes(both, turn_id="t1", person="ann")
    assert {(each.document_id, each.rank) for each in store.events()} == {
        ("kb/vpn.md", 1),
        ("kb/mfa.md", 2),
    }
    store.replace_votes([], turn_id="t1", person="ann")
    assert store.events() == ()


def test_every_change_raises_the_revision_and_nothing_else_does(store: SqlFeedbackStore) -> None:
    seen = [store.revision()]
    store.add([event()])
    seen.append(store.revision())
    store.remove(event_ids=["no such event"])
    store.keep_vectors({"vpn fails": np.zeros(2, dtype=np.float32)}, encoder="hash")
    seen.append(store.revision())
    store.remove(event_ids=[event().event_id])
    seen.append(store.revision())
    assert seen == [0, 1, 1, 2]


def test_events_are_removed_by_id_and_by_person(store: SqlFeedbackStore) -> None:
    mine, other, bobs = event(), event(document_id="kb/mfa.md"), event(person="bob")
    store.add([mine, other, bobs])
    assert store.remove(event_ids=[mine.event_id]) == (mine,)
    assert store.remove(person="bob") == (bobs,)
    assert store.events() == (other,)


def test_events_of_a_day_are_counted_for_each_person(store: SqlFeedbackStore) -> None:
    old = event(document_id="kb/old.md", at=START - timedelta(days=2))
    store.add([event(), event("up"), event(person="bob"), old])
    assert store.n_since("ann", START - timedelta(days=1)) == 2
    assert store.n_since("eve", START - timedelta(days=1)) == 0


def test_vectors_are_kept_for_one_encoder(store: SqlFeedbackStore) -> None:
    vector = np.asarray([0.6, 0.8], dtype=np.float32)
    store.add([event(), event("up")])
    assert store.vectors("hash") == {}
    store.keep_vectors({"vpn fails": vector}, encoder="hash")
    assert store.vectors("hash")["vpn fails"].tolist() == vector.tolist()
    assert store.vectors("another") == {}


def test_a_turn_is_read_by_its_owner_alone(conversations: SqlConversationStore) -> None:
    conversations.add_turn(turn(), user_id="ann")
    assert conversations.turn("t1", user_id="ann") == turn()
    for turn_id, user_id in (("t1", "bob"), ("t2", "ann")):
        with pytest.raises(TurnNotFoundError):
            conversations.turn(turn_id, user_id=user_id)


def test_votes_in_a_database_of_the_first_version_become_events(path: Path) -> None:
    old = SqlConversationStore(open_engine(path))
    old.add_turn(turn(), user_id="web-1")
    old.add_feedback("t1", user_id="web-1", value="down", comment="no", at=START)
    old.close()
    with sqlite3.connect(path) as raw:  # as the first version left it
        for table in ("feedback_events", "revisions", "vocabulary"):
            raw.execute(f"DROP TABLE {table}")
        raw.execute("PRAGMA user_version=1")
    raw.close()

    for _ in range(2):  # once is enough: opening again changes nothing
        engine = open_engine(path)
        found = SqlFeedbackStore(engine).events()
        engine.dispose()
        assert {(each.kind, each.document_id, each.person, each.is_known) for each in found} == {
            ("down", "kb/vpn.md", "web-1", False),
            ("down", "kb/mfa.md", "web-1", False),
        }
    reopened = SqlConversationStore(open_engine(path))
    assert reopened.feedback() == (("t1", "vpn fails", "down", "no"),)
    reopened.close()
