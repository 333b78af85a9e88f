"""Parts of a change: exact, and equal to a brute-force Shapley value."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.drivers.parts import (
    Member,
    parts_of_product,
    parts_of_ratio,
    parts_of_sum,
    reversed_members,
)

amounts = st.floats(min_value=0, max_value=1e6, allow_nan=False, width=32)
weights = st.one_of(st.just(0.0), st.floats(min_value=0.5, max_value=1e5, width=32))


def member(
    key: str, before: float, now: float, weight_before: float = 1, weight_now: float = 1
) -> Member:
    return Member(
        key=key,
        before=before,
        now=now,
        weight_before=weight_before,
        weight_now=weight_now,
        n_before=100 if weight_before else 0,
        n_now=100 if weight_now else 0,
    )


def brute_force_shapley(names: list[str], value: Callable[[frozenset[str]], float]) -> list[float]:
    """The mean, over all orders, of what each adds when it changes in its turn."""
    totals = dict.fromkeys(names, 0.0)
    orders = list(permutations(names))
    for order in orders:
        changed: frozenset[str] = frozenset()
        for name in order:
            totals[name] += value(changed | {name}) - value(changed)
            changed |= {name}
    return [totals[name] / len(orders) for name in names]


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=12))
def test_parts_of_a_sum_add_up_to_its_change(pairs: list[tuple[float, float]]) -> None:
    members = [member(str(i), *pair) for i, pair in enumerate(pairs)]
    change = math.fsum(now for _, now in pairs) - math.fsum(before for before, _ in pairs)
    parts = parts_of_sum(members)

    scale = max(1.0, *(max(pair) for pair in pairs))
    assert math.fsum(p.effect for p in parts) == pytest.approx(change, abs=1e-9 * scale)
    assert math.fsum(p.excess for p in parts) == pytest.approx(0, abs=1e-8 * scale)


@given(st.lists(st.tuples(amounts, amounts, weights, weights), min_size=1, max_size=12))
def test_parts_of_a_ratio_add_up_to_its_change(
    rows: list[tuple[float, float, float, float]],
) -> None:
    members = [member(str(i), *row) for i, row in enumerate(rows)]
    below = [math.fsum(row[2] for row in rows), math.fsum(row[3] for row in rows)]
    if not all(below):
        with pytest.raises(ZeroDivisionError):
            parts_of_ratio(members)
        return
    before = math.fsum(row[0] for row in rows) / below[0]
    now = math.fsum(row[1] for row in rows) / below[1]
    parts = parts_of_ratio(members)

    scale = max(1.0, before, now)
    assert math.fsum(p.effect for p in parts) == pytest.approx(now - before, abs=1e-9 * scale)
    for part in parts:
        assert part.mix + part.rate == pytest.approx(part.effect, abs=1e-9 * scale)


@pytest.mark.parametrize("seed", range(20))
def test_mix_and_rate_are_the_brute_force_shapley_values(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = int(random.integers(2, 7))
    weight = random.uniform(1, 50, (2, n))
    rate = random.uniform(0, 1, (2, n))
    shares = weight / weight.sum(axis=1, keepdims=True)
    members = [member(str(i), *(weight[:, i] * rate[:, i]), *weight[:, i]) for i in range(n)]

    def value(changed: frozenset[str]) -> float:
        return float(shares[int("mix" in changed)] @ rate[int("rate" in changed)])

    mix, own = brute_force_shapley(["mix", "rate"], value)
    parts = parts_of_ratio(members)

    assert math.fsum(p.mix for p in parts) == pytest.approx(mix, abs=1e-9)
    assert math.fsum(p.rate for p in parts) == pytest.approx(own, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_factors_are_the_brute_force_shapley_values(seed: int) -> None:
    random = np.random.default_rng(seed)
    names = ["a", "b", "c", "d"][: int(random.integers(1, 5))]
    before = {name: float(random.uniform(0, 10)) for name in names}
    now = {name: float(random.choice([0.0, before[name], random.uniform(0, 10)])) for name in names}

    def value(changed: frozenset[str]) -> float:
        return math.prod(now[n] if n in changed else before[n] for n in names)

    effects = parts_of_product(before, now)

    assert list(effects.values()) == pytest.approx(brute_force_shapley(names, value), abs=1e-9)
    change = math.prod(now.values()) - math.prod(before.values())
    assert math.fsum(effects.values()) == pytest.approx(change, abs=1e-9)


def test_a_new_and_a_lost_group_are_all_mix() -> None:
    rows = [
        ("kept", 10.0, 10.0, 100.0, 100.0),
        ("new", 0, 50.0, 0, 100.0),
        ("gone", 5.0, 0, 50.0, 0),
    ]
    parts = {str(p.member.key): p for p in parts_of_ratio([member(*row) for row in rows])}

    assert parts["new"].rate == parts["gone"].rate == 0
    assert parts["new"].mix > 0
    assert parts["new"].member.presence == "new"
    assert parts["gone"].member.presence == "lost"
    assert parts["kept"].member.presence == "both"


def test_when_all_change_alike_nobody_has_an_excess() -> None:
    parts = parts_of_sum([member("a", 100, 150), member("b", 40, 60), member("c", 0, 0)])

    assert [p.excess for p in parts] == pytest.approx([0, 0, 0])


def test_a_sum_that_began_at_nothing_is_shared_by_what_is_there_now() -> None:
    assert [p.expected for p in parts_of_sum([member("a", 0, 30), member("b", 0, 10)])] == [30, 10]


def test_a_whole_that_falls_while_every_group_rises_is_noticed() -> None:
    # Both rates rise (10 to 12 % and 50 to 55 %), but the weight moves to the low one.
    paradox = [member("low", 10, 108, 100, 900), member("high", 450, 55, 900, 100)]
    plain = [member("low", 10, 12, 100, 100), member("high", 450, 495, 900, 900)]

    assert {m.key for m in reversed_members(paradox, least_rows=20)} == {"low", "high"}
    assert reversed_members(plain, least_rows=20) == ()


def test_a_group_of_few_rows_cannot_break_or_make_the_paradox() -> None:
    paradox = [member("low", 10, 108, 100, 900), member("high", 450, 55, 900, 100)]
    tiny = Member(key="tiny", before=1, now=0, weight_before=2, weight_now=2, n_before=2, n_now=2)

    assert len(reversed_members([*paradox, tiny], least_rows=20)) == 2
    assert reversed_members([paradox[0], tiny], least_rows=20) == ()
