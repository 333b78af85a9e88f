"""Learn the weights of the legs from a company's own articles and tickets, and try them.

Documents are dealt into five parts. Each part is judged by weights that were learned from the other
four; the gain of all parts together decides whether the weights that all of them give are used.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from knowledge_base.adaptation.lessons import (
    Lesson,
    Search,
    lessons_of_feedback,
    lessons_of_pieces,
    lessons_of_tickets,
)
from knowledge_base.adaptation.pieces import take_pieces
from knowledge_base.adaptation.trial import HeldContents, all_groups, corpus_digest
from knowledge_base.config import KnowledgeBaseSettings
from knowledge_base.errors import RankerError
from knowledge_base.feedback import FeedbackEvent
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.indexing import build_index
from knowledge_base.learning_to_rank import (
    MEASURES,
    CandidateSearch,
    Example,
    Labelled,
    collect,
    fit_weights,
    held_out,
    mean_interval,
    measures,
)
from knowledge_base.model import Document, Passage, Ticket
from knowledge_base.ports import Encoder
from knowledge_base.ranker import RankerVersion

N_FOLDS = 5
PULL_TO_FITTED = 10_000.0
"""Towards weights that were fitted on people's questions. Pieces of articles are not how people
ask: a lighter pull finds symptoms no better and loses on questions (docs/retrieval.md)."""
PULL_TO_EQUAL = 100.0
"""Towards equal weights, which know nothing."""
_DIGITS = 6

Told = Callable[[str, int, int], None]
Rows = npt.NDArray[np.float64]


class LiveSearch(CandidateSearch, Search, Protocol):
    """The search over the index in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What there is to learn from."""

    contents: Iterable[tuple[Document, tuple[Passage, ...]]]
    tickets: Iterable[Ticket] = ()
    events: Iterable[FeedbackEvent] = ()
    labelled: Sequence[Labelled] = ()
    """Questions with their articles, if somebody wrote some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the weights are learned in."""

    encoder: Encoder
    """Reads passages, through the cache of vectors."""
    settings: KnowledgeBaseSettings
    open_search: Callable[[SnapshotFolder], CandidateSearch]
    """Index → the search as it will be used, without what people's feedback adds."""
    live: LiveSearch
    """The same over the index in use."""
    start: Mapping[str, float]
    """Weights without anything learned."""
    is_start_fitted: bool
    """Whether these were fitted on people's questions."""
    in_use: Mapping[str, float]
    """Weights to be beaten."""
    work: Path
    """An empty folder for the index without the pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is asked."""

    pull: float | None = None
    """As in `fit_weights`; None goes by where it is pulled to."""
    most_of_a_kind: int = 1_200
    """Most lessons of pieces, and most of tickets."""
    fewest_documents: int = 30
    """Fewer documents with a lesson teach nothing that could be told from chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learned:
    """Lessons as rows of what the legs say."""

    examples: tuple[Example, ...]
    n_of_kind: Mapping[str, int] = field(default_factory=dict)


def learn_ranker(
    sources: Sources,
    setting: Setting,
    plan: Plan,
    *,
    seed: int,
    now: datetime,
    told: Told = lambda stage, done, total: None,
) -> RankerVersion:
    """Learn weights, and say whether they find held-out documents better than those in use.

    Parameters
    ----------
    sources : Sources
        Articles, tickets, feedback, labelled questions.
    setting : Setting
        Encoder, searches, weights, and a folder to work in.
    plan : Plan
        How much is asked.
    seed : int
        Which pieces are taken and asked, how documents are dealt, the draws of the intervals.
    now : datetime
        Aware; when the version was made.
    told : callable
        Told the stage, how many questions are done, and of how many.

    Raises
    ------
    RankerError
        When there is too little to learn from.
    """
    articles = [each for each in sources.contents if each[0].pool == "article" and each[1]]
    learned = _learned(articles, sources, setting, plan, _Way(seed=seed, told=told))
    examples = _each_document_alike(learned.examples)
    names = sorted({each.group for each in examples})
    if len(names) < plan.fewest_documents:
        raise RankerError(
            f"There are questions for {len(names)} documents; at least {plan.fewest_documents} are "
            "needed to learn weights from.",
            hint="Ingest more articles of more than one passage; until then the shipped weights "
            "serve.",
        )
    folds = [fold_of(each.group, seed) for each in examples]
    pull = plan.pull
    if pull is None:
        pull = PULL_TO_FITTED if setting.is_start_fitted else PULL_TO_EQUAL
    after = held_out(examples, folds, start=setting.start, pull=pull)
    figures = {
        name: _comparison(examples, weights, after, seed)
        for name, weights in {"in_use": setting.in_use, "start": setting.start}.items()
    }
    is_promoted, reason = verdict(figures["in_use"])
    weights = fit_weights(examples, start=setting.start, pull=pull)
    return RankerVersion(
        # So that the last digits of one machine's arithmetic are not kept as if they were known.
        weights={leg: round(weight, _DIGITS) for leg, weight in weights.items()},
        encoder=setting.encoder.name,
        corpus_digest=corpus_digest(articles),
        created_at=now.isoformat(timespec="seconds"),
        seed=seed,
        is_promoted=is_promoted,
        reason=reason,
        figures=figures,
        settings={
            "pull": pull,
            "n_folds": N_FOLDS,
            "n_documents": len(names),
            "n_lessons": dict(sorted(learned.n_of_kind.items())),
        },
    )


def verdict(comparison: Mapping[str, Any]) -> tuple[bool, str]:
    """Return whether learned weights come into use, and why.

    They do when held-out documents are found better than with the weights in use, and not by
    chance: the whole interval of the change of nDCG@10 lies above 0.
    """
    if comparison["change"] <= 0:
        return False, "held-out documents are not found better"
    if comparison["ci95"][0] <= 0:
        return False, "the gain on held-out documents may be chance"
    return True, "held-out documents are found better"


def fold_of(document_id: str, seed: int) -> int:
    """Return which of the five parts a document is in."""
    digest = hashlib.sha256(f"{seed}\0fold\0{document_id}".encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest.digest()[:8], "big") % N_FOLDS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    seed: int
    told: Told


def _learned(
    articles: Sequence[tuple[Document, tuple[Passage, ...]]],
    sources: Sources,
    setting: Setting,
    plan: Plan,
    way: _Way,
) -> _Learned:
    groups = all_groups(articles)
    ids = {document.document_id for document, _ in articles}
    pieces = take_pieces(articles, seed=way.seed)
    snapshots = SnapshotFolder(setting.work / "index")
    build_index(HeldContents(pieces.contents), setting.encoder, snapshots, setting.settings)
    from_pieces = _drawn(lessons_of_pieces(pieces.pieces), plan.most_of_a_kind, way.seed)
    tickets = list(lessons_of_tickets(sources.tickets, setting.live, groups))
    others = [
        *_drawn(tickets, plan.most_of_a_kind, way.seed),
        *lessons_of_feedback(sources.events, ids),
    ]
    total = len(from_pieces) + len(others) + len(sources.labelled)
    examples: list[Example] = []
    for search, asked in (
        (setting.open_search(snapshots), [_labelled(each) for each in from_pieces]),
        (setting.live, [*map(_labelled, others), *map(_by_best, sources.labelled)]),
    ):
        n_before = len(examples)

        def told(done: int, before: int = n_before) -> None:
            way.told("ask", before + done, total)

        examples += collect(search, asked, groups=groups, told=told)
    n_of_kind: Counter[str] = Counter(each.kind for each in [*from_pieces, *others])
    n_of_kind["labelled"] = len(sources.labelled)
    return _Learned(examples=tuple(examples), n_of_kind=n_of_kind)


def _labelled(lesson: Lesson) -> Labelled:
    return Labelled(text=lesson.text, relevant={lesson.document_id: 1}, group=lesson.document_id)


def _by_best(question: Labelled) -> Labelled:
    """Return a labelled question as one of its best document."""
    best = min(question.relevant, key=lambda each: (-question.relevant[each], each), default="")
    return replace(question, group=best)


def _drawn(lessons: Sequence[Lesson], most: int, seed: int) -> list[Lesson]:
    chosen = np.random.default_rng(seed).permutation(len(lessons))[:most]
    return [lessons[place] for place in np.sort(chosen).tolist()]


def _each_document_alike(examples: Sequence[Example]) -> tuple[Example, ...]:
    n_of = Counter(each.group for each in examples)
    return tuple(replace(each, importance=1 / n_of[each.group]) for each in examples)


def _comparison(
    examples: Sequence[Example], before: Mapping[str, float], after: Rows, seed: int
) -> dict[str, Any]:
    """Compare by document: nDCG@10, hit@1 and hit@5 before and after, and the change's interval."""
    names, owners = np.unique([each.group for each in examples], return_inverse=True)
    counts = np.bincount(owners)
    rows = np.asarray([measures(each, before) for each in examples])
    old, new = (
        np.stack([np.bincount(owners, weights=column) / counts for column in each.T], axis=1)
        for each in (rows, after)
    )
    change, interval = mean_interval(new[:, 0] - old[:, 0], seed=seed)
    return {
        "n_documents": len(names),
        "n_questions": len(examples),
        "before": dict(zip(MEASURES, old.mean(axis=0).tolist(), strict=True)),
        "after": dict(zip(MEASURES, new.mean(axis=0).tolist(), strict=True)),
        "change": change,
        "ci95": list(interval),
    }
