"""Experiments read on samples whose truth is known, beside SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from analytics.customers.experiments import (
    always_valid_reach,
    arm_of,
    compare,
    cuped,
    people_needed,
    ratio_arm,
    sample_ratio_p,
    verdict_of,
)


def two_groups(seed: int, effect: float, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.exponential(2.0, n), random.exponential(2.0, n + 100) + effect


def test_effect_interval_and_p_are_those_of_welch() -> None:
    control, variant = two_groups(1, 0.3)
    (effect,) = compare(arm_of("a", control), [arm_of("b", variant)])
    expected = stats.ttest_ind(variant, control, equal_var=False)
    assert effect.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert effect.ci95 == pytest.approx(tuple(expected.confidence_interval(0.95)), rel=1e-9)
    assert effect.p_adjusted == effect.p_value


def test_several_variants_are_adjusted_by_holm() -> None:
    random = np.random.default_rng(5)
    arms = [arm_of(str(n), random.normal(n * 0.05, 1, 500)) for n in range(4)]
    effects = compare(arms[0], arms[1:])
    plain = sorted(effect.p_value for effect in effects)
    adjusted = sorted(effect.p_adjusted for effect in effects)
    expected = np.maximum.accumulate([min(1, p * (3 - rank)) for rank, p in enumerate(plain)])
    assert adjusted == pytest.approx(list(expected))


def test_a_broken_split_forbids_any_verdict() -> None:
    assert sample_ratio_p({"a": 5_000, "b": 5_050}) > 0.5
    broken = sample_ratio_p({"a": 5_000, "b": 5_500})
    assert broken < 0.001
    assert sample_ratio_p({"a": 9_000, "b": 1_010}, {"a": 9, "b": 1}) > 0.5
    control, variant = two_groups(2, 2.0)
    (effect,) = compare(arm_of("a", control), [arm_of("b", variant)])
    assert verdict_of(effect, srm_p=broken) == "split broken"
    assert verdict_of(effect, srm_p=0.5) == "higher"


def test_nothing_measured_twice_is_no_difference() -> None:
    same = arm_of("a", np.ones(10))
    (effect,) = compare(same, [arm_of("b", np.ones(10))])
    assert (effect.effect, effect.p_value) == (0.0, 1.0)
    assert verdict_of(effect, srm_p=1.0) == "no difference shown"


def test_an_earlier_value_makes_the_interval_narrower_and_keeps_the_effect() -> None:
    random = np.random.default_rng(3)
    before = random.normal(10, 3, 4_000)
    is_variant = random.random(4_000) < 0.5
    values = before + random.normal(0, 1, 4_000) + 0.2 * is_variant
    adjusted, removed = cuped(values, before)
    assert removed == pytest.approx(np.corrcoef(values, before)[0, 1] ** 2, abs=1e-6)
    assert adjusted.mean() == pytest.approx(values.mean())
    (effect,) = compare(arm_of("a", adjusted[~is_variant]), [arm_of("b", adjusted[is_variant])])
    (plain,) = compare(arm_of("a", values[~is_variant]), [arm_of("b", values[is_variant])])
    assert effect.ci95[0] < 0.2 < effect.ci95[1]
    assert effect.ci95[1] - effect.ci95[0] < 0.5 * (plain.ci95[1] - plain.ci95[0])


def test_a_covariate_that_says_nothing_changes_nothing() -> None:
    values = np.arange(5.0)
    for covariate in (np.full(5, 3.0), np.full(5, math.nan)):
        adjusted, removed = cuped(values, covariate)
        assert np.array_equal(adjusted, values) and removed == 0.0


def test_a_ratio_of_sums_has_the_spread_that_redrawing_people_shows() -> None:
    random = np.random.default_rng(4)
    sessions = random.poisson(3, 3_000) + 1.0
    revenue = sessions * random.exponential(5, 3_000)
    arm = ratio_arm("a", revenue, sessions)
    assert arm.mean == pytest.approx(revenue.sum() / sessions.sum())
    rows = random.integers(0, 3_000, (1_000, 3_000))
    redrawn = revenue[rows].sum(axis=1) / sessions[rows].sum(axis=1)
    assert math.sqrt(arm.variance / arm.n) == pytest.approx(redrawn.std(), rel=0.1)


def test_a_planned_number_of_people_sees_the_change_as_often_as_promised() -> None:
    random = np.random.default_rng(6)
    n = people_needed(arm_of("a", random.normal(10, 4, 20_000)), 0.05)
    assert n is not None
    base = random.normal(10, 4, (1_000, n))
    moved = random.normal(10.5, 4, (1_000, n))
    seen = stats.ttest_ind(moved, base, axis=1, equal_var=False).pvalue < 0.05
    assert 0.75 < seen.mean() < 0.85
    assert people_needed(arm_of("a", np.zeros(5)), 0.05) is None


def test_looking_after_every_hundred_people_raises_no_false_alarm() -> None:
    random = np.random.default_rng(7)
    alarms = {"once": 0, "each look": 0, "always valid": 0}
    for _ in range(400):
        values = random.normal(0, 1, (2, 3_000))
        n = np.arange(100, 3_001, 100)
        sums, squares = values.cumsum(axis=1)[:, n - 1], (values**2).cumsum(axis=1)[:, n - 1]
        means = sums / n
        variances = (squares - n * means**2) / (n - 1)
        error = np.sqrt(variances.sum(axis=0) / n)
        z = np.abs(means[1] - means[0]) / error
        reach = [always_valid_reach(each, 2 * m) for each, m in zip(error, n, strict=True)]
        alarms["once"] += z[-1] > 1.96
        alarms["each look"] += bool((z > 1.96).any())
        alarms["always valid"] += bool((z * error > reach).any())
    assert alarms["once"] < 0.09 * 400
    assert alarms["each look"] > 0.2 * 400
    assert alarms["always valid"] <= 0.05 * 400
