"""Draws follow their weights; look-ups agree with counting by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analytics.demo.sampling import DAY_S, NEVER, draw_some, index_events, pick, pick_rows
from analytics.demo.timeline import (
    STORE_HOURS,
    Timeline,
    accumulate,
    black_fridays,
    draw_times,
    shopping_days,
    weight_between,
)


def test_pick_follows_the_weights_and_never_takes_what_has_none() -> None:
    drawn = pick(np.random.default_rng(1), (3.0, 0.0, 1.0), 20_000)
    shares = np.bincount(drawn, minlength=3) / 20_000
    assert shares == pytest.approx([0.75, 0.0, 0.25], abs=0.02)


def test_pick_rows_follows_the_weights_of_each_row() -> None:
    weights = np.tile([[1.0, 0.0], [0.0, 5.0], [2.0, 2.0]], (4_000, 1))
    drawn = pick_rows(np.random.default_rng(1), weights)
    assert (drawn[0::3] == 0).all()
    assert (drawn[1::3] == 1).all()
    assert drawn[2::3].mean() == pytest.approx(0.5, abs=0.05)


def test_drawing_nothing_gives_nothing() -> None:
    rng = np.random.default_rng(1)
    assert pick(rng, (1.0,), 0).shape == (0,)
    assert pick_rows(rng, np.empty((0, 3))).shape == (0,)
    assert draw_some(rng, 0, 5).shape == (0,)
    assert draw_some(rng, 5, 0).shape == (0,)


def test_draw_some_gives_distinct_positions_in_order() -> None:
    drawn = draw_some(np.random.default_rng(1), 50, 20)
    assert len(set(drawn.tolist())) == 20
    assert (np.diff(drawn) > 0).all()
    assert draw_some(np.random.default_rng(1), 3, 10).tolist() == [0, 1, 2]


def test_an_event_index_agrees_with_counting_by_hand() -> None:
    rng = np.random.default_rng(2)
    owners, times = rng.integers(0, 6, 300), rng.integers(0, 1_000, 300)
    values = rng.random(300)
    index = index_events(owners, times, values)
    for owner, start, end in rng.integers(0, 1_000, (60, 3)) % np.array([7, 1_000, 1_000]):
        window = (np.array([owner]), np.array([start]), np.array([end]))
        inside = np.flatnonzero((owners == owner) & (times >= start) & (times < end))
        assert index.count(*window)[0] == len(inside)
        assert index.total(*window)[0] == pytest.approx(values[inside].sum())
        first, last = index.first(*window)[0], index.last(*window)[0]
        if len(inside):
            assert times[first] == times[inside].min()
            assert times[last] == times[inside].max()
            assert owners[first] == owners[last] == owner
        else:
            assert first == last == NEVER


def test_times_lie_in_their_windows_and_follow_the_days() -> None:
    timeline = Timeline(until=date(2024, 3, 31))
    weights = np.where(timeline.weekdays() < 5, 1.0, 0.0)
    start = np.full(5_000, 10 * DAY_S + 30_000)
    end = np.full(5_000, 60 * DAY_S + 40_000)
    times = draw_times(np.random.default_rng(1), accumulate(weights), (start, end), STORE_HOURS)
    assert ((times >= start) & (times < end)).all()
    assert (weights[times // DAY_S] > 0).all()
    hours = times % DAY_S // 3600
    assert np.isin(hours, np.flatnonzero(STORE_HOURS)).mean() > 0.97


def test_a_window_of_one_second_gives_that_second() -> None:
    curve = accumulate(np.ones(90))
    start = np.array([0, 5 * DAY_S + 17, 90 * DAY_S - 1])
    times = draw_times(np.random.default_rng(1), curve, (start, start + 1))
    assert times.tolist() == start.tolist()


def test_weights_of_windows_add_up() -> None:
    curve = accumulate(shopping_days(Timeline(until=date(2024, 12, 31))))
    cuts = np.array([0, 3 * DAY_S + 500, 100 * DAY_S, 365 * DAY_S])
    parts = weight_between(curve, cuts[:-1], cuts[1:])
    assert parts.sum() == pytest.approx(curve[-1])


def test_black_friday_is_the_day_after_the_fourth_thursday() -> None:
    found = black_fridays(Timeline(until=date(2026, 6, 30)))
    assert found == [date(2024, 11, 29), date(2025, 11, 28)]
    assert black_fridays(Timeline(until=date(2024, 11, 29))) == []


def test_the_end_may_fall_into_the_black_friday_week() -> None:
    for last in (28, 29, 30):
        timeline = Timeline(until=date(2024, 11, last))
        assert len(shopping_days(timeline)) == timeline.n_days


def test_months_and_weekdays_are_those_of_the_calendar() -> None:
    timeline = Timeline(until=date(2025, 3, 2))
    assert timeline.weekdays()[:2].tolist() == [0, 1]
    assert timeline.months()[[0, 31, 366, 425]].tolist() == [1, 2, 1, 3]
    assert len(timeline.month_starts_s()) == 15
    assert timeline.day_of(timeline.end_s - 1) == date(2025, 3, 1)
