"""What each leg brings: alone, and what is lost without it.

    python -m tests.evals.ablation --set QUESTIONS INDEX [--set …] [--keep DIR] [--out FILE]

All candidates of all legs are ranked with the shipped weights, without one leg or by one leg alone;
`late, all five` is all that compares token by token. Lost is nDCG@10, with a paired bootstrap
interval over the questions.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from knowledge_base.config import DEFAULT_WEIGHTS, RetrievalSettings
from knowledge_base.late import LATE_LEGS
from knowledge_base.learning_to_rank import (
    LEARNED_LEGS,
    MEASURES,
    Example,
    mean_interval,
    measures,
)
from tests.evals.example_sets import SEED, add_set_option, examples_of, read_sets

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "late, all five": LATE_LEGS,
    "vectors: dense, document, title": ("dense", "document", "title"),
    "words: bm25, bm25_document, bm25_title": ("bm25", "bm25_document", "bm25_title"),
}
LEGS: Mapping[str, tuple[str, ...]] = {
    **{leg: (leg,) for leg in LEARNED_LEGS if leg not in LATE_LEGS},
    **FAMILIES,
}


def ablation(examples: Sequence[Example]) -> dict:
    whole = judged(examples, DEFAULT_WEIGHTS)
    result: dict = {"n": len(examples), "all legs": told(whole), "legs": {}}
    for name, legs in LEGS.items():
        without = judged(
            examples, {leg: w for leg, w in DEFAULT_WEIGHTS.items() if leg not in legs}
        )
        own = {leg: DEFAULT_WEIGHTS[leg] for leg in legs}
        lost, interval = mean_interval(whole[:, 0] - without[:, 0], seed=SEED)
        result["legs"][name] = {
            "weight": round(sum(own.values()), 4),
            "alone": told(judged(examples, own)),
            "without": told(without),
            "lost": {"ndcg@10": round(lost, 4), "ci95": [round(end, 4) for end in interval]},
        }
    return result


def judged(examples: Sequence[Example], weights: Mapping[str, float]) -> np.ndarray:
    return np.asarray([measures(each, weights) for each in examples])


def told(rows: np.ndarray) -> dict:
    means = dict(zip(MEASURES, rows.mean(axis=0).tolist(), strict=True))
    interval = mean_interval(rows[:, 0], seed=SEED)[1]
    return {
        **{measure: round(mean, 4) for measure, mean in means.items()},
        "ndcg@10_ci95": [round(end, 4) for end in interval],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_set_option(parser)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    settings = RetrievalSettings()
    result: dict = {
        "command": "python -m tests.evals.ablation",
        "weights": dict(DEFAULT_WEIGHTS),
        "sets": {
            each.name: ablation(examples_of(each, settings, depth=None, keep=given.keep))
            for each in read_sets(given.sets, given.most)
        },
    }
    for name, each in result["sets"].items():
        print(f"{name}, n {each['n']}: nDCG@10 {each['all legs']['ndcg@10']:.3f}")
        for leg, row in each["legs"].items():
            low, high = row["lost"]["ci95"]
            print(
                f"  {leg:40s} alone {row['alone']['ndcg@10']:.3f}  without it "
                f"{row['without']['ndcg@10']:.3f}  lost {row['lost']['ndcg@10']:+.4f} "
                f"[{low:+.4f}, {high:+.4f}]"
            )
    if given.out is not None:
        given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
