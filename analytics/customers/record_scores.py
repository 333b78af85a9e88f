"""Scores of a customer's dimensions: loyalty, engagement, interest and value, part by part.

Each part is scored by the mean rank that its value has among all customers, 0 to 100; fewer days
since the last order is better, so there the rank is turned round. A part that is missing (nobody
has a pause between orders with one order) scores 0. A dimension is the mean of its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.customers.record_columns import DIMENSIONS, KPIS, Kpi

Floats = npt.NDArray[np.float64]

MOST_MEASURED: Final = 100_000
"""Customers that others are ranked among; of more, a sample that does not change with the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """What customers are ranked among: the sorted values of each part, without missing ones."""

    values: Mapping[str, Floats]
    n: int
    """Customers measured, with and without a value."""


def ranks_of(columns: Mapping[str, Floats]) -> Ranks:
    """Keep the values of the parts, to score the same customers or others.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (n_customers,)
        At least the columns of `KPIS`; NaN where there is no value.
    """
    kept = {}
    for kpi in KPIS:
        values = np.asarray(columns[kpi.column], dtype=np.float64)
        kept[kpi.column] = np.sort(values[~np.isnan(values)])
    n = len(next(iter(columns.values()))) if columns else 0
    return Ranks(values=kept, n=n)


def score(ranks: Ranks, kpi: Kpi, values: Floats) -> Floats:
    """Score one part, 0 to 100, shape (n_customers,); missing values score 0.

    Those without a value rank below everybody who has one, so that a part that few people have
    tells those few apart from the rest.
    """
    reference = ranks.values[kpi.column]
    scores = np.zeros(len(values))
    known = ~np.isnan(values)
    if not known.any() or not len(reference):
        return scores
    below = np.searchsorted(reference, values[known], side="left")
    upto = np.searchsorted(reference, values[known], side="right")
    worse = (below + upto) / 2
    if not kpi.more_is_better:
        worse = len(reference) - worse
    missing = max(ranks.n - len(reference), 0)
    scores[known] = 100.0 * (worse + missing) / max(ranks.n, 1)
    return scores.round(2)


def scores_of(ranks: Ranks, columns: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the dimensions and their parts by name of the column, each of shape (n_customers,)."""
    parts = {
        kpi.score: score(ranks, kpi, np.asarray(columns[kpi.column], dtype=np.float64))
        for kpi in KPIS
    }
    found = {
        name: np.mean([parts[kpi.score] for kpi in kpis], axis=0).round(2)
        for name, kpis in DIMENSIONS.items()
    }
    return found | parts
