"""Training on some articles, trying on others: what is learned, and what comes into use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from knowledge_base.adaptation.pieces import Piece, take_pieces
from knowledge_base.adaptation.question_encoder import (
    QuestionEncoder,
    load_question_encoder,
    save_version,
)
from knowledge_base.adaptation.training import Lesson, TrainingSettings, train_question_side
from knowledge_base.adaptation.trial import (
    Comparison,
    Outcome,
    Plan,
    Setting,
    adapt,
    compare,
    verdict,
)
from knowledge_base.config import KnowledgeBaseSettings
from knowledge_base.encoders import HashEncoder
from knowledge_base.errors import AdaptationError
from knowledge_base.index.delta import open_index
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.indexing import build_index
from knowledge_base.ports import Encoder
from knowledge_base.retrieve import DENSE_ONLY, Retriever
from tests.integration.knowledge_base.adaptation.small import SmallEncoder, contents

NOW = datetime(2026, 6, 30, tzinfo=UTC)
SETTINGS = KnowledgeBaseSettings()
QUICK = TrainingSettings(learning_rate=3e-3, n_epochs=20, batch_size=8, rough_share=0.0)
PLAN = Plan(training=QUICK, fewest=2)


@dataclass(frozen=True)
class Known:
    """A search that finds the right article first, or not at all."""

    finds: bool

    def documents(
        self, query: str, *, groups: Sequence[str], k: int = 10, legs: Sequence[str] | None = None
    ) -> tuple[Any, ...]:
        assert groups == ["everyone"]
        number = query.split("seen")[1].split()[0] if self.finds else "999"
        return (SimpleNamespace(document_id=f"kb/{int(number):03d}.md"),)


def try_out(
    folder: Path,
    open_search: Callable[[SnapshotFolder, Encoder], Any],
    *,
    base: Encoder | None = None,
    n_documents: int = 60,
    live: Encoder | None = None,
) -> Outcome:
    base = base or SmallEncoder()
    setting = Setting(
        base=base,
        cached=base,
        settings=SETTINGS,
        open_search=open_search,
        work=folder / "work",
        live=live,
    )
    return adapt(contents(n_documents), setting, PLAN, seed=3, now=NOW)


def is_adapted(encoder: Encoder) -> bool:
    return isinstance(encoder, QuestionEncoder)


def test_training_finds_what_it_was_trained_on_and_gives_the_same_twice(tmp_path: Path) -> None:
    base, snapshots = SmallEncoder(), SnapshotFolder(tmp_path)
    pieces = take_pieces(contents(40), seed=1)

    class Corpus:
        def contents(self) -> Any:
            return iter(pieces.contents)

        def some_contents(self, document_ids: Any) -> Any:
            return (each for each in pieces.contents if each[0].document_id in document_ids)

        def versions(self) -> dict[str, str]:
            return {each.document_id: each.content_hash for each, _ in pieces.contents}

    build_index(Corpus(), base, snapshots, SETTINGS)
    before = base.load().network.layer_weights([0, 1])
    kept = {name: each.clone() for name, each in before.items()}
    trained = [
        train_question_side(
            base,
            Lesson(
                content=open_index(snapshots).content(),
                pieces=pieces.pieces,
                weights=SETTINGS.retrieval.weights,
            ),
            replace(QUICK, fused_share=0.0),
            seed=5,
        )
        for _ in range(2)
    ]
    assert all(np.array_equal(trained[0][name], trained[1][name]) for name in trained[0])
    assert all(bool((kept[name] == each).all()) for name, each in before.items())
    # Found by the vectors alone: the words know these articles already.
    n_first = []
    for encoder in (base, QuestionEncoder(base, trained[0])):
        retriever = Retriever(snapshots, base, SETTINGS.retrieval, question_encoder=encoder)
        n_first.append(
            sum(
                retriever.documents(piece.text, groups=(), k=1, legs=DENSE_ONLY)[0].document_id
                == piece.document_id
                for piece in pieces.pieces
            )
        )
    assert n_first[1] > n_first[0] + 5


def test_what_finds_held_out_articles_better_comes_into_use(tmp_path: Path) -> None:
    outcome = try_out(tmp_path, lambda _, encoder: Known(finds=is_adapted(encoder)))
    assert outcome.version.is_promoted
    assert outcome.version.figures["fused"]["before"] == 0
    assert outcome.version.figures["fused"]["after"] == 1
    assert outcome.version.settings["mix"] == 0.5, "of equals the gentler"
    save_version(tmp_path / "encoder", outcome.version, outcome.changed)
    assert is_adapted(load_question_encoder(tmp_path / "encoder", SmallEncoder()))


def test_what_finds_them_no_better_does_not(tmp_path: Path) -> None:
    outcome = try_out(tmp_path, lambda _, encoder: Known(finds=not is_adapted(encoder)))
    assert not outcome.version.is_promoted
    assert outcome.version.reason == "held-out documents are not found better"
    save_version(tmp_path / "encoder", outcome.version, outcome.changed)
    base = SmallEncoder()
    assert load_question_encoder(tmp_path / "encoder", base) is base


def test_the_one_in_use_is_not_replaced_by_a_worse_one(tmp_path: Path) -> None:
    base = SmallEncoder()
    weights = {name: each.numpy() for name, each in base.load().network.layer_weights([1]).items()}
    live = QuestionEncoder(base, weights)

    def one_miss(_: SnapshotFolder, encoder: Encoder) -> Known:
        asked = []

        class OneMiss(Known):
            def documents(self, query: str, **given: Any) -> tuple[Any, ...]:
                asked.append(query)
                return super().documents(query, **given) if len(asked) > 1 else ()

        if encoder.name == live.name:
            return Known(finds=True)
        return OneMiss(finds=is_adapted(encoder))

    outcome = try_out(tmp_path, one_miss, base=base, live=live)
    assert outcome.version.figures["fused"]["ci95"][0] > 0
    assert not outcome.version.is_promoted
    assert outcome.version.reason == "the version in use finds held-out documents better"


def test_other_encoders_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(AdaptationError, match="only the built-in one") as caught:
        try_out(tmp_path, lambda *_: Known(finds=True), base=HashEncoder())
    assert "default" in caught.value.hint


def test_too_few_articles_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(AdaptationError, match="too few questions"):
        try_out(tmp_path, lambda *_: Known(finds=True), n_documents=5)


def test_a_gain_that_may_be_chance_does_not_count() -> None:
    pieces = [Piece(text="t", document_id=str(number), kind="symptom") for number in range(40)]
    before = np.zeros(40)
    one_better = np.asarray([1.0] + [0.0] * 39)
    found = compare(pieces, before, one_better, seed=1)
    assert found.change == pytest.approx(1 / 40) and found.ci95[0] == 0
    assert verdict(found) == (False, "the gain on held-out documents may be chance")
    assert verdict(compare(pieces, before, np.ones(40), seed=1))[0]


def test_a_document_counts_once_however_many_questions_it_gives() -> None:
    pieces = [Piece(text="t", document_id=name, kind="symptom") for name in ("a", "a", "a", "b")]
    found = compare(pieces, np.zeros(4), np.asarray([1.0, 1.0, 1.0, 0.0]), seed=1)
    assert (found.n_documents, found.n_questions, found.after) == (2, 4, 0.5)
    assert isinstance(found, Comparison)
