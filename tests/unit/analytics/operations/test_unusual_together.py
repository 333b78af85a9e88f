"""Readings of a service that are unusual together, told from the past alone."""

from __future__ import annotations

import numpy as np

from analytics.operations.unusual_together import together

WEEK = 168
N = 10 * WEEK


def _readings() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Three readings in usual scatters; the first two go together."""
    random = np.random.default_rng(3)
    shared = random.normal(0, 1, N)
    own = random.normal(0, 1, (3, N))
    return np.array([0.9 * shared + 0.4 * own[0], 0.9 * shared + 0.4 * own[1], own[2]])


def test_readings_that_part_company_are_found_though_none_is_far_off() -> None:
    readings = _readings()
    at = 8 * WEEK + 50
    readings[0, at : at + 6] += 3.5
    readings[1, at : at + 6] -= 3.5

    found = together(list(readings), week=WEEK, first=7 * WEEK)

    assert len(found) == 1
    one = found[0]
    assert one.start >= at and one.end <= at + 9
    assert {place for place, share in one.parts if share > 0.2} == {0, 1}
    assert abs(sum(share for _, share in one.parts) - 1) < 1e-9


def test_going_together_as_usual_is_nothing_unusual() -> None:
    readings = _readings()
    at = 8 * WEEK + 50
    readings[:2, at : at + 6] += 2.0

    assert together(list(readings), week=WEEK) == ()


def test_one_reading_far_off_is_left_to_itself() -> None:
    readings = _readings()
    readings[2, 8 * WEEK : 8 * WEEK + 6] += 7.0

    assert together(list(readings), week=WEEK) == ()


def test_nothing_later_is_known() -> None:
    readings = _readings()
    at = 8 * WEEK
    readings[0, at : at + 6] += 4.0
    readings[1, at : at + 6] -= 4.0
    cut = at + 6
    later = readings.copy()
    later[:, cut + 20 :] = -later[:, cut + 20 :]

    known = together([each[:cut] for each in readings], week=WEEK)
    changed = together(list(later), week=WEEK)

    assert known
    assert [(one.start, one.peak) for one in known] == [
        (one.start, one.peak) for one in changed if one.start < cut
    ]


def test_a_single_reading_or_too_short_a_past_tells_nothing() -> None:
    readings = _readings()

    assert together([readings[0]], week=WEEK) == ()
    assert together([each[: 3 * WEEK] for each in readings], week=WEEK) == ()
