"""What a time expression of a question stands for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from analytics.language.calendar import Unit, clipped
from analytics.model import Grain, Period

TimeKind = Literal["period", "grain", "shift", "horizon", "everything", "now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMatch:
    """A time expression: tokens `[start, end)` of the question and what they stand for."""

    start: int
    end: int
    kind: TimeKind
    period: Period | None = None
    """Of kind `period`; cut at the as-of date, `start == end` when nothing of it is seen."""
    parts: tuple[Period, ...] = ()
    """The single periods of a list ("January, February and March")."""
    ends: tuple[Period, ...] = ()
    """The two single periods that a range runs between ("from Q4 to Q1")."""
    unit: Unit | None = None
    """Of a grain, a shift or a horizon; of a list, what its parts are."""
    count: int = 1
    snapshot: bool = False
    """Asked at the end of the period ("at year-end")."""
    reference: bool = False
    """`previous month`: in a comparison meant from the other period."""
    to_date: bool = False
    opening: bool = False
    """Asked at the start of the period; only what is counted at a moment has such a number."""
    readings: tuple[Period, ...] = ()
    """Two or more when the words leave open which period is meant."""
    is_from: bool = False
    """`from March`: since March, or of March; the two readings, in this order."""
    alone: Period | None = None
    """Of `two years ago`: the whole unit it is when nothing is compared."""
    spoken_to_date: bool = False
    """Says itself that it stops today ("YTD", "so far")."""
    relative: bool = False
    """Said in words that move with the as-of date, or without a year."""

    @property
    def grain(self) -> Grain | None:
        """Return the unit as a grain; halves are none."""
        return None if self.unit is None or self.unit == "half" else self.unit


def matched(period: Period, as_of: date, **more: object) -> TimeMatch:
    """Return a period cut at the as-of date as a time expression; the caller places it."""
    return TimeMatch(start=0, end=0, kind="period", period=clipped(period, as_of), **more)  # type: ignore[arg-type]
