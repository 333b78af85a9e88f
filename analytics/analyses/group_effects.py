"""Groups of an experiment or a campaign: sums from the warehouse, effects with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import ibis
import pandas as pd
from scipy import stats

from analytics.customers.experiments import Arm, Effect, compare
from analytics.model import Cell, Column, Unit

Z95: Final = float(stats.norm.ppf(0.975))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What is measured of each person in a test."""

    name: str
    """Column: `converted` (0 or 1) or `revenue`."""
    label: str
    unit: Unit


CONVERSION: Final = Measured(name="converted", label="Conversion", unit="fraction")
REVENUE: Final = Measured(name="revenue", label="Revenue per customer", unit="money")


def arms_expression(people: ibis.Table, test: str) -> ibis.Table:
    """Sum what was measured for each test and variant.

    Parameters
    ----------
    people : ibis.Table
        A row per person: `test`, variant, converted (0 or 1, float), revenue (float).
    test : str
        Column that names the test.
    """
    revenue = people.revenue.fill_null(0.0)
    return (
        people.group_by(test, "variant")
        .aggregate(
            n=people.count(),
            n_converted=people.converted.sum(),
            # Rounded to cents: the order in which an engine adds must not show.
            revenue=revenue.sum().round(2),
            squares=(revenue * revenue).sum().round(2),
        )
        .order_by(test, "variant")
    )


def arms_of(rows: pd.DataFrame, measured: Measured) -> dict[str, Arm]:
    """Return the groups of one test by name.

    Parameters
    ----------
    rows : DataFrame
        From `arms_expression`, of one test.
    """
    return {str(row["variant"]): _arm(row, measured) for row in rows.to_dict("records")}


def _arm(row: Mapping[Any, Any], measured: Measured) -> Arm:
    n = int(row["n"])
    if measured is CONVERSION:
        total, squares = float(row["n_converted"]), float(row["n_converted"])
    else:
        total, squares = float(row["revenue"]), float(row["squares"])
    mean = total / n
    variance = max(0.0, squares - n * mean * mean) / (n - 1) if n > 1 else math.nan
    return Arm(name=str(row["variant"]), n=n, mean=mean, variance=variance)


def merged(name: str, arms: Sequence[Arm]) -> Arm:
    """Return several groups as one."""
    n = sum(arm.n for arm in arms)
    mean = sum(arm.n * arm.mean for arm in arms) / n
    squares = sum((a.n - 1) * a.variance + a.n * (a.mean - mean) ** 2 for a in arms if a.n > 1)
    squares += sum((a.mean - mean) ** 2 for a in arms if a.n == 1)
    return Arm(name=name, n=n, mean=mean, variance=squares / (n - 1) if n > 1 else math.nan)


def effects_of(control: Arm, variants: Sequence[Arm]) -> dict[str, Effect]:
    """Return each variant's effect by name; none where a group has fewer than two people."""
    usable = [arm for arm in variants if arm.n > 1]
    if control.n < 2 or not usable:
        return {}
    return {effect.variant: effect for effect in compare(control, usable)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """One effect over several tests, each weighted by the people who were treated."""

    effect: float
    ci95: tuple[float, float]
    p_value: float
    n_treated: int


def pooled(parts: Sequence[tuple[int, Effect]]) -> Pooled:
    """Average effects over tests so that no test is compared with another's control.

    Parameters
    ----------
    parts : sequence of (int, Effect)
        People treated, and the effect on them.
    """
    total = sum(n for n, _ in parts)
    effect = sum(n * e.effect for n, e in parts) / total
    variance = sum((n / total * (e.ci95[1] - e.ci95[0]) / 2 / Z95) ** 2 for n, e in parts)
    reach = Z95 * math.sqrt(variance)
    p_value = 2 * float(stats.norm.sf(abs(effect) / reach * Z95)) if reach else 1.0
    return Pooled(
        effect=effect, ci95=(effect - reach, effect + reach), p_value=p_value, n_treated=total
    )


def arm_columns(measured: Measured) -> tuple[Column, ...]:
    """Return the columns of a table of groups."""
    unit = measured.unit
    return (
        Column(name="variant", label="Group"),
        Column(name="n", label="Customers", unit="count"),
        Column(name="value", label=measured.label, unit=unit),
        Column(name="effect", label="Difference from the control", unit=unit),
        Column(name="low", label="95 % interval from", unit=unit),
        Column(name="high", label="95 % interval to", unit=unit),
        Column(name="p_value", label="p-value", unit="number"),
    )


def arm_row(arm: Arm, effect: Effect | None) -> tuple[Cell, ...]:
    """Return one group's row; a control has no effect."""
    if effect is None:
        return (arm.name, arm.n, arm.mean, None, None, None, None)
    low, high = effect.ci95
    return (arm.name, arm.n, arm.mean, effect.effect, low, high, effect.p_adjusted)
