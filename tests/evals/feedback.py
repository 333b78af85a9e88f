"""What feedback does to rankings that nobody gave feedback on: simulated people, honest and not.

    python -m tests.evals.feedback --index DIR --queries FILE --qrels FILE [--out FILE]

DIR is an index of `deskwise eval retrieval` for the files of `tests.evals.ms_symptoms`. A topic is
an article's symptom. Half of the topics get feedback: people ask its first sentence, each in words
of their own (some are left out), see ten documents, look further down ever less often, click and
vote, not always rightly. Judged are new people's words for the same sentence, another sentence of
the same symptom, and the topics of the other half, which feedback must not harm.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.evaluation.files import read_qrels
from assistant.evaluation.metrics import ranking_measures
from assistant.feedback_store import new_event
from knowledge_base.config import EncoderSettings, FeedbackSettings, RetrievalSettings
from knowledge_base.encoders import load_encoder
from knowledge_base.feedback import FeedbackEvent, FeedbackPrior
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.model import EVERYONE
from knowledge_base.retrieve import Retriever

NOW = datetime(2026, 6, 30, tzinfo=UTC)
SEED = 11
N_TOPICS = 300
N_STAFF = 200
FEWEST_PEOPLE, MOST_PEOPLE = 3, 12
DEPTH = 50
SHOWN = 10
MOST_WORDS, FEWEST_WORDS = 18, 6
LEFT_OUT = 0.2
MEASURES = ("ndcg@10", "mrr@10", "hit@1")
STUFFER = "one-person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    name: str
    gold: frozenset[str]
    sentence: str
    other_sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question and the ranking without feedback."""

    topic: Topic
    text: str
    vector: npt.NDArray[np.float32]
    documents: tuple[str, ...]
    scores: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    shown: tuple[Asked, ...]
    """What people asked who gave feedback."""
    judged: Mapping[str, tuple[Asked, ...]]


def read_topics(queries: Path, qrels: Path) -> list[Topic]:
    gold = read_qrels(qrels)
    topics = []
    for line in queries.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sentences = [
            " ".join(each.split()[:MOST_WORDS])
            for each in re.split(r"(?<=[.:?!])\s+", row["text"])
            if len(each.split()) >= FEWEST_WORDS
        ]
        if len(sentences) >= 2 and row["_id"] in gold:
            topics.append(
                Topic(
                    name=row["_id"],
                    gold=frozenset(gold[row["_id"]]),
                    sentence=sentences[0],
                    other_sentence=sentences[1],
                )
            )
    return topics


def in_own_words(text: str, random: np.random.Generator) -> str:
    words = text.split()
    kept = [word for word in words if random.random() > LEFT_OUT]
    return " ".join(kept if len(kept) >= 3 else words)


