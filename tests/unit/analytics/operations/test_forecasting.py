"""Forecasts of sums where the year has a season that the latest months do not show."""

from __future__ import annotations

import numpy as np

from analytics.operations.forecast_totals import total_of
from analytics.operations.forecasting import Aims, forecast

YEAR = 364
DAYS = np.arange(2 * YEAR)


def _sales(peak: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Two years of days with a month of sales in each, `peak` times the usual."""
    scatter = np.random.default_rng(2).normal(0, 3, len(DAYS))
    week = 10.0 * (DAYS % 7 == 5)
    return (100.0 + week + scatter) * np.where(DAYS % YEAR >= YEAR - 30, peak, 1.0)


def test_the_season_of_a_year_ago_counts_where_it_was_one() -> None:
    sales = _sales(1.6)
    known, actual = sales[: 2 * YEAR - 30], float(sales[2 * YEAR - 30 :].sum())

    found = forecast(known, (7,), 30, (0.95,), Aims(of_sums=True, year=YEAR))

    total = total_of(found, 0, 30, 0.95)
    assert found.model == "a year ago"
    assert found.passed_over == found.rivals[0].name
    assert total.low <= actual <= total.high
    assert total.expected > 1.4 * known[-30:].sum()


def test_a_year_without_seasons_is_foretold_by_what_missed_least() -> None:
    found = forecast(_sales(1.0)[: 2 * YEAR - 30], (7,), 30, (0.95,),
                     Aims(of_sums=True, year=YEAR))  # fmt: skip

    assert found.passed_over == ""
    assert found.model == found.rivals[0].name


def test_only_the_steps_asked_about_decide() -> None:
    """The sales lie before the days asked about, then after a year ago nothing was special."""
    sales = np.concatenate([_sales(1.6)[: 2 * YEAR - 30], np.full(60, 100.0)])[: 2 * YEAR - 30]

    found = forecast(sales, (7,), 60, (0.95,), Aims(of_sums=True, first=45, year=YEAR))

    assert found.passed_over == ""
