"""Fit the weights of the legs that are shipped, and say what they are worth on sets left out.

    python -m tests.evals.fit_weights --set QUESTIONS INDEX [--set …] [--pull P …] [--out FILE]

Each set counts alike. For every pull: nDCG@10, hit@1 and hit@5 of each set under weights that were
learned from the others, beside those of the weights in `knowledge_base/config.py`; then the weights
that all sets together give.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from knowledge_base.config import DEFAULT_WEIGHTS, RetrievalSettings
from knowledge_base.learning_to_rank import (
    MEASURES,
    PULL,
    Example,
    balanced,
    fit_weights,
    held_out,
    mean_interval,
    measures,
    training_loss,
)
from tests.evals.example_sets import SEED, add_set_option, examples_of, read_sets


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_set_option(parser)
    parser.add_argument("--pull", type=float, nargs="+", default=[PULL])
    parser.add_argument("--start", type=Path, help="JSON of weights to start from.")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(arguments)
    start: Mapping[str, float] = (
        json.loads(given.start.read_text(encoding="utf-8")) if given.start else DEFAULT_WEIGHTS
    )
    settings = RetrievalSettings(weights=start, late_interaction=True)
    examples: list[Example] = []
    for each in read_sets(given.sets, given.most):
        found = examples_of(each, settings, depth=50, keep=given.keep)
        if not any(example.shares[:, -5:].any() for example in found):
            print(f"{each.name}: the index has no token vectors; late legs are 0", file=sys.stderr)
        examples += found
    examples = list(balanced(examples))
    result = {
        "start": {"weights": dict(start), "sets": by_set(examples, start_rows(examples, start))},
        "pulls": {str(pull): fitted(examples, start, pull) for pull in given.pull},
    }
    tell(result)
    if given.out is not None:
        given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


def start_rows(examples: Sequence[Example], start: Mapping[str, float]) -> np.ndarray:
    return np.asarray([measures(each, start) for each in examples])


def fitted(examples: Sequence[Example], start: Mapping[str, float], pull: float) -> dict:
    names = sorted({each.group for each in examples})
    folds = [names.index(each.group) for each in examples]
    rows = held_out(examples, folds, start=start, pull=pull)
    change = rows[:, 0] - start_rows(examples, start)[:, 0]
    weights = fit_weights(examples, start=start, pull=pull)
    return {
        "weights": {leg: round(weight, 4) for leg, weight in weights.items()},
        "training_loss": {
            "start": training_loss(examples, start),
            "fitted": training_loss(examples, weights),
        },
        "left_out": by_set(examples, rows),
        "left_out_change": {
            name: change_of(change[[each.group == name for each in examples]]) for name in names
        },
        "in_sample": by_set(examples, np.asarray([measures(each, weights) for each in examples])),
    }


def change_of(change: np.ndarray) -> dict:
    mean, interval = mean_interval(change, seed=SEED)
    return {"ndcg@10": round(mean, 4), "ci95": [round(end, 4) for end in interval]}


def by_set(examples: Sequence[Example], rows: np.ndarray) -> dict:
    names = list(dict.fromkeys(each.group for each in examples))
    result = {}
    for name in names:
        own = rows[[each.group == name for each in examples]]
        result[name] = {
            "n": len(own),
            **{
                measure: round(float(mean), 4)
                for measure, mean in zip(MEASURES, own.mean(0), strict=True)
            },
        }
    means = [[result[name][measure] for measure in MEASURES] for name in names]
    result["mean of sets"] = {
        measure: round(float(mean), 4)
        for measure, mean in zip(MEASURES, np.mean(means, axis=0), strict=True)
    }
    return result


def tell(result: dict) -> None:
    def show(title: str, sets: dict) -> None:
        print(title)
        for name, row in sets.items():
            told = "  ".join(f"{measure} {row[measure]:.4f}" for measure in MEASURES)
            print(f"  {name:20s} n {row.get('n', ''):>4}  {told}")

    show("start", result["start"]["sets"])
    for pull, each in result["pulls"].items():
        print(f"pull {pull}: loss {each['training_loss']}")
        show("  left out", each["left_out"])
        for name, change in each["left_out_change"].items():
            print(f"    {name:20s} {change['ndcg@10']:+.4f} {change['ci95']}")
        show("  in sample", each["in_sample"])
        print(json.dumps(each["weights"]))


if __name__ == "__main__":
    sys.exit(main())
