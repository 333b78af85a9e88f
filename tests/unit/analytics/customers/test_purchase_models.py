"""Purchase models beside their definitions: probabilities sum to one, slopes are slopes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate

from analytics.customers.purchase_models import (
    PARAMETERS,
    Histories,
    ModelName,
    _slopes,
    cells_of,
    expected_purchases,
    fit,
    log_likelihoods,
    p_alive,
    spread_of,
)
from analytics.errors import ModelError

VALUES = {
    "bg/nbd": (0.5, 4.0, 0.8, 2.5),
    "mbg/nbd": (0.5, 4.0, 0.8, 2.5),
    "pareto/nbd": (0.6, 8.0, 1.5, 9.0),
}


def simulated(name: ModelName, n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return x, t_x and T of people who behave as the model says."""
    random = np.random.default_rng(seed)
    r, alpha, third, fourth = VALUES[name]
    rates = random.gamma(r, 1 / alpha, n)
    watched = random.uniform(20, 40, n)
    x, t_x = np.zeros(n), np.zeros(n)
    stops = random.beta(third, fourth, n)
    deaths = (
        random.exponential(1 / random.gamma(third, 1 / fourth, n))
        if name == "pareto/nbd"
        else np.full(n, np.inf)
    )
    for row in range(n):
        if name == "mbg/nbd" and random.random() < stops[row]:
            continue
        t = 0.0
        while True:
            t += random.exponential(1 / rates[row])
            if t > min(watched[row], deaths[row]):
                break
            x[row], t_x[row] = x[row] + 1, t
            if name != "pareto/nbd" and random.random() < stops[row]:
                break
    return x, t_x, watched


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_a_fit_finds_what_made_the_purchases(name: ModelName) -> None:
    x, t_x, watched = simulated(name, 12_000, seed=1)
    histories, cell = cells_of(x, t_x, watched)
    model = fit(name, histories)
    truth = np.array(VALUES[name])
    errors = np.sqrt(np.diag(model.covariance))
    assert (np.abs(np.log(model.values) - np.log(truth)) < 4 * errors + 0.02).all()
    assert model.log_likelihood >= float(
        np.dot(log_likelihoods(name, truth, histories), histories.n)
    )
    assert len(cell) == 12_000


@pytest.mark.parametrize("name", ["bg/nbd", "mbg/nbd", "pareto/nbd"])
def test_the_chance_of_all_histories_is_one(name: ModelName) -> None:
    """Sums over x and integrals over t_x of the likelihood, at a time watched of 3."""
    watched = 3.0
    values = np.array(VALUES[name])

    def density(x: float, t_x: np.ndarray) -> np.ndarray:
        k = len(t_x)
        cells = Histories(x=np.full(k, x), t_x=t_x, T=np.full(k, watched), n=np.ones(k))
        # t_x is the last of x moments; the earlier ones lie anywhere before it.
        places = t_x ** (x - 1) / math.factorial(int(x) - 1)
        return np.exp(log_likelihoods(name, values, cells)) * places

    none = Histories(x=np.zeros(1), t_x=np.zeros(1), T=np.array([watched]), n=np.ones(1))
    total = float(np.exp(log_likelihoods(name, values, none))[0])
    t = np.linspace(1e-6, watched, 2_001)
    for x in range(1, 40):
        total += float(integrate.simpson(density(float(x), t), x=t))
    assert total == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize("name", ["bg/nbd", "mbg/nbd"])
def test_slopes_are_those_of_the_likelihood(name: ModelName) -> None:
    histories, _ = cells_of(*simulated(name, 300, seed=2))
    logs = np.log(np.array([0.7, 3.0, 0.6, 1.8]))

    def total(at: np.ndarray) -> float:
        return float(np.dot(log_likelihoods(name, np.exp(at), histories), histories.n))

    steps = np.eye(4) * 1e-6
    numeric = [(total(logs + step) - total(logs - step)) / 2e-6 for step in steps]
    assert _slopes(name, np.exp(logs), histories) == pytest.approx(numeric, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_what_is_foretold_comes(name: ModelName) -> None:
    """The same people watched on: expected purchases are the mean of what they then do."""
    x, t_x, watched = simulated(name, 6_000, seed=3)
    histories, cell = cells_of(x, t_x, watched)
    model = fit(name, histories)
    assert ((p_alive(model, histories) >= 0) & (p_alive(model, histories) <= 1)).all()
    short, long = (expected_purchases(model, histories, ahead)[cell] for ahead in (5.0, 20.0))
    assert (long > short).all() and (short > 0).all()
    # By the law of total expectation over a fresh customer: E[X(t)] before anything is known.
    nobody = Histories(x=np.zeros(1), t_x=np.zeros(1), T=np.zeros(1), n=np.ones(1))
    fresh = expected_purchases(model, nobody, 30.0)[0]
    mean = x[(watched > 25)].mean()
    assert fresh == pytest.approx(mean, rel=0.2)


def test_who_never_came_back_is_alive_for_bg_nbd_alone() -> None:
    histories, _ = cells_of(*simulated("bg/nbd", 500, seed=4))
    never = histories.x == 0
    assert (p_alive(fit("bg/nbd", histories), histories)[never] == 1).all()
    assert (p_alive(fit("mbg/nbd", histories), histories)[never] < 1).all()


def test_counting_cells_is_counting_customers() -> None:
    x = np.array([1.0, 0.0, 1.0, 1.0])
    histories, cell = cells_of(x, x * 2, np.full(4, 9.0))
    assert histories.n_customers == 4 and sorted(histories.n) == [1.0, 3.0]
    assert np.array_equal(histories.x[cell], x)


def test_too_little_is_refused() -> None:
    few = Histories(x=np.ones(5), t_x=np.ones(5), T=np.full(5, 2.0), n=np.ones(5))
    with pytest.raises(ModelError, match="5 customers are too few"):
        fit("bg/nbd", few)
    never = Histories(x=np.zeros(1), t_x=np.zeros(1), T=np.ones(1), n=np.full(1, 100.0))
    with pytest.raises(ModelError, match="second time"):
        fit("bg/nbd", never)


def test_the_spread_of_a_total_is_that_of_its_parameters() -> None:
    histories, _ = cells_of(*simulated("bg/nbd", 3_000, seed=5))
    model = fit("bg/nbd", histories)
    assert spread_of(model, lambda each: each.values[0]) == pytest.approx(
        math.sqrt(model.covariance[0, 0]), rel=1e-3
    )
