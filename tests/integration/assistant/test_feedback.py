"""Feedback from a turn to the ranking, with a real store and a real index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from assistant.errors import (
    DocumentNotFoundError,
    FeedbackLimitError,
    FeedbackNotShownError,
    TurnNotFoundError,
)
from assistant.feedback import MOST_A_DAY_ANONYMOUS, FeedbackDesk, LivePrior
from assistant.feedback_store import SqlFeedbackStore
from assistant.model import Abstention, Asker, Citation, Turn
from assistant.store import SqlConversationStore, open_engine
from knowledge_base.config import FeedbackSettings, KnowledgeBaseSettings
from knowledge_base.encoders import HashEncoder
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.ingest import ingest
from knowledge_base.model import DocumentHit
from knowledge_base.retrieve import Retriever
from knowledge_base.sources.markdown import markdown_source
from knowledge_base.store import SqliteStore
from knowledge_base.vector_cache import CachedEncoder, VectorCache
from tests.unit.assistant.fakes import START, FakeClock

QUESTION = "vpn drops every hour"
STAFF = ("everyone", "staff")


@dataclass
class World:
    desk: FeedbackDesk
    store: SqlFeedbackStore
    conversations: SqlConversationStore
    retriever: Retriever
    n_turns: int = 0

    def ranking(self, groups: tuple[str, ...] = STAFF) -> tuple[DocumentHit, ...]:
        return self.retriever.documents(QUESTION, groups=groups)

    def show(self, asker: Asker, *document_ids: str, text: str = QUESTION) -> str:
        """Store a turn of the asker that named these documents; return its id."""
        self.n_turns += 1
        nearest = tuple(
            Citation(document_id=each, title=each, start=0, end=1, quote="x", url="/a/x")
            for each in document_ids
        )
        turn = Turn(
            turn_id=f"t{self.n_turns}",
            conversation_id=f"c{self.n_turns}",
            text=text,
            route="helpdesk",
            outcome=Abstention(text="No.", reason="low_confidence", nearest=nearest),
            asked_at=START,
        )
        self.conversations.add_turn(turn, user_id=asker.user_id)
        return turn.turn_id

    def accept(self, document_id: str, *people: str) -> None:
        for name in people:
            asker = Asker(user_id=name, groups=STAFF, is_known=True)
            turn_id = self.show(asker, document_id)
            self.desk.add("accepted", document_id, asker=asker, turn_id=turn_id)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    bodies = {
        "one": ("everyone", "VPN drops when the laptop sleeps. Turn off sleep."),
        "two": ("everyone", "VPN drops on weak wireless. Move nearer to the access point."),
        "secret": ("staff", "VPN drops for directors. Use the other gateway."),
        "far": ("everyone", "Order a new chair from the shop."),
    }
    folder = tmp_path / "kb"
    folder.mkdir()
    for name, (acl, body) in bodies.items():
        text = f"---\ntitle: {name}\nacl: [{acl}]\n---\n# {name}\n\n{body}\n"
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    settings = KnowledgeBaseSettings()
    snapshots = SnapshotFolder(tmp_path / "index")
    cache, documents = VectorCache(None), SqliteStore(tmp_path / "kb.sqlite")
    encoder = HashEncoder()
    ingest(
        [markdown_source(folder)],
        store=documents,
        encoder=CachedEncoder(encoder, cache),
        snapshots=snapshots,
        settings=settings,
    )
    engine = open_engine(tmp_path / "conversations.sqlite")
    store, conversations = SqlFeedbackStore(engine), SqlConversationStore(engine)
    clock = FakeClock()
    rules = FeedbackSettings(cap=0.5)
    prior = LivePrior(store, encoder, rules, clock)
    retriever = Retriever(snapshots, encoder, settings.retrieval, prior=prior)
    desk = FeedbackDesk(store=store, conversations=conversations, retriever=retriever, clock=clock)
    yield World(desk, store, conversations, retriever)
    conversations.close()
    documents.close()
    cache.close()


PEOPLE = tuple(f"p{number}" for number in range(12))


def test_people_who_agree_move_a_document_up_and_the_hit_says_so(world: World) -> None:
    before = world.ranking()
    second = before[1].document_id
    assert all(hit.feedback is None for hit in before)

    world.accept(second, *PEOPLE)
    after = {hit.document_id: hit for hit in world.ranking()}

    assert after[second].feedback is not None and after[second].feedback.leg == "feedback"
    assert after[second].feedback.score > 0 and after[second].feedback.rank == 1
    assert world.ranking()[0].document_id == second
    assert all(hit.feedback is None for name, hit in after.items() if name != second)


def test_feedback_taken_back_leaves_the_very_ranking_before_it(world: World) -> None:
    before = world.ranking()
    world.accept(before[-1].document_id, *PEOPLE)
    assert world.ranking() != before

    world.store.remove(event_ids=[event.event_id for event in world.store.events()])
    assert world.ranking() == before


def test_feedback_of_one_person_changes_nothing(world: World) -> None:
    before = world.ranking()
    for _ in range(20):
        world.accept(before[-1].document_id, "p0")
    assert world.ranking() == before


def test_baselines_are_not_adjusted(world: World) -> None:
    before = world.retriever.documents(QUESTION, groups=STAFF, legs=("bm25", "dense"))
    world.accept(before[-1].document_id, *PEOPLE)
    assert world.retriever.documents(QUESTION, groups=STAFF, legs=("bm25", "dense")) == before


def test_feedback_on_a_document_that_others_may_not_read_shows_them_nothing(world: World) -> None:
    others = ("everyone",)
    before = world.ranking(others)
    world.accept("kb/secret.md", *PEOPLE)
    assert world.ranking(others) == before
    assert "kb/secret.md" in {hit.document_id for hit in world.ranking() if hit.feedback}


def test_feedback_is_taken_only_on_what_was_shown_to_the_asker(world: World) -> None:
    ann = Asker(user_id="ann")
    turn_id = world.show(ann, "kb/one.md")
    add = world.desk.add
    with pytest.raises(FeedbackNotShownError):
        add("click", "kb/two.md", asker=ann, turn_id=turn_id)
    with pytest.raises(DocumentNotFoundError):
        add("click", "kb/secret.md", asker=ann, turn_id=turn_id)
    with pytest.raises(TurnNotFoundError):
        add("click", "kb/one.md", asker=Asker(user_id="bob"), turn_id=turn_id)
    with pytest.raises(TurnNotFoundError):
        add("click", "kb/one.md", asker=ann)
    assert world.store.events() == ()


def test_a_suggestion_is_taken_when_it_is_found_for_the_question(world: World) -> None:
    agent = Asker(user_id="agent", groups=STAFF, is_known=True)
    rank = [hit.document_id for hit in world.ranking()].index("kb/two.md") + 1
    world.desk.add("edited", "kb/two.md", asker=agent, question=QUESTION)
    (event,) = world.store.events()
    assert (event.kind, event.question, event.rank, event.is_known) == (
        "edited",
        QUESTION,
        rank,
        True,
    )


def test_a_vote_on_an_answer_without_documents_leaves_no_event(world: World) -> None:
    ann = Asker(user_id="ann")
    world.desk.vote(world.show(ann, "kb/one.md"), asker=ann, value="up")
    assert world.store.events() == ()


def test_one_person_may_give_so_much_feedback_in_a_day(world: World) -> None:
    eve = Asker(user_id="web-eve")
    for number in range(MOST_A_DAY_ANONYMOUS):
        turn_id = world.show(eve, "kb/one.md", text=f"{QUESTION} {number}")
        world.desk.add("click", "kb/one.md", asker=eve, turn_id=turn_id)
    with pytest.raises(FeedbackLimitError):
        world.desk.add("click", "kb/one.md", asker=eve, turn_id=turn_id)
    known = replace(eve, user_id="ann", is_known=True)
    world.desk.add("click", "kb/one.md", asker=known, turn_id=world.show(known, "kb/one.md"))


def test_a_question_that_leans_on_the_one_before_is_kept_with_it(world: World) -> None:
    ann = Asker(user_id="ann")
    first = world.conversations.turn(world.show(ann, "kb/one.md"), user_id="ann")
    later = replace(first, turn_id="later", text="and on a mac?")
    world.conversations.add_turn(later, user_id="ann")
    world.desk.add("click", "kb/one.md", asker=ann, turn_id="later")
    assert world.store.events()[0].question == f"{QUESTION}\nand on a mac?"
