"""Segments by recency, frequency and money in a table of customers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.customers.rfm import RfmScores, rfm_scores
from analytics.customers.segmentation import Assign, silhouette, stability
from analytics.errors import InputError
from analytics.tables.reading import Floats, UserTable
from analytics.tables.report import Report

_NAMED: Final = (
    ("recency", re.compile(r"recency|since|^last|last_|tenure_since|inactive")),
    ("frequency", re.compile(r"freq|order|purchase|visit|count|transactions|^n_")),
    ("money", re.compile(r"money|monetary|spen[dt]|revenue|value|sales|amount|total|turnover")),
)


def analyse_rfm(
    table: UserTable, features: tuple[str, ...], ids: npt.NDArray[np.object_], *, seed: int
) -> Report:
    """Score customers by recency, frequency and money and name their segments.

    Raises
    ------
    InputError
        When the three columns cannot be told apart, or are of the wrong type.
    """
    r, f, m = _columns(table, features)
    recency, notes = _recency(table, r)
    frequency, money = table.numbers(f), table.numbers(m)
    given = np.column_stack([recency, frequency, money])
    scores = rfm_scores(recency, frequency, money)
    names, labels = np.unique(scores.names.astype(str), return_inverse=True)
    points = _points(scores)

    def refit(some: Floats) -> Assign:
        return _cut_at(some, names.tolist())

    back = stability(given, labels.astype(np.int64), refit, seed)
    found = silhouette(points, labels.astype(np.int64), seed)
    value = None if np.isnan(found) else found
    segments = [
        _segment(name, labels == i, given, (r, f, m), back.of_group[i])
        for i, name in enumerate(names.tolist())
    ]
    segments.sort(key=lambda each: (-each["size"], each["name"]))
    all_notes = (*table.notes, *notes)
    return Report(
        values={
            "n": table.n_rows,
            "method": "rfm",
            "k": len(names),
            "why": {
                "reason": "fifths of recency, frequency and money, after zero and one purchase",
                "columns": {"recency": r, "frequency": f, "money": m},
            },
            "silhouette": value,
            "stability": back.ari,
            "stability_ci95": list(back.ci95),
            "segments": segments,
            "features": [r, f, m],
            "notes": list(all_notes),
        },
        lines=(
            f"{len(names)} segments by {r}, {f} and {m} (stability {back.ari:.2f}).",
            *(f"{each['name']}: {each['size']:,} ({each['share']:.1%})." for each in segments),
            *(f"Note: {note}." for note in all_notes),
        ),
        tables={"assignments": _assignments(ids, scores)},
    )


def _columns(table: UserTable, features: tuple[str, ...]) -> tuple[str, str, str]:
    table.require(*features)
    names = features or table.columns
    found: dict[str, str] = {}
    for part, pattern in _NAMED:
        for name in names:
            if part not in found and name not in found.values() and pattern.search(name.lower()):
                found[part] = name
    if len(found) == 3:
        return found["recency"], found["frequency"], found["money"]
    if len(features) == 3:
        return features[0], features[1], features[2]
    raise InputError(
        "Recency, frequency and money cannot be told from the names of the columns.",
        hint="Name them in this order: --features RECENCY,FREQUENCY,MONEY.",
    )


def _recency(table: UserTable, column: str) -> tuple[Floats, tuple[str, ...]]:
    """Return days since the last purchase, from days or from dates."""
    if table.is_numeric(column):
        return table.numbers(column), (f"fewer {column} count as better",)
    at = table.times(column)
    if np.isnat(at).all():
        raise InputError(f"Column {column!r} is empty.", hint="Name another column.")
    newest = at[~np.isnat(at)].max()
    days = (newest - at) / np.timedelta64(1, "D")
    return np.asarray(days, dtype=np.float64), (f"recency counts from {str(newest)[:10]}",)


def _points(scores: RfmScores) -> Floats:
    return np.column_stack([scores.recency, scores.frequency, scores.money]).astype(np.float64)


def _cut_at(drawn: Floats, names: list[str]) -> Assign:
    """Return what scores other customers by the fifths of the drawn ones."""

    def assign(some: Floats) -> npt.NDArray[np.int64]:
        # Scored together, the drawn customers set the quantiles: each of them counts many times.
        weight = max(1, 5 * len(some) // max(len(drawn), 1))
        both = np.vstack([some, np.repeat(drawn, weight, axis=0)])
        told = rfm_scores(both[:, 0], both[:, 1], both[:, 2]).names[: len(some)]
        place: Callable[[Any], int] = {name: i for i, name in enumerate(names)}.get  # type: ignore[assignment]
        return np.array([place(name) if name in names else len(names) for name in told], np.int64)

    return assign


def _segment(
    name: str,
    is_in: npt.NDArray[np.bool_],
    given: Floats,
    columns: tuple[str, str, str],
    overlap: float,
) -> dict[str, Any]:
    profile = []
    for column, values in zip(columns, given.T, strict=True):
        here, known = values[is_in & ~np.isnan(values)], values[~np.isnan(values)]
        if len(here) == 0:
            continue
        deviation = float(known.std()) or 1.0
        mean, overall = float(here.mean()), float(known.mean())
        profile.append(
            {
                "feature": column,
                "level": None,
                "value": mean,
                "overall": overall,
                "difference_sd": (mean - overall) / deviation,
            }
        )
    return {
        "name": name,
        "size": int(is_in.sum()),
        "share": float(is_in.mean()),
        "stability": overlap,
        "unstable": overlap < 0.6,
        "profile": profile,
    }


def _assignments(ids: npt.NDArray[np.object_], scores: RfmScores) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ids,
            "segment": scores.names,
            "recency_score": scores.recency,
            "frequency_score": scores.frequency,
            "money_score": scores.money,
        }
    )
