"""The fitted numbers of suggestions, shipped with what they were fitted on."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import NotBuiltError

SHIPPED = Path(__file__).with_name("fitted.json")

Features = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logit:
    """A linear score over named features, each divided by its spread: log-odds of being right."""

    names: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def scores(self, features: Features) -> Features:
        """Return log-odds, shape (n, n_features) → (n,)."""
        scaled = (features - np.array(self.means)) / np.array(self.spreads)
        return np.asarray(scaled @ np.array(self.weights) + self.bias, dtype=np.float64)

    def probability(self, features: Sequence[float]) -> float:
        """Return the probability for one row of features, 0..1."""
        score = float(self.scores(np.array([features], dtype=np.float64))[0])
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, score))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Everything that was fitted, and on what."""

    same_fix: Mapping[str, Logit]
    """`with_articles` and `without_articles`: log-weight of a past ticket having the same fix."""
    none_of_them: Mapping[str, float]
    """Log-weight of none of them having it, on the same scale."""
    same_cluster: Mapping[str, Logit]
    consensus: Mapping[str, Logit]
    min_consensus: Mapping[str, float]
    """Confidence from which a consensus is named."""
    duplicate: Logit
    min_duplicate: float
    article: Logit
    provenance: Mapping[str, Any]


def load_fitted(path: Path = SHIPPED) -> Fitted:
    """Read the fitted numbers.

    Raises
    ------
    NotBuiltError
        When the file is missing or malformed.
    """
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        return Fitted(
            same_fix={name: _logit(item) for name, item in given["same_fix"].items()},
            none_of_them={name: float(item) for name, item in given["none_of_them"].items()},
            same_cluster={name: _logit(item) for name, item in given["same_cluster"].items()},
            consensus={name: _logit(item) for name, item in given["consensus"].items()},
            min_consensus={name: float(item) for name, item in given["min_consensus"].items()},
            duplicate=_logit(given["duplicate"]),
            min_duplicate=float(given["min_duplicate"]),
            article=_logit(given["article"]),
            provenance=given["provenance"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotBuiltError(
            f"The fitted numbers of suggestions in {path} cannot be read: {error}.",
            hint="Install the program again.",
        ) from error


def _logit(given: Mapping[str, Any]) -> Logit:
    return Logit(
        names=tuple(given["names"]),
        means=tuple(float(item) for item in given["means"]),
        spreads=tuple(float(item) for item in given["spreads"]),
        weights=tuple(float(item) for item in given["weights"]),
        bias=float(given["bias"]),
    )
