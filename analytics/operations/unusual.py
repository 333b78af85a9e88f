"""What is unusual in a series, told from its past alone, in words: spike, drop, shift, flat, gap.

A value is compared with the median of the same moment of the weeks before it, in units of the
usual scatter about that. Unlike `anomalies`, which says what has never been seen before, an
unusual value counts however often there were others like it, which is what is asked in a question
about one week.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
EventKind = Literal["spike", "drop", "level shift up", "level shift down", "flat line", "gap"]

WEEKS: Final = 6
"""So many weeks before tell what is usual."""
_LEAST_WEEKS: Final = 3
_SCATTER_WEEKS: Final = 4
_TO_SIGMA: Final = 1.4826
_LEAST_SCATTER: Final = 0.002
"""Of the usual size: what never changed would else make everything unusual. Counts scatter by
chance at least."""
SIGMAS_HOUR: Final = 6.0
SIGMAS_DAY: Final = 4.5
"""From so many times the usual scatter on a value is unusual; see docs/quality.md."""
_SHIFT_SIGMAS: Final = 6.0
_SHIFT_SHARE: Final = 0.75
_OFF: Final = 1.5
_LEVEL_DAYS: Final = 3
_FLAT_ROWS: Final = 6
_GAP_ROWS: Final = 3
_TOGETHER: Final = 12
_MOSTLY: Final = 0.05
_MANY: Final = 20.0
_WITHOUT_SIZE: Final[tuple[tuple[EventKind, str], ...]] = (("gap", "gap"), ("flat line", "flat"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Unusual rows `[start, end)` of a series."""

    kind: EventKind
    start: int
    end: int
    peak: int
    """The row that is furthest off; of a gap its first."""
    value: float
    """NaN for a gap."""
    usual: float
    sigmas: float
    """How many times the usual scatter it is off; 0 for a flat line and a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A series beside what is usual, each of shape (n,)."""

    usual: Floats
    """NaN where too little came before."""
    low: Floats
    high: Floats
    sigmas: Floats
    """Signed; NaN where too little came before or nothing was measured."""
    threshold: float
    events: tuple[Event, ...]


def scan(values: Floats, *, week: int, day: int, is_relative: bool, first: int = 0) -> Scan:
    """Look for what is unusual.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Evenly spaced, NaN where nothing was measured.
    week, day : int
        Rows of a week and of a day: 168 and 24 for hours, 7 and 1 for days.
    is_relative : bool
        Whether the scatter grows with the size, as of counts, money and times; else, as of
        percentages, it does not.
    first : int
        Row from which on events are told; the rows before are the past.

    Returns
    -------
    Scan
        Without events in the first weeks, of which there must be three.
    """
    scaled, back, chance = _scaled(values, is_relative=is_relative)
    usual = _usual(scaled, week)
    rest = scaled - usual
    span = _LEVEL_DAYS * day if day > 1 else week
    level = _latest_level(rest, span)
    scatter = _scatter(rest, chance, _SCATTER_WEEKS * week)
    near = _scatter(rest - level, chance, _SCATTER_WEEKS * week)
    with np.errstate(invalid="ignore", divide="ignore"):
        wide, sigmas = rest / scatter, (rest - level) / near
    threshold = SIGMAS_HOUR if day > 1 else SIGMAS_DAY
    marks = _marks(values, (wide, sigmas), (week, day), threshold)
    events = _told(values, (wide, sigmas), (back(usual), back(usual + level)), marks)
    return Scan(
        usual=back(usual + level), low=back(usual + level - threshold * near),
        high=back(usual + level + threshold * near), sigmas=sigmas, threshold=threshold,
        events=tuple(each for each in events if each.end > first),
    )  # fmt: skip


