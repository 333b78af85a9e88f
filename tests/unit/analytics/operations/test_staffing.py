"""Erlang's formulas against published values, against each other, and against a queue played."""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest

from analytics.operations.staffing import Demand, Target, agents_for, blocking, service_of

CENTRE = Demand(per_hour=200.0, handle_h=3 / 60)
"""100 calls in half an hour of three minutes each: ten erlangs."""
WITHIN_H = 20 / 3600


@pytest.mark.parametrize(
    ("load", "agents", "lost"),
    [(4.461, 10, 0.01), (12.03, 20, 0.01), (10.0, 10, 0.2146), (10.0, 15, 0.0365), (3.0, 0, 1.0)],
)
def test_blocking_is_as_in_the_published_tables(load: float, agents: int, lost: float) -> None:
    assert blocking(load, agents) == pytest.approx(lost, rel=2e-3)


def test_waiting_is_as_in_the_published_example() -> None:
    found = service_of(CENTRE, 14, WITHIN_H)

    assert found.waits == pytest.approx(0.174, abs=5e-4)
    assert found.in_time == pytest.approx(0.888, abs=5e-4)
    assert found.mean_wait_h * 3600 == pytest.approx(7.8, abs=0.05)
    assert found.busy == pytest.approx(0.714, abs=5e-4)


def test_the_fewest_agents_keep_the_target_and_one_fewer_does_not() -> None:
    target = Target(share=0.8, within_h=WITHIN_H)

    found = agents_for(CENTRE, target)

    assert found.agents == 14
    assert service_of(CENTRE, 13, WITHIN_H).in_time < 0.8
    calm = agents_for(CENTRE, Target(share=0.8, within_h=WITHIN_H, most_busy=0.6))
    assert calm.agents == 17
    assert agents_for(Demand(per_hour=0.0, handle_h=0.1), target).agents == 0


def test_too_few_agents_never_catch_up() -> None:
    found = service_of(CENTRE, 10, WITHIN_H)

    assert (found.in_time, found.busy) == (0.0, 1.0)
    assert math.isinf(found.mean_wait_h)


def test_who_never_gives_up_waits_as_erlang_c_says() -> None:
    with_patience = Demand(per_hour=200.0, handle_h=0.05, patience_h=10_000.0)

    a, c = service_of(with_patience, 12, WITHIN_H), service_of(CENTRE, 12, WITHIN_H)

    assert a.waits == pytest.approx(c.waits, rel=1e-4)
    assert a.in_time == pytest.approx(c.in_time, rel=1e-4)
    assert a.mean_wait_h == pytest.approx(c.mean_wait_h, rel=1e-3)


def test_patience_as_long_as_handling_makes_the_number_present_poisson() -> None:
    demand = Demand(per_hour=200.0, handle_h=0.05, patience_h=0.05)
    fewer = sum(math.exp(-10) * 10**k / math.factorial(k) for k in range(11))

    assert service_of(demand, 11, 0.0).waits == pytest.approx(1 - fewer, rel=1e-6)


def test_a_flood_is_reckoned_without_overflow() -> None:
    found = service_of(Demand(per_hour=5_000.0, handle_h=0.5, patience_h=2.0), 10, 0.1)

    assert found.gives_up == pytest.approx(1 - 20 / 5_000, abs=1e-3)
    assert found.busy == pytest.approx(1.0)


@pytest.mark.parametrize("patience_h", [None, 0.05])
def test_a_queue_that_is_played_comes_to_the_same(patience_h: float | None) -> None:
    demand = Demand(per_hour=200.0, handle_h=0.05, patience_h=patience_h)
    told = service_of(demand, 12, WITHIN_H)

    in_time, waits, gives_up = _played(demand, 12, n=60_000)

    assert in_time == pytest.approx(told.in_time, abs=0.025)
    assert waits == pytest.approx(told.waits, abs=0.03)
    assert gives_up == pytest.approx(told.gives_up, abs=0.01)


def _played(demand: Demand, agents: int, n: int) -> tuple[float, float, float]:
    """Play a queue, first come first served: shares in time, waiting, giving up."""
    random = np.random.default_rng(1)
    arrivals = np.cumsum(random.exponential(1 / demand.per_hour, n)).tolist()
    handling = random.exponential(demand.handle_h, n).tolist()
    patience = random.exponential(demand.patience_h or 1.0, n).tolist()
    free = [0.0] * agents
    in_time = waited = gone = 0
    for at, takes, stays in zip(arrivals, handling, patience, strict=True):
        begins = max(at, free[0])
        waited += begins > at
        if demand.patience_h is not None and begins - at > stays:
            gone += 1
            continue
        in_time += begins - at <= WITHIN_H
        heapq.heapreplace(free, begins + takes)
    return in_time / n, waited / n, gone / n
