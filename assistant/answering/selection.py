"""A learned choice of the units that answer: how it is scored, kept and read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.errors import AssistantError

FILE_NAME = "spans.json"
SHIPPED = Path(__file__).with_name(FILE_NAME)

MIN_CHANCE = 0.1
"""A unit less likely than this to be part of an answer is quoted only when nothing else is."""
MIN_CHANCE_SHARE = 0.42
"""Of the likeliest unit's chance; what is less likely beside it is not quoted."""
MAX_WORDS = 200
SURE_CHANCE = 0.45
MAX_WORDS_SURE = 300
"""A unit as likely as `SURE_CHANCE` may still be quoted up to this length."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanModel:
    """A logistic regression over a unit's features, and over how they stand out in the article.

    Every feature counts twice: as it is, and with the mean over the article's units taken off.
    """

    names: tuple[str, ...]
    means: tuple[float, ...]
    """Of the features, then of the same features within their article."""
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    provenance: str
    """Which questions, how many units, how good on held-out sets."""

    def chances(self, rows: Sequence[Mapping[str, float]]) -> list[float]:
        """Return how likely each unit of one article is part of an answer, 0..1.

        Raises
        ------
        KeyError
            When a row lacks a feature that the model was fitted on.
        """
        if not rows:
            return []
        values = design([[row[name] for name in self.names] for row in rows])
        logits = self.intercept + ((values - self.means) / self.scales) @ np.array(self.weights)
        chances: Floats = 1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))
        return [float(chance) for chance in chances]


def design(rows: Sequence[Sequence[float]]) -> Floats:
    """Return one article's features beside their distance from the article's mean.

    Shape (n_units, 2 · n_features).
    """
    values = np.array(rows, dtype=np.float64)
    return np.hstack([values, values - values.mean(axis=0)])


def choose(chances: Sequence[float], n_words: Sequence[int]) -> list[int]:
    """Return the numbers of the units to quote, in reading order; at least one of any.

    The likeliest come first; what follows must be nearly as likely and must fit.
    """
    order = sorted(range(len(chances)), key=lambda number: (-chances[number], number))
    chosen: list[int] = []
    total = 0
    for number in order:
        chance = chances[number]
        if chosen and chance < max(MIN_CHANCE, MIN_CHANCE_SHARE * chances[order[0]]):
            break
        limit = MAX_WORDS_SURE if chance >= SURE_CHANCE else MAX_WORDS
        if chosen and total + n_words[number] > limit:
            continue
        chosen.append(number)
        total += n_words[number]
    return sorted(chosen)


def save_span_model(model: SpanModel, path: Path) -> None:
    """Write a model as JSON."""
    n = len(model.names)
    features = {
        name: {
            key: [round(values[place], 6), round(values[place + n], 6)]
            for key, values in (
                ("mean", model.means),
                ("scale", model.scales),
                ("weight", model.weights),
            )
        }
        for place, name in enumerate(model.names)
    }
    body = {
        "provenance": model.provenance,
        "intercept": round(model.intercept, 6),
        "features": features,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")


@lru_cache(maxsize=4)
def load_span_model(path: Path = SHIPPED) -> SpanModel:
    """Read a model.

    Raises
    ------
    AssistantError
        When the file is missing or malformed.
    """
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        features = given["features"]

        def both(key: str) -> tuple[float, ...]:
            return tuple(float(item[key][half]) for half in (0, 1) for item in features.values())

        return SpanModel(
            names=tuple(features),
            means=both("mean"),
            scales=both("scale"),
            weights=both("weight"),
            intercept=float(given["intercept"]),
            provenance=str(given["provenance"]),
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise AssistantError(
            f"The model of quoted spans {path.name} cannot be read: {error}.",
            hint="Fit it anew with `deskwise train spans`.",
        ) from error
