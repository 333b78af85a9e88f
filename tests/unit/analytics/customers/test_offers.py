"""Offers: who has what, whether the way to recommend holds up, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.customers.offers import (
    POPULARITY,
    holdings_of,
    pairs_of,
    reason_for,
    score_rows,
    try_out,
)
from analytics.customers.recommendation import popularity


def purchases(*, paired: bool, n: int = 1_200) -> pd.DataFrame:
    """Twelve products, three each; with `paired`, 2k + 1 is mostly bought after 2k."""
    random = np.random.default_rng(0)
    rows = []
    for customer in range(n):
        chosen = list(random.choice(12, 3, replace=False))
        if paired:
            even = int(random.integers(6)) * 2
            chosen = [int(random.integers(12)), even, even + 1]
        for day, product in enumerate(dict.fromkeys(int(each) for each in chosen)):
            rows.append((customer + 1, product + 1, pd.Timestamp("2026-01-01") + pd.Timedelta(day)))
    return pd.DataFrame(rows, columns=["customer_id", "product_id", "first_at"])


def test_holdings_keep_the_product_bought_last() -> None:
    frame = pd.DataFrame(
        {
            "customer_id": [7, 7, 3],
            "product_id": [20, 10, 30],
            "first_at": pd.to_datetime(["2026-01-01", "2026-02-01", "2026-01-01"]),
        }
    )
    found = holdings_of(frame)

    assert found.customer_ids.tolist() == [3, 7]
    assert found.product_ids[found.newest].tolist() == [30, 10]
    assert found.n_holders.tolist() == [1, 1, 1]


def test_pairs_beat_popularity_and_noise_does_not() -> None:
    trial, _ = try_out(holdings_of(purchases(paired=True)), seed=7)
    noise, _ = try_out(holdings_of(purchases(paired=False)), seed=7)

    assert trial.name != POPULARITY
    assert trial.hit > trial.popular + 0.2
    assert trial.ci95[0] <= trial.hit <= trial.ci95[1]
    assert noise.name == POPULARITY
    assert noise.difference_ci95[0] <= 0


def test_too_few_customers_are_not_tested() -> None:
    trial, _ = try_out(holdings_of(purchases(paired=True, n=50)), seed=7)

    assert (trial.name, trial.n) == (POPULARITY, 0)


def test_the_reason_is_the_product_that_goes_with_the_offer() -> None:
    pairs = pairs_of(holdings_of(purchases(paired=True)))

    assert reason_for(pairs, np.array([0, 4]), 5, 20) == 4
    assert reason_for(pairs, np.array([0]), 5, 20) is None
    assert reason_for(pairs, np.array([4]), 5, 10_000) is None
    assert pairs.low[4, 5] <= pairs.lift[4, 5] <= pairs.high[4, 5]


def test_what_is_owned_or_not_eligible_is_never_scored() -> None:
    holdings = holdings_of(purchases(paired=True))
    eligible = np.ones(12, dtype=bool)
    eligible[3] = False

    scores = score_rows(popularity(holdings.baskets), holdings.baskets[:5], eligible)

    assert np.isinf(scores[holdings.baskets[:5].nonzero()]).all()
    assert np.isinf(scores[:, 3]).all()
