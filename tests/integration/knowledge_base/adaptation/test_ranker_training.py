"""Learning the weights of the legs: what comes into use, what is kept back, what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from knowledge_base.adaptation.lessons import (
    MOST_OF_ONE_PERSON,
    lessons_of_feedback,
    lessons_of_tickets,
)
from knowledge_base.adaptation.ranker_training import (
    Plan,
    Setting,
    Sources,
    fold_of,
    learn_ranker,
    verdict,
)
from knowledge_base.adaptation.trial import HeldContents
from knowledge_base.chunking import cut
from knowledge_base.config import DEFAULT_WEIGHTS, ChunkingSettings, KnowledgeBaseSettings
from knowledge_base.encoders import HashEncoder
from knowledge_base.errors import RankerError, RankerHashError
from knowledge_base.feedback import FeedbackEvent, FeedbackKind
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.indexing import build_index
from knowledge_base.learning_to_rank import LEARNED_LEGS, Labelled
from knowledge_base.model import Document, Message, Ticket
from knowledge_base.ranker import (
    RankerVersion,
    choose_ranker,
    discard,
    list_versions,
    live_version,
    save_version,
    with_weights,
)
from knowledge_base.retrieve import Retriever

NOW = datetime(2026, 6, 30, tzinfo=UTC)
SETTINGS = KnowledgeBaseSettings(chunking=ChunkingSettings(max_words=20, small_words=1))
PLAN = Plan(pull=1, fewest_documents=10)
BY_TITLE = {"bm25_title": 0.9, "bm25": 0.1}
"""Misleading here: every title names the topic of the next article."""
BY_BODY = {"bm25": 1.0}


def document(number: int) -> Document:
    text = (
        f"# Not topic{number + 1}\n\n## Symptoms\n\nThe topic{number} device stopped again after a "
        f"while today.\n\n## Resolution\n\nReset the topic{number} part and restart topic{number} "
        f"twice, then wait.\n"
    )
    return Document(
        document_id=f"kb/{number:03d}.md",
        title=f"Not topic{number + 1}",
        text=text,
        content_hash=f"{number:064d}",
    )


def contents(n: int):
    return [(each, cut(each, SETTINGS.chunking)) for each in map(document, range(n))]


def learn(
    folder: Path,
    *,
    start: Mapping[str, float],
    in_use: Mapping[str, float] | None = None,
    n_documents: int = 60,
    sources: Sources | None = None,
) -> RankerVersion:
    settings = replace(SETTINGS, retrieval=replace(SETTINGS.retrieval, weights=start))
    encoder, held = HashEncoder(), contents(n_documents)

    def search(snapshots: SnapshotFolder) -> Retriever:
        return Retriever(snapshots, encoder, settings.retrieval)

    live = SnapshotFolder(folder / "live")
    build_index(HeldContents(tuple(held)), encoder, live, settings)
    setting = Setting(
        encoder=encoder,
        settings=settings,
        open_search=search,
        live=search(live),
        start=start,
        is_start_fitted=True,
        in_use=in_use or start,
        work=folder / "work",
    )
    given = sources or Sources(contents=held)
    return learn_ranker(given, setting, PLAN, seed=3, now=NOW)


def test_weights_that_find_more_are_learned_and_come_into_use(tmp_path: Path) -> None:
    version = learn(tmp_path, start=BY_TITLE)
    figure = version.figures["in_use"]
    assert version.is_promoted
    assert figure["ci95"][0] > 0
    assert figure["after"]["ndcg@10"] > figure["before"]["ndcg@10"]
    assert figure["n_documents"] == 60
    assert version.weights["bm25_title"] < 0.9
    assert version.settings["n_lessons"]["symptom"] == figure["n_questions"]
    saved = save_version(tmp_path / "ranker", version)
    assert saved.version == "0001" and saved.is_live
    ranker = choose_ranker(tmp_path / "ranker", HashEncoder().name, is_built_in=False)
    assert (ranker.source, ranker.version) == ("learned", "0001")
    assert ranker.weights == version.weights
    assert with_weights(SETTINGS, ranker).retrieval.weights == version.weights


def test_learning_twice_gives_the_same(tmp_path: Path) -> None:
    first, second = (learn(tmp_path / name, start=BY_TITLE) for name in ("one", "two"))
    assert first == second


def test_weights_in_use_that_find_everything_stay(tmp_path: Path) -> None:
    version = learn(tmp_path, start=BY_TITLE, in_use=BY_BODY)
    assert not version.is_promoted
    assert version.figures["in_use"]["change"] <= 0
    folder = tmp_path / "ranker"
    save_version(folder, version)
    assert live_version(folder) is None
    assert [each.version for each in list_versions(folder)] == ["0001"]
    assert choose_ranker(folder, "x", is_built_in=True).source == "shipped"


def test_too_little_to_learn_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(RankerError, match="questions for 4 documents; at least 10") as caught:
        learn(tmp_path, start=BY_TITLE, n_documents=4)
    assert "Ingest more articles" in caught.value.hint


def test_labelled_questions_and_feedback_teach_too(tmp_path: Path) -> None:
    held = contents(30)
    sources = Sources(
        contents=held,
        tickets=[ticket("T1", "Reset the topic7 part and restart topic7 twice, then wait.")],
        events=[event("q", "kb/003.md", "accepted", "anna"), event("q", "gone.md", "up", "anna")],
        labelled=[Labelled(text="topic5 stopped", relevant={"kb/005.md": 2, "kb/006.md": 1})],
    )
    version = learn(tmp_path, start=BY_TITLE, n_documents=30, sources=sources)
    lessons = version.settings["n_lessons"]
    assert (lessons["feedback"], lessons["labelled"]) == (1, 1)


def test_a_tampered_file_is_refused_until_it_is_discarded(tmp_path: Path) -> None:
    save_version(tmp_path, version_of({"bm25": 1.0}))
    path = tmp_path / "0001.json"
    path.write_text(path.read_text().replace('"bm25": 1.0', '"bm25": 0.5'))
    with pytest.raises(RankerHashError, match="not the file that was written") as caught:
        choose_ranker(tmp_path, "encoder", is_built_in=True)
    assert "--discard" in caught.value.hint
    assert discard(tmp_path) == "0001"
    assert choose_ranker(tmp_path, "encoder", is_built_in=True).weights == DEFAULT_WEIGHTS
    assert discard(tmp_path) is None


@pytest.mark.parametrize("weights", [{"bm25": -1.0}, {"bm25": "1"}, {"bm25": 0.0}, {}])
def test_what_is_no_weights_is_refused(tmp_path: Path, weights: dict) -> None:
    save_version(tmp_path, replace(version_of({}), weights=weights, is_promoted=False))
    with pytest.raises(RankerError, match="holds no learned weights"):
        list_versions(tmp_path)


def test_a_damaged_pointer_or_a_missing_file_is_refused(tmp_path: Path) -> None:
    save_version(tmp_path, version_of({"bm25": 1.0}))
    (tmp_path / "0001.json").unlink()
    with pytest.raises(RankerHashError):
        live_version(tmp_path)
    (tmp_path / "current.json").write_text("[]")
    with pytest.raises(RankerError, match="expected an object"):
        live_version(tmp_path)
    assert discard(tmp_path) == "a damaged version"


def test_old_versions_go_and_the_one_in_use_stays(tmp_path: Path) -> None:
    save_version(tmp_path, version_of({"bm25": 1.0}))
    for _ in range(8):
        save_version(tmp_path, replace(version_of({"dense": 1.0}), is_promoted=False))
    names = [each.version for each in list_versions(tmp_path)]
    assert names == ["0001", "0005", "0006", "0007", "0008", "0009"]
    assert [each.version for each in list_versions(tmp_path) if each.is_live] == ["0001"]


def test_the_rule_which_weights_serve(tmp_path: Path) -> None:
    built_in = choose_ranker(tmp_path, "built-in", is_built_in=True)
    assert (built_in.source, built_in.weights) == ("shipped", DEFAULT_WEIGHTS)
    other = choose_ranker(tmp_path, "mine", is_built_in=False)
    assert other.source == "equal"
    assert set(other.weights) == set(LEARNED_LEGS) and len(set(other.weights.values())) == 1
    assert "none were fitted or learned for the encoder mine" in other.reason
    # Learned with one encoder, they serve that one; with another the reason says so.
    save_version(tmp_path, version_of({"bm25": 1.0}))
    assert choose_ranker(tmp_path, "encoder", is_built_in=False).source == "learned"
    passed_over = choose_ranker(tmp_path, "mine", is_built_in=False)
    assert passed_over.source == "equal"
    assert "0001 was learned with the encoder encoder" in passed_over.reason
    save_version(tmp_path, replace(version_of({}), weights={"bm25": 1.0}))
    assert "0002 was learned with other legs" in (
        choose_ranker(tmp_path, "encoder", is_built_in=True).reason
    )


def test_a_gain_that_may_be_chance_does_not_come_into_use() -> None:
    assert verdict({"change": 0.01, "ci95": [-0.001, 0.02]}) == (
        False,
        "the gain on held-out documents may be chance",
    )
    assert verdict({"change": 0.0, "ci95": [0.0, 0.0]})[0] is False
    assert verdict({"change": 0.01, "ci95": [0.001, 0.02]})[0] is True


def test_a_document_is_in_one_part_whatever_else_there_is() -> None:
    folds = [fold_of(f"kb/{number}.md", 3) for number in range(1000)]
    assert set(folds) == {0, 1, 2, 3, 4}
    assert min(folds.count(fold) for fold in range(5)) > 150
    assert folds != [fold_of(f"kb/{number}.md", 4) for number in range(1000)]


def test_feedback_teaches_only_what_people_agree_on() -> None:
    ids = {"a", "b", "c"}
    told = lessons_of_feedback(
        [
            event("clicked", "a", "click", "anna"),
            event("disputed", "a", "up", "anna"),
            event("disputed", "a", "down", "ben"),
            event("liked", "b", "edited", "anna"),
            event("one cookie", "c", "up", "web-1", is_known=False),
            event("two cookies", "c", "up", "web-1", is_known=False),
            event("two cookies", "c", "up", "web-2", is_known=False),
            event("gone", "d", "up", "anna"),
        ],
        ids,
    )
    assert [(each.text, each.document_id) for each in told] == [
        ("liked", "b"),
        ("two cookies", "c"),
    ]
    many = [event(f"q{number:03d}", "a", "up", "anna") for number in range(100)]
    assert len(lessons_of_feedback(many, ids)) == MOST_OF_ONE_PERSON


def test_tickets_teach_only_with_one_clear_article_and_never_private_ones() -> None:
    fix = "Reset the topic7 part and restart topic7 twice, then wait."
    tickets = [
        ticket("clear", fix),
        ticket("private", fix, private=True),
        ticket("spam", fix, is_spam=True),
        ticket("unclear", "Reset the part and restart it twice, then wait a little."),
        ticket("far", "Restart the coffee machine and press the button twice."),
        ticket("denied", fix, answer="Still the same error, no luck."),
    ]
    lessons = list(lessons_of_tickets(tickets, Nearest(), ["everyone"]))
    assert [(each.document_id, each.kind) for each in lessons] == [("kb/007.md", "ticket")]
    assert lessons[0].text == "It stopped\nMy device stopped."


class Nearest:
    """Knows topic 7 for sure, nothing of coffee, and otherwise two articles alike."""

    def documents(self, query: str, *, groups, k: int = 10):
        assert (groups, k) == (["everyone"], 2)
        lead, cosine = (0.3, 0.8) if "topic7" in query else (0.1, 0.8)
        if "coffee" in query:
            lead, cosine = 0.3, 0.2
        return (
            SimpleNamespace(document_id="kb/007.md", fused_score=0.9, cosine=cosine),
            SimpleNamespace(document_id="kb/008.md", fused_score=0.9 - lead, cosine=0.5),
        )


def ticket(
    ticket_id: str, fix: str, *, answer: str = "Works now, thanks!", **fields: bool
) -> Ticket:
    said = [("requester", "My device stopped."), ("agent", fix), ("requester", answer)]
    return Ticket(
        ticket_id=ticket_id,
        opened_at=NOW,
        resolved_at=NOW,
        subject="It stopped",
        category="",
        priority="",
        team="",
        status="resolved",
        messages=tuple(Message(at=NOW, role=role, text=text) for role, text in said),
        **fields,
    )


def event(
    question: str, document_id: str, kind: FeedbackKind, person: str, *, is_known: bool = True
) -> FeedbackEvent:
    return FeedbackEvent(
        event_id=json.dumps([question, document_id, kind, person]),
        at=NOW,
        person=person,
        is_known=is_known,
        kind=kind,
        question=question,
        document_id=document_id,
    )


def version_of(weights: Mapping[str, float]) -> RankerVersion:
    return RankerVersion(
        weights={**dict.fromkeys(LEARNED_LEGS, 0.0), **weights},
        encoder="encoder",
        corpus_digest="0" * 64,
        created_at="2026-06-30T00:00:00+00:00",
        seed=1,
        is_promoted=True,
        reason="held-out documents are found better",
        figures={},
        settings={},
    )
