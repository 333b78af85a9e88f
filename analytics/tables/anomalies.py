"""Anomalies of a series in a table: a score for each row, and stretches in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.errors import InputError
from analytics.operations.anomalies import (
    QUIET_STEPS,
    THRESHOLD,
    Floats,
    Times,
    Window,
    as_scores,
    excesses,
    filled_forward,
    season_of,
    windows,
)
from analytics.operations.deviations import SEASONS_MEDIAN
from analytics.tables.reading import UserTable
from analytics.tables.report import Report

MIN_ROWS: Final = 20
_MISSING_STEPS: Final = 3
_EVEN_ROWS: Final = 12
_SHIFT_ROWS: Final = 24
_MOST_TOLD: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyOptions:
    """Which columns hold what, and from when on a value is flagged."""

    time: str
    value: str
    threshold: float = float(as_scores(np.array([THRESHOLD]))[0])
    """Score from which on a row is flagged, 0 to 1."""


def analyse_anomalies(table: UserTable, options: AnomalyOptions) -> Report:
    """Score each row by what the rows before it would let one expect.

    Raises
    ------
    InputError
        When a column is missing or wrong, a row has no time, or there are fewer than twenty rows.
    """
    at, values = table.times(options.time), table.numbers(options.value)
    if np.isnat(at).any():
        row = table.raw.rows[int(np.flatnonzero(np.isnat(at))[0])]
        raise InputError(
            f"Row {row} of {table.name} has no time.", hint="Fill it in, or leave the row out."
        )
    if np.isnan(values).all():
        raise InputError(f"Column {options.value!r} is empty.", hint="Name another column.")
    order = np.argsort(at, kind="stable")
    is_sorted = bool((order == np.arange(len(order))).all())
    at_sorted, sorted_values = at[order], values[order]
    season = season_of(at_sorted)
    excess = excesses(sorted_values, season)
    score = as_scores(excess)
    by_row = np.empty(len(score))
    by_row[order] = score
    flagged = windows(excess, threshold=_excess_of(options.threshold))
    told = [_told(each, at_sorted, sorted_values, score, season) for each in flagged]
    gaps = _gaps(at_sorted)
    notes = _notes(table, values, is_sorted=is_sorted, season=season)
    shown = table.texts(options.time)
    return Report(
        values={
            "n": len(values),
            "threshold": options.threshold,
            "season_steps": season,
            "scores": by_row.tolist(),
            "windows": told,
            "missing": gaps,
            "notes": list(notes),
        },
        lines=(*_lines(told, gaps), *(f"Note: {note}." for note in notes)),
        tables={
            "scores": pd.DataFrame({"timestamp": shown, "value": values, "anomaly_score": by_row})
        },
    )


def _excess_of(score: float) -> float:
    """Return the excess that has this score."""
    return float(-np.log(2 * (1 - score)) if score >= 0.5 else np.log(2 * max(score, 1e-12)))


def _told(window: Window, at: Times, values: Floats, score: Floats, season: int) -> dict[str, Any]:
    peak = window.peak
    filled = filled_forward(values)
    usual = _usual(filled, peak, season)
    return {
        "start": str(at[window.start]),
        "end": str(at[window.end - 1]),
        "peak": str(at[peak]),
        "score": float(score[peak]),
        "value": float(filled[peak]),
        "usual": usual,
        "kind": _kind(filled, peak, usual),
        "n_rows": window.end - window.start,
    }


def _usual(values: Floats, row: int, season: int) -> float:
    """Return the median of this moment in the seasons before, else of the last values."""
    if season and row >= season:
        earlier = values[row - season :: -season][:SEASONS_MEDIAN]
        return float(np.median(earlier))
    return float(np.median(values[max(0, row - 2 * _SHIFT_ROWS) : max(row, 1)]))


def _kind(values: Floats, peak: int, usual: float) -> str:
    last = values[max(0, peak - _EVEN_ROWS + 1) : peak + 1]
    before = values[max(0, peak - _EVEN_ROWS * 10) : max(0, peak - _EVEN_ROWS)]
    if len(before) and np.ptp(last) == 0 and np.ptp(before) > 0:
        return "flat line"
    after = values[peak : peak + _SHIFT_ROWS]
    reach = values[peak] - usual
    if len(after) == _SHIFT_ROWS and reach and (np.sign(after - usual) == np.sign(reach)).all():
        stays = abs(float(np.median(after)) - usual) > abs(reach) / 2
        if stays:
            return "level shift up" if reach > 0 else "level shift down"
    if reach == 0:
        return "unusual pattern"
    return "spike" if reach > 0 else "drop"


def _gaps(at: Times) -> list[dict[str, object]]:
    """Return stretches without any row, longer than three usual steps."""
    steps: npt.NDArray[np.timedelta64] = np.diff(at)
    usual = np.median(steps.astype(np.int64))
    places: list[int] = []
    if usual > 0:
        places = np.flatnonzero(steps.astype(np.int64) > _MISSING_STEPS * usual).tolist()
    return [{"start": str(at[place]), "end": str(at[place + 1])} for place in places]


def _notes(table: UserTable, values: Floats, *, is_sorted: bool, season: int) -> tuple[str, ...]:
    notes = list(table.notes)
    if not is_sorted:
        notes.append("the rows were not in order of time; scores follow the order of the file")
    if n_empty := int(np.isnan(values).sum()):
        notes.append(f"{n_empty:,} empty values were taken for the value before them")
    if len(values) <= QUIET_STEPS:
        notes.append(f"the series is too short: nothing is flagged in the first {QUIET_STEPS} rows")
    if not season:
        notes.append("no daily or weekly season could be told from the times")
    return tuple(notes)


def _lines(told: list[dict[str, Any]], gaps: list[dict[str, object]]) -> tuple[str, ...]:
    if not told:
        first = "Nothing deviates more than it did before."
    else:
        n = len(told)
        first = f"{n} stretch{'es deviate' if n > 1 else ' deviates'} more than any before."
    shown = sorted(told, key=lambda each: -float(each["score"]))[:_MOST_TOLD]
    lines = [
        f"{each['peak']}: {each['kind']}, {each['value']:,.4g} where {each['usual']:,.4g} is usual "
        f"(score {each['score']:.2f})."
        for each in sorted(shown, key=lambda each: str(each["peak"]))
    ]
    lines += [f"No rows from {gap['start']} to {gap['end']}." for gap in gaps[:_MOST_TOLD]]
    return (first, *lines)
