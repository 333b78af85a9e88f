"""The detector: only the past counts, what is new is found, what was seen before is not news."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.operations.anomalies import (
    QUIET_STEPS,
    as_scores,
    excesses,
    filled_forward,
    scores,
    season_of,
    windows,
)
from analytics.operations.deviations import (
    from_nearest_shape,
    from_season_median,
    from_season_nearest,
)

DAY = 96


def daily(n_days: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    rows = np.arange(n_days * DAY)
    return 50 + 20 * np.sin(2 * np.pi * rows / DAY) + random.normal(0, 1, len(rows))


def found(values: np.ndarray) -> list[int]:
    return [each.peak for each in windows(excesses(values, DAY))]


def test_a_spike_and_a_drop_are_found_and_nothing_else() -> None:
    assert found(daily(20)) == []
    values = daily(20)
    values[1_200] += 40
    values[1_500:1_505] -= 45
    assert found(values) == [1_200, 1_500]


def test_a_day_that_stands_still_is_found() -> None:
    values = daily(20)
    values[1_750:1_850] = values[1_750]
    (peak,) = found(values)
    assert 1_750 < peak < 1_780


def test_what_comes_every_day_is_no_news() -> None:
    values = daily(20)
    values[np.arange(20) * DAY + 10] += 60
    assert len(found(values)) <= 2


def test_a_large_anomaly_does_not_hide_a_smaller_one_later() -> None:
    values = daily(30)
    values[1_000] += 80
    values[2_000] += 60
    peaks = found(values)
    assert 1_000 in peaks and 2_000 in peaks


@settings(max_examples=15, deadline=None)
@given(st.integers(QUIET_STEPS, 900), st.integers(0, 10_000))
def test_a_score_never_changes_when_later_values_do(cut: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    values = daily(10, seed)
    other = values.copy()
    other[cut:] = random.normal(0, 1_000, len(values) - cut)
    assert np.array_equal(scores(values, DAY)[:cut], scores(other, DAY)[:cut])
    assert np.array_equal(scores(values[:cut], DAY), scores(values, DAY)[:cut])


@settings(max_examples=15, deadline=None)
@given(st.floats(0.01, 1_000), st.floats(-1_000, 1_000))
def test_units_do_not_matter(scale: float, shift: float) -> None:
    values = daily(8)
    values[600] += 50
    assert scores(values * scale + shift, DAY) == pytest.approx(scores(values, DAY), abs=1e-4)


def test_an_even_series_is_quiet_until_it_moves() -> None:
    values = np.full(1_000, 7.0)
    assert not found(values)
    values[800:] = 9.0
    assert [each.start for each in windows(excesses(values, DAY))] == [800]


def test_empty_short_and_gappy_series_are_scored() -> None:
    assert scores(np.zeros(0), DAY).shape == (0,)
    assert scores(np.arange(5.0), 0).shape == (5,)
    values = daily(10)
    values[500:520] = np.nan
    result = scores(values, DAY)
    assert np.isfinite(result).all() and (result >= 0).all() and (result <= 1).all()
    assert (result[500:520] < 0.01).all()


def test_gaps_are_filled_with_what_was_before() -> None:
    assert filled_forward(np.array([np.nan, 2, np.nan, 3])).tolist() == [0, 2, 2, 3]


def test_scores_keep_the_order_of_excesses() -> None:
    excess = np.linspace(-15, 15, 100)
    assert (np.diff(as_scores(excess)) > 0).all()
    assert as_scores(np.zeros(1))[0] == 0.5


def test_the_nearest_shape_is_the_one_of_a_plain_search() -> None:
    random = np.random.default_rng(3)
    values = random.normal(0, 1, 120).cumsum()
    length = 5
    got = from_nearest_shape(values, length)
    for row in range(2 * length - 1, len(values)):
        last = values[row - length + 1 : row + 1]
        earlier = [
            np.sqrt(np.mean((last - values[end - length + 1 : end + 1]) ** 2))
            for end in range(length - 1, row - length + 1)
        ]
        assert got[row] == pytest.approx(min(earlier), abs=1e-6)
    assert (got[: 2 * length - 1] == 0).all()


def test_seasons_are_compared_with_their_own_time_of_day() -> None:
    values = np.tile([0.0, 10.0, 0.0, 0.0], 30)
    values[61] = 0.0
    assert from_season_median(values, 4)[61] == 10
    assert from_season_median(values, 0).max() == 0
    # Within the slack it has been seen: nearness forgives what the median does not.
    assert from_season_nearest(values, 4)[61] == 0


@pytest.mark.parametrize(
    ("step", "season"),
    [("5min", 288), ("1h", 24), ("1D", 7), ("7D", 0), ("1s", 86_400)],
)
def test_the_season_follows_from_the_step(step: str, season: int) -> None:
    import pandas as pd

    times = pd.date_range("2025-01-01", periods=50, freq=step).to_numpy()
    assert season_of(times) == season
    assert season_of(times[:1]) == 0
