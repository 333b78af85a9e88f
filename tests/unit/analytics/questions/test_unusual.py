"""The test for unusual days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from analytics.questions.unusual import LIMIT, score_newest

MONDAY = date(2026, 6, 29)


def weeks(values: list[float], newest: date = MONDAY) -> dict[date, float]:
    """A daily series that ends at a day, oldest value first."""
    return {newest - timedelta(days=len(values) - 1 - i): v for i, v in enumerate(values)}


def weekly(seed: int, n_days: int = 113) -> list[float]:
    random = np.random.default_rng(seed)
    levels = [100, 95, 90, 92, 88, 30, 20]
    start = MONDAY - timedelta(days=n_days - 1)
    days = [(start + timedelta(days=i)).weekday() for i in range(n_days)]
    return [float(random.poisson(levels[day])) for day in days]


def test_a_jump_is_told_with_what_was_usual() -> None:
    values = [*weekly(1)[:-1], 190.0]
    scored = score_newest(weeks(values), is_count=True)

    assert scored is not None
    assert scored.is_unusual
    assert scored.score > 0
    assert scored.expected == pytest.approx(100, abs=12)


def test_a_quiet_weekend_is_usual() -> None:
    sunday = MONDAY - timedelta(days=1)
    series = {day: v for day, v in weeks(weekly(2)).items() if day <= sunday}
    scored = score_newest(series, is_count=True)

    assert scored is not None
    assert not scored.is_unusual


def test_false_alarms_are_rare() -> None:
    scored = [score_newest(weeks(weekly(seed)), is_count=True) for seed in range(300)]

    assert sum(s is not None and s.is_unusual for s in scored) <= 6


def test_a_drop_to_nothing_is_unusual() -> None:
    scored = score_newest(weeks([*weekly(3)[:-1], 0.0]), is_count=True)

    assert scored is not None
    assert scored.score < -LIMIT


def test_earlier_outliers_do_not_hide_a_new_one() -> None:
    values = weekly(4)
    values[-8] = values[-15] = 900.0
    scored = score_newest(weeks([*values[:-1], 260.0]), is_count=True)

    assert scored is not None
    assert scored.is_unusual


def test_a_short_history_says_nothing() -> None:
    assert score_newest(weeks([5.0] * 27), is_count=True) is None
    assert score_newest({}, is_count=True) is None


def test_what_never_moved_is_unusual_when_it_does() -> None:
    flat = [0.5] * 112

    steady = score_newest(weeks([*flat, 0.5]), is_count=False)
    moved = score_newest(weeks([*flat, 0.6]), is_count=False)

    assert steady is not None
    assert not steady.is_unusual
    assert moved is not None
    assert moved.is_unusual
