"""Scores of recency, frequency and money by a yardstick."""

from __future__ import annotations

import numpy as np

from analytics.customers.rfm import NEVER, ONCE, rfm_scores, scores_by, yardstick_of


def test_the_yardstick_of_the_same_customers_gives_the_same_names() -> None:
    random = np.random.default_rng(0)
    days, orders = random.integers(0, 400, 500) * 1.0, random.poisson(4, 500) * 1.0
    days[orders == 0] = np.nan
    money = orders * random.uniform(5, 50, 500)
    bought = orders > 0

    told = rfm_scores(days, orders, money)
    again = scores_by(
        yardstick_of(days, orders, money, bought=bought), (days, orders, money), orders,
        bought=bought,
    )  # fmt: skip

    assert (told.names == again.names).all()
    assert set(told.names[orders == 0]) == {NEVER}
    assert set(told.names[orders == 1]) == {ONCE}


def test_a_customer_keeps_the_segment_when_only_the_others_change() -> None:
    before = np.arange(1.0, 101.0)
    yardstick = yardstick_of(before, before, before, bought=np.ones(100, bool))
    one = tuple(np.array([10.0]) for _ in range(3))

    alone = scores_by(yardstick, one, np.array([5.0]), bought=np.array([True]))

    assert alone.names.tolist() == ["promising"]
    assert (alone.recency.item(), alone.frequency.item()) == (5, 1)