def ask_everything(topics: Sequence[Topic], retriever: Retriever, encode: Callable) -> Experiment:
    random = np.random.default_rng(SEED)
    chosen = [topics[place] for place in random.permutation(len(topics))[:N_TOPICS]]
    half = len(chosen) // 2

    def ask(topic: Topic, text: str) -> Asked:
        hits = retriever.documents(text, groups=(EVERYONE,), k=DEPTH)
        return Asked(
            topic=topic,
            text=text,
            vector=encode([text])[0],
            documents=tuple(hit.document_id for hit in hits),
            scores=np.asarray([hit.fused_score for hit in hits]),
        )

    shown = [
        ask(topic, in_own_words(topic.sentence, random))
        for topic in chosen[:half]
        for _ in range(random.integers(FEWEST_PEOPLE, MOST_PEOPLE + 1))
    ]
    judged = {
        "same_sentence": [ask(each, in_own_words(each.sentence, random)) for each in chosen[:half]],
        "other_sentence": [ask(each, each.other_sentence) for each in chosen[:half]],
        "other_topics": [ask(each, in_own_words(each.sentence, random)) for each in chosen[half:]],
    }
    return Experiment(
        shown=tuple(shown), judged={name: tuple(each) for name, each in judged.items()}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who gives feedback."""

    n_times: int = 1
    """How often each question is asked, by different people."""
    share_hostile: float = 0.0
    """Of the staff; on each topic they agree on one wrong document."""
    is_known: bool = True
    n_votes_of_one: int = 0
    """Events that one more person spends on wrong documents."""
    n_cookies: int = 0
    """Visitors without an account who do on every topic what the hostile do."""


def feedback_of(shown: Sequence[Asked], crowd: Crowd) -> list[FeedbackEvent]:
    random = np.random.default_rng(SEED + 1)
    n_hostile = round(crowd.share_hostile * N_STAFF)
    events: list[FeedbackEvent] = []
    for asked in [each for each in shown for _ in range(crowd.n_times)]:
        staff = int(random.integers(N_STAFF))
        at = NOW - timedelta(days=int(random.integers(180)))
        told = hostile(asked) if staff < n_hostile else honest(asked, random)
        events += note(asked, told, f"staff-{staff}", crowd.is_known, at)
    one_of_each = {asked.topic.name: asked for asked in shown}
    targets = list(one_of_each.values())
    for number in range(crowd.n_votes_of_one):
        asked = targets[number % len(targets)]
        at = NOW - timedelta(seconds=number)
        events += note(asked, hostile(asked), STUFFER, True, at)
    for number in range(crowd.n_cookies):
        for asked in one_of_each.values():
            events += note(asked, hostile(asked), f"web-{number}", False, NOW)
    return list({event.event_id: event for event in events}.values())


def honest(asked: Asked, random: np.random.Generator) -> list[tuple[str, int]]:
    """Return (kind, rank) of what a person does who means well and errs."""
    told = []
    for rank, document in enumerate(asked.documents[:SHOWN], start=1):
        is_gold = document in asked.topic.gold
        looks = random.random() < rank**-0.7
        if looks and random.random() < (0.8 if is_gold else 0.15):
            told.append(("click", rank))
            if random.random() < (0.3 if is_gold else 0.05):
                told.append(("accepted", rank))
    if random.random() < 0.2:
        is_right = asked.documents[0] in asked.topic.gold
        is_slip = random.random() < 0.1
        told.append(("up" if is_right != is_slip else "down", 1))
    return told


def hostile(asked: Asked) -> list[tuple[str, int]]:
    """Return (kind, rank) of a person who pushes the best wrong document and votes gold down."""
    shown = list(enumerate(asked.documents[:SHOWN], start=1))
    wrong = [rank for rank, document in shown if document not in asked.topic.gold]
    right = [rank for rank, document in shown if document in asked.topic.gold]
    return [("accepted", rank) for rank in wrong[:1]] + [("down", rank) for rank in right]


def note(
    asked: Asked, told: Sequence[tuple[str, int]], person: str, is_known: bool, at: datetime
) -> list[FeedbackEvent]:
    return [
        new_event(
            kind=kind,
            question=asked.text,
            document_id=asked.documents[rank - 1],
            person=person,
            is_known=is_known,
            at=at,
            rank=rank,
        )
        for kind, rank in told
    ]


def measure(
    asked: Sequence[Asked], prior: FeedbackPrior | None
) -> dict[str, npt.NDArray[np.float64]]:
    rows = []
    for each in asked:
        scores = each.scores
        if prior is not None:
            scores = scores + prior.adjustments(each.vector, each.documents, now=NOW)
        order = np.argsort(-scores, kind="stable")
        ranked = [each.documents[place] for place in order]
        found = ranking_measures(ranked, dict.fromkeys(each.topic.gold, 1))
        rows.append([found[name] for name in MEASURES])
    table = np.asarray(rows)
    return {name: table[:, column] for column, name in enumerate(MEASURES)}


def compare(
    before: Mapping[str, npt.NDArray[np.float64]], after: Mapping[str, npt.NDArray[np.float64]]
) -> dict[str, object]:
    random = np.random.default_rng(SEED)
    told: dict[str, object] = {"n": len(before["ndcg@10"])}
    for name in MEASURES:
        change = after[name] - before[name]
        draws = random.integers(len(change), size=(2000, len(change)))
        low, high = np.quantile(change[draws].mean(axis=1), [0.025, 0.975])
        told[name] = {
            "without": round(float(before[name].mean()), 4),
            "with": round(float(after[name].mean()), 4),
            "change": round(float(change.mean()), 4),
            "ci95": [round(float(low), 4), round(float(high), 4)],
        }
    return told


CROWDS: Mapping[str, Crowd] = {
    "honest, about 7 people a topic": Crowd(),
    "honest, about 22": Crowd(n_times=3),
    "honest, about 45": Crowd(n_times=6),
    "honest, about 45, nobody signed in": Crowd(n_times=6, is_known=False),
    "10 % hostile, about 22": Crowd(n_times=3, share_hostile=0.1),
    "20 % hostile, about 22": Crowd(n_times=3, share_hostile=0.2),
    "honest, about 22, and one person with 1,000 votes": Crowd(n_times=3, n_votes_of_one=1000),
    "honest, about 22, and 50 hostile cookies": Crowd(n_times=3, n_cookies=50),
    "one person with 1,000 votes alone": Crowd(n_votes_of_one=1000),
}


def judge(
    experiment: Experiment, rules: FeedbackSettings, labels: Sequence[str] = tuple(CROWDS)
) -> dict[str, object]:
    vectors = {asked.text: asked.vector for asked in experiment.shown}
    before = {name: measure(asked, None) for name, asked in experiment.judged.items()}
    told: dict[str, object] = {}
    for label in labels:
        events = feedback_of(experiment.shown, CROWDS[label])
        if label.endswith("alone"):
            events = [event for event in events if event.person == STUFFER]
        prior = FeedbackPrior(events, vectors, rules)
        told[label] = {
            "n_events": len(events),
            **{
                name: compare(before[name], measure(asked, prior))
                for name, asked in experiment.judged.items()
            },
        }
    return told


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure feedback with simulated people.")
    for name in ("--index", "--queries", "--qrels"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    encoder = load_encoder(EncoderSettings())
    retriever = Retriever(SnapshotFolder(given.index / "index"), encoder, RetrievalSettings())
    experiment = ask_everything(read_topics(given.queries, given.qrels), retriever, encoder.encode)
    rules = FeedbackSettings()
    result = {
        "n_topics": N_TOPICS,
        "n_questions_with_feedback": len(experiment.shown),
        "seed": SEED,
        "settings": {name: getattr(rules, name) for name in rules.__dataclass_fields__},
        "crowds": judge(experiment, rules),
        "by_cap": {
            str(cap): judge(experiment, replace(rules, cap=cap), ["honest, about 22"])
            for cap in (0.05, 0.1, 0.2, 0.3)
        },
    }
    text = json.dumps(result, indent=1) + "\n"
    if given.out is None:
        sys.stdout.write(text)
    else:
        given.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