def _scaled(
    values: Floats, *, is_relative: bool
) -> tuple[Floats, Callable[[Floats], Floats], float]:
    """Return values on a scale on which they scatter alike, the way back, and the least scatter."""
    known = values[~np.isnan(values)]
    size = float(np.median(np.abs(known))) if len(known) else 0.0
    if not is_relative or not len(known) or known.min() < 0:
        return values, _same, max(_LEAST_SCATTER * size, 1e-9)
    if known.min() > 0 and (size >= _MANY or not _is_count(known)):
        chance = 1.0 / np.sqrt(size) if _is_count(known) else _LEAST_SCATTER
        return np.log(values), np.exp, float(chance)
    # Counts: the square root makes their chance scatter even, and 1 (Anscombe 1948).
    return 2.0 * np.sqrt(values + 0.375), _from_root, 1.0 if _is_count(known) else _LEAST_SCATTER


def _same(values: Floats) -> Floats:
    return values


def _from_root(values: Floats) -> Floats:
    return np.asarray(np.maximum(np.maximum(values, 0.0) ** 2 / 4.0 - 0.375, 0.0))


def _is_count(known: Floats) -> bool:
    return bool((known == np.round(known)).all())


def _usual(scaled: Floats, week: int) -> Floats:
    """Return the median of the same moment in the weeks before."""
    n = len(scaled)
    earlier = np.full((WEEKS, n), np.nan)
    for back in range(1, WEEKS + 1):
        if back * week < n:
            earlier[back - 1, back * week :] = scaled[: n - back * week]
    enough = (~np.isnan(earlier)).sum(axis=0) >= _LEAST_WEEKS
    found = np.full(n, np.nan)
    if enough.any():
        found[enough] = np.nanmedian(earlier[:, enough], axis=0)
    return found


