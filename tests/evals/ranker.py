"""Ways of making one ranking of all legs, learned and not, judged on documents held out.

    python -m tests.evals.ranker --set FOLDER INDEX [--set QUESTIONS INDEX …]
        [--other-corpus FILE] [--keep DIR] [--out FILE]

FOLDER has the files of `tests.evals.ms_symptoms`: what an article's Symptoms say must find it.
Weights are learned from half of the articles and judged on the other half, beside baselines and
fusions of ranks over the same candidates. With --other-corpus the same is done with an encoder that
no weights were fitted with (words hashed to random directions): which weights serve it best?
On every further set, questions of another kind, it is judged whether what was learned carries over.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from assistant.evaluation.index import open_evaluation_index
from knowledge_base.adaptation.ranker_training import PULL_TO_EQUAL, PULL_TO_FITTED
from knowledge_base.config import DEFAULT_WEIGHTS, KnowledgeBaseSettings, RetrievalSettings
from knowledge_base.encoders import HashEncoder
from knowledge_base.learning_to_rank import (
    LEARNED_LEGS,
    MEASURES,
    Example,
    fit_weights,
    mean_interval,
    ranking_measures,
)
from knowledge_base.ports import Encoder
from knowledge_base.vector_cache import CachedEncoder, VectorCache
from tests.evals.example_sets import (
    SEED,
    QuestionSet,
    add_set_option,
    examples_of,
    read_set,
    read_sets,
)

RANK_CONSTANT = 60
TWO = ("bm25", "dense")
REFERENCES = (
    "rank fusion of bm25 and dense",
    "mean of bm25 and dense",
    "equal weights of all legs",
    "shipped weights",
)
EQUAL = dict.fromkeys(LEARNED_LEGS, 1.0)
Scores = np.ndarray
System = Callable[[Scores], Scores]


def weighted(weights: Mapping[str, float]) -> System:
    row = np.asarray([weights.get(leg, 0.0) for leg in LEARNED_LEGS])
    return lambda shares: shares @ row


def ranks_fused(legs: Sequence[str]) -> System:
    """Reciprocal rank fusion: 1 / (60 + rank) of each leg that has something to say."""
    columns = [LEARNED_LEGS.index(leg) for leg in legs]

    def score(shares: Scores) -> Scores:
        fused = np.zeros(len(shares))
        for column in columns:
            own = shares[:, column]
            order = np.lexsort((np.arange(len(own)), -own))
            ranks = np.empty(len(own))
            ranks[order] = np.arange(1, len(own) + 1)
            fused += np.where(own > 0, 1 / (RANK_CONSTANT + ranks), 0.0)
        return fused

    return score


def judged(examples: Sequence[Example], system: System) -> np.ndarray:
    rows = []
    for example in examples:
        scores = system(example.shares)
        order = np.lexsort((np.arange(len(scores)), -scores))
        rows.append(ranking_measures(example.grades[order].tolist(), example.ideal))
    return np.asarray(rows)


def is_learned_from(example: Example) -> bool:
    """Half of the documents, whatever else there is."""
    return hashlib.sha256(f"{SEED}\0{example.group}".encode()).digest()[0] < 128


def compare(examples: Sequence[Example], *, start: Mapping[str, float], shipped: bool) -> dict:
    own = [each for each in examples if is_learned_from(each)]
    others = [each for each in examples if not is_learned_from(each)]
    learned = {
        "learned, from equal weights": fit_weights(own, start=EQUAL, pull=PULL_TO_EQUAL),
        **({"learned": fit_weights(own, start=start, pull=PULL_TO_FITTED)} if shipped else {}),
        **({"learned, pull 100": fit_weights(own, start=start, pull=100)} if shipped else {}),
    }
    systems: dict[str, System] = {
        "bm25": weighted({"bm25": 1}),
        "dense": weighted({"dense": 1}),
        "rank fusion of bm25 and dense": ranks_fused(TWO),
        "rank fusion of all legs": ranks_fused(LEARNED_LEGS),
        "mean of bm25 and dense": weighted(dict.fromkeys(TWO, 1.0)),
        "equal weights of all legs": weighted(EQUAL),
        "shipped weights": weighted(DEFAULT_WEIGHTS),
        **{name: weighted(weights) for name, weights in learned.items()},
    }
    rows = {name: judged(others, system) for name, system in systems.items()}
    return {
        "n_learned_from": len(own),
        "n_judged": len(others),
        "systems": {name: figures(rows, name) for name in rows},
        "weights": {
            name: {leg: round(weight, 4) for leg, weight in weights.items()}
            for name, weights in learned.items()
        },
    }


def figures(rows: Mapping[str, np.ndarray], name: str) -> dict:
    own = rows[name]
    return {
        **{
            measure: round(float(mean), 4)
            for measure, mean in zip(MEASURES, own.mean(axis=0), strict=True)
        },
        "ndcg@10_ci95": rounded(mean_interval(own[:, 0], seed=SEED)[1]),
        **{
            f"change over {other}": change(own[:, 0], rows[other][:, 0])
            for other in REFERENCES
            if other != name
        },
    }


def change(own: np.ndarray, reference: np.ndarray) -> dict:
    mean, interval = mean_interval(own - reference, seed=SEED)
    return {
        "ndcg@10": round(mean, 4),
        "ci95": rounded(interval),
        "relative": round(mean / float(reference.mean()), 4),
    }


def carried_over(examples: Sequence[Example], weights: Mapping[str, float]) -> dict:
    before, after = (judged(examples, weighted(each)) for each in (DEFAULT_WEIGHTS, weights))
    return {
        "n": len(examples),
        "shipped weights": round(float(before[:, 0].mean()), 4),
        "learned": round(float(after[:, 0].mean()), 4),
        "change": change(after[:, 0], before[:, 0]),
    }


def rounded(interval: tuple[float, float]) -> list[float]:
    return [round(end, 4) for end in interval]


def by_document(each: QuestionSet) -> QuestionSet:
    """Group questions by the document that they ask for."""
    return each.grouped(lambda question: min(question.relevant))


def collected(
    each: QuestionSet, settings: RetrievalSettings, keep: Path | None, encoder: Encoder | None
) -> tuple[Example, ...]:
    return examples_of(by_document(each), settings, depth=None, keep=keep, encoder=encoder)


def with_other_encoder(given: argparse.Namespace, each: QuestionSet) -> dict:
    """Index the corpus with words hashed to random directions and compare again."""
    encoder = HashEncoder(128)
    folder = (given.keep or Path()) / "other-encoder"
    folder.mkdir(parents=True, exist_ok=True)
    settings = KnowledgeBaseSettings()
    cached = CachedEncoder(encoder, VectorCache(folder / "vectors.sqlite"))
    with open_evaluation_index([given.other_corpus], folder / "index", cached, settings):
        pass
    other = read_set(given.sets[0][0], folder / "index", given.most)
    weights = RetrievalSettings(weights=EQUAL)
    found = collected(other, weights, given.keep, encoder)
    return {"encoder": encoder.name, **compare(found, start=EQUAL, shipped=False)}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_set_option(parser)
    parser.add_argument("--other-corpus", type=Path)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    questions, index = given.sets[0]
    each = read_set(questions, index, given.most)
    found = collected(each, RetrievalSettings(), given.keep, None)
    result = {
        "command": "python -m tests.evals.ranker",
        "task": each.name,
        "seed": SEED,
        "built_in_encoder": compare(found, start=DEFAULT_WEIGHTS, shipped=True),
    }
    others = {
        other.name: examples_of(other, RetrievalSettings(), depth=None, keep=given.keep)
        for other in read_sets(given.sets[1:], given.most)
    }
    result["carried_over"] = {
        name: {other: carried_over(rows, weights) for other, rows in others.items()}
        for name, weights in result["built_in_encoder"]["weights"].items()
    }
    if given.other_corpus is not None:
        result["other_encoder"] = with_other_encoder(given, each)
    print(json.dumps(result, indent=1))
    if given.out is not None:
        given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
