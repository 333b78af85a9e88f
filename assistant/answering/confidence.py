"""How sure an answer is: one calibrated number, fitted on labelled questions.

A logistic regression over a handful of signals of retrieval. Its weights, the questions it was
fitted on and the risk at each threshold are kept in one JSON file, so that every threshold names
the calibration that set it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from knowledge_base.late import LATE_LEGS
from knowledge_base.model import DocumentHit
from knowledge_base.text import STOP_WORDS, identifiers, matched_words
from knowledge_base.text import words as words_in

SHIPPED = Path(__file__).with_name("calibration.json")
FEATURES = (
    "cosine",
    "cosine_lead",
    "fused_lead",
    "fused_lead_of_three",
    "coverage",
    "agreement",
    "identifiers",
    "platform",
    "n_words_log",
    "late",
    "late_75",
    "late_45",
    "late_lead",
    "ranks",
    "late_rank",
)
"""Signals of one question, in the order of the weights; `signals` computes them."""

N_RIVALS = 10
PLATFORMS = {
    "windows": "windows",
    "macos": "mac",
    "mac": "mac",
    "macbook": "mac",
    "ios": "ios",
    "iphone": "ios",
    "ipad": "ios",
    "ipados": "ios",
    "android": "android",
    "linux": "linux",
}
"""Names of the platforms that articles are written apart for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What answering at or above a confidence meant on the questions of the calibration."""

    threshold: float
    coverage: float
    """Share of the answerable questions that are answered."""
    risk: float
    """Share of the given answers that is expected to be wrong."""
    measured_risk: float
    """Share of the given answers that was wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A fitted confidence and where it comes from."""

    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    curve: tuple[CurvePoint, ...]
    """By rising threshold."""
    provenance: str
    """Which questions, how many, which encoder, when."""

    def confidence(self, values: Sequence[float]) -> float:
        """Return the probability that the nearest article is right, 0..1."""
        logit = self.intercept + sum(
            weight * (value - mean) / scale
            for weight, value, mean, scale in zip(
                self.weights, values, self.means, self.scales, strict=True
            )
        )
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))

    def threshold(self, max_wrong_fraction: float) -> float:
        """Return the lowest confidence from which on the risk stays within the limit.

        When no threshold of the curve keeps it, the highest one.
        """
        kept = (point.threshold for point in self.curve if point.risk <= max_wrong_fraction)
        return next(kept, self.curve[-1].threshold)


def signals(query: str, ranked: Sequence[DocumentHit]) -> tuple[float, ...]:
    """Return the signals of one question, in the order of `FEATURES`.

    Parameters
    ----------
    query
        What was searched for.
    ranked
        The documents found, best first; at least one.
    """
    top = ranked[0]
    rivals = ranked[1:N_RIVALS]
    words = set(content_words(query))
    matched: set[str] = set()
    for hit in top.hits:
        matched |= words.intersection(hit.matched_terms)
    said = {leg.leg: leg for leg in top.legs}
    late = {leg: said[leg].score if leg in said else 0.0 for leg in LATE_LEGS}
    return (
        top.cosine,
        top.cosine - _mean([item.cosine for item in rivals]),
        top.fused_score - (rivals[0].fused_score if rivals else 0.0),
        top.fused_score - _mean([item.fused_score for item in rivals[:3]]),
        len(matched) / len(words) if words else 0.0,
        _mean([float(leg.rank == 1) for leg in top.legs]),
        _met(set(identifiers(query)), set(identifiers(_shown(top)))),
        _met(_platforms(query), _platforms(f"{top.title} {top.document_id}")),
        math.log1p(len(words)),
        late["late"],
        late["late_75"],
        late["late_45"],
        late["late"] - _mean([_late(item) for item in rivals]),
        _mean([1.0 / leg.rank for leg in top.legs]),
        1.0 / said["late"].rank if "late" in said else 0.0,
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _late(found: DocumentHit) -> float:
    return next((leg.score for leg in found.legs if leg.leg == "late"), 0.0)


def _shown(found: DocumentHit) -> str:
    return "\n".join([found.title, *(hit.passage.text for hit in found.hits)])


def _met(asked: set[str], offered: set[str]) -> float:
    """Return 1 when all that is asked is offered, −1 when other things are, 0 when either is empty.

    A code or a platform that is met speaks for an article; one that is not, where the article names
    others, speaks against it.
    """
    if not asked or not offered:
        return 0.0
    return 2.0 * len(asked & offered) / len(asked) - 1.0


def _platforms(text: str) -> set[str]:
    return {PLATFORMS[word] for word in words_in(text) if word in PLATFORMS}


def missing_words(query: str, text: str) -> tuple[str, ...]:
    """Return the query's content words that a text does not have, in the query's order."""
    found = set(matched_words(query, text))
    return tuple(word for word in content_words(query) if word not in found)


def content_words(query: str) -> tuple[str, ...]:
    """Return a query's words without function words, in order, once each."""
    return tuple(dict.fromkeys(word for word in words_in(query) if word not in STOP_WORDS))


def says_too_little(query: str) -> bool:
    """Return whether a message is one word of content or none, and no code: nothing to answer.

    "Account" is a topic of many articles; which of them is meant, no retrieval can tell.
    """
    return len(content_words(query)) <= 1 and not identifiers(query)


def load_calibration(path: Path = SHIPPED) -> Calibration:
    """Read a calibration.

    Raises
    ------
    AssistantError
        When the file is missing, malformed, or was fitted with other signals.
    """
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        if tuple(given["features"]) != FEATURES:
            raise ValueError(f"its signals are {given['features']}")
        return Calibration(
            means=tuple(given["means"]),
            scales=tuple(given["scales"]),
            weights=tuple(given["weights"]),
            intercept=float(given["intercept"]),
            curve=tuple(CurvePoint(**point) for point in given["curve"]),
            provenance=str(given["provenance"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AssistantError(
            f"The calibration {path.name} cannot be read: {error}.",
            hint="Fit it anew with `deskwise train confidence`.",
        ) from error


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write a calibration as JSON."""
    body = {
        "provenance": calibration.provenance,
        "features": list(FEATURES),
        "means": [round(value, 6) for value in calibration.means],
        "scales": [round(value, 6) for value in calibration.scales],
        "weights": [round(value, 6) for value in calibration.weights],
        "intercept": round(calibration.intercept, 6),
        "curve": [
            {
                "threshold": round(point.threshold, 4),
                "coverage": round(point.coverage, 4),
                "risk": round(point.risk, 4),
                "measured_risk": round(point.measured_risk, 4),
            }
            for point in calibration.curve
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