def _scatter(rest: Floats, least: float, rows: int) -> Floats:
    """Return the usual size of the rest, from the rows before each."""
    sizes = pd.Series(np.abs(rest)).shift(1)
    recent = sizes.rolling(rows, min_periods=max(rows // 4, 7)).median().to_numpy()
    whole = sizes.expanding(min_periods=7).median().to_numpy()
    found = _TO_SIGMA * np.where(np.isnan(recent), whole, recent)
    return np.asarray(np.maximum(found, least))


def _latest_level(rest: Floats, rows: int) -> Floats:
    """Return how far the latest rows lie off on the whole: the season drifts in weeks, too."""
    found = pd.Series(rest).shift(1).rolling(rows, min_periods=rows // 2).median().to_numpy()
    return np.asarray(np.nan_to_num(found))


def _marks(
    values: Floats, sigmas: tuple[Floats, Floats], lengths: tuple[int, int], threshold: float
) -> dict[str, Bools]:
    """Return which rows are unusual, and in which way."""
    week, day = lengths
    wide, near = sigmas
    with np.errstate(invalid="ignore"):
        # Off the latest days as well as off the weeks before: the end of a shift is no drop.
        off = (np.abs(near) >= threshold) & (np.abs(wide) >= threshold / 2)
        off &= np.sign(near) == np.sign(wide)
    span = day if day > 1 else week
    means = pd.Series(wide).rolling(span, min_periods=span // 2).mean()
    usual = _TO_SIGMA * means.abs().shift(1).rolling(_SCATTER_WEEKS * week,
                                                     min_periods=week).median()  # fmt: skip
    signs = pd.Series(np.sign(wide)).rolling(span, min_periods=span // 2).mean().abs()
    shifted = (
        (means.abs() >= _SHIFT_SIGMAS * usual.clip(lower=0.25)) & (signs >= _SHIFT_SHARE)
    ).to_numpy()
    shifted = _moved(shifted, wide, span)
    return {"off": off, "shifted": shifted, "flat": _flat(values, week), "gap": _gaps(values, week)}


def _moved(shifted: Bools, wide: Floats, span: int) -> Bools:
    """Return shifts from where they began until where they ended: a mean lags behind both."""
    found = np.zeros(len(shifted), dtype=np.bool_)
    for start, end in _stretches(shifted, 0):
        up = float(np.nansum(wide[start:end])) > 0
        with np.errstate(invalid="ignore"):
            off = (wide if up else -wide) >= _OFF
        begun = max(0, start - span + 1)
        before, within = np.flatnonzero(off[begun:start]), np.flatnonzero(off[start:end])
        first = begun + int(before[0]) if len(before) else start
        last = start + int(within[-1]) + 1 if len(within) else end
        found[first:last] = True
    return found


def _flat(values: Floats, week: int) -> Bools:
    """Mark rows that repeat the same value as never before."""
    runs = _runs(np.concatenate([[False], np.diff(values) == 0]))
    before = pd.Series(runs).shift(_FLAT_ROWS).rolling(4 * week, min_periods=week).max()
    fresh = (runs + 1 >= _FLAT_ROWS) & (before.to_numpy() < _FLAT_ROWS // 2)
    if week <= _FLAT_ROWS + 1:  # by day six equal numbers of few events are no surprise
        return np.zeros(len(values), dtype=np.bool_)
    # The run is known to be one only at its end; its first rows belong to it.
    found = np.zeros(len(values), dtype=np.bool_)
    for row in np.flatnonzero(fresh).tolist():
        found[row - int(runs[row]) : row + 1] = True
        after = row + 1
        while after < len(values) and values[after] == values[row]:
            found[after] = True
            after += 1
    return found


def _gaps(values: Floats, week: int) -> Bools:
    """Mark rows without a measurement, where there used to be one."""
    missing = np.isnan(values)
    if week <= _FLAT_ROWS + 1:  # a day without rows to average is no failure to measure
        return np.zeros(len(values), dtype=np.bool_)
    usual = pd.Series(missing.astype(float)).shift(1).rolling(4 * week, min_periods=1).mean()
    runs = _runs(missing)
    found = np.zeros(len(values), dtype=np.bool_)
    for row in np.flatnonzero(runs == _GAP_ROWS).tolist():
        start = row - _GAP_ROWS + 1
        if float(usual.iloc[start]) <= _MOSTLY or start == 0:
            end = row + 1
            while end < len(values) and missing[end]:
                end += 1
            found[start:end] = start > 0
    return found


def _runs(marks: Bools) -> npt.NDArray[np.int64]:
    """Return how many marks in a row end at each row."""
    found = np.zeros(len(marks), dtype=np.int64)
    length = 0
    for row, marked in enumerate(marks.tolist()):
        length = length + 1 if marked else 0
        found[row] = length
    return found


def _told(
    values: Floats,
    sigmas: tuple[Floats, Floats],
    usual: tuple[Floats, Floats],
    marks: dict[str, Bools],
) -> list[Event]:
    events = [
        Event(kind=kind, start=start, end=end, peak=start, value=float(values[start]),
              usual=float(usual[1][start]), sigmas=0.0)
        for kind, mark in _WITHOUT_SIZE
        for start, end in _stretches(marks[mark], 0)
    ]  # fmt: skip
    other = (marks["off"] | marks["shifted"]) & ~marks["flat"]
    for start, end in _stretches(other, _TOGETHER):
        events.append(_deviation(values, sigmas, usual, (start, end, marks)))
    return sorted(events, key=lambda each: (each.start, each.kind))


def _deviation(
    values: Floats,
    sigmas: tuple[Floats, Floats],
    usual: tuple[Floats, Floats],
    where: tuple[int, int, dict[str, Bools]],
) -> Event:
    start, end, marks = where
    is_shift = bool(marks["shifted"][start:end].any())
    which = 0 if is_shift else 1  # a shift is told against the weeks before it
    part = np.nan_to_num(sigmas[which][start:end])
    up = float(part.sum()) > 0 if is_shift else float(part[np.argmax(np.abs(part))]) > 0
    peak = start + int(np.argmax(part if up else -part))
    kind: EventKind
    if is_shift:
        kind = "level shift up" if up else "level shift down"
    else:
        kind = "spike" if up else "drop"
    return Event(
        kind=kind, start=start, end=end, peak=peak, value=float(values[peak]),
        usual=float(usual[which][peak]), sigmas=float(abs(sigmas[which][peak])),
    )  # fmt: skip


def _stretches(marks: Bools, together: int) -> list[tuple[int, int]]:
    rows = np.flatnonzero(marks)
    if not len(rows):
        return []
    cuts = np.flatnonzero(np.diff(rows) > together + 1) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(rows, cuts)]
