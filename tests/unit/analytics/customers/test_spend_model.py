"""Gamma–Gamma on amounts drawn from it."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.customers.spend_model import expected_value, fit_spend
from analytics.errors import ModelError


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = random.integers(1, 8, n).astype(float)
    scale = random.gamma(4.0, 1 / 15.0, n)
    return x, random.gamma(6.0 * x, 1 / (scale * x))


def test_the_fit_finds_the_parameters() -> None:
    model = fit_spend(*drawn(20_000, 1))
    assert (model.p, model.q, model.v) == pytest.approx((6.0, 4.0, 15.0), rel=0.1)
    assert model.mean_value == pytest.approx(30.0, rel=0.03)
    assert abs(model.correlation) < 0.05


def test_amounts_in_another_currency_give_the_same_model() -> None:
    x, m = drawn(2_000, 2)
    one, hundred = fit_spend(x, m), fit_spend(x, m * 100)
    assert hundred.p == pytest.approx(one.p, rel=1e-3)
    assert hundred.v == pytest.approx(100 * one.v, rel=1e-2)


def test_the_more_purchases_the_nearer_the_own_mean() -> None:
    model = fit_spend(*drawn(5_000, 3))
    values = expected_value(model, np.array([0.0, 1.0, 50.0]), np.array([0.0, 100.0, 100.0]))
    assert values[0] == pytest.approx(model.mean_value)
    assert model.mean_value < values[1] < values[2] < 100


def test_too_few_are_refused() -> None:
    with pytest.raises(ModelError, match="3 customers"):
        fit_spend(np.ones(3), np.ones(3))
