"""Lifetime value of customers without a contract: purchases to come times what one is worth."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analytics.customers.purchase_models import (
    PARAMETERS,
    Histories,
    ModelName,
    PurchaseModel,
    cells_of,
    expected_purchases,
    fit,
    p_alive,
    spread_of,
)
from analytics.customers.spend_model import SpendModel, expected_value, fit_spend
from analytics.errors import ModelError

Floats = npt.NDArray[np.float64]
Unit = Literal["day", "week"]

DAYS: Final[dict[str, int]] = {"day": 1, "week": 7}
LEVELS: Final = (0.8, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """Customers seen up to the end of the calibration, one entry for each."""

    ids: npt.NDArray[np.object_]
    x: Floats
    """Days with a purchase after the first one."""
    t_x: Floats
    T: Floats
    mean_value: Floats
    """Mean value of those later days; 0 without any. The first is left out: it decided who is
    watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """What was foretold for a time that was kept back, against what came."""

    n_customers: int
    actual_total: float
    predicted_total: float
    correlation: float
    """Between foretold and actual purchases of customers."""
    mae: float
    naive_correlation: float
    """Of the dumb rule that everybody goes on at the pace so far."""
    naive_mae: float
    naive_total: float

    @property
    def total_error(self) -> float:
        """Predicted over actual total − 1; NaN without actual purchases."""
        return self.predicted_total / self.actual_total - 1.0 if self.actual_total else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What is expected of each customer."""

    p_alive: Floats
    purchases: Floats
    """In the horizon."""
    value_of_purchase: Floats
    value: Floats
    """Discounted to the end of the calibration."""
    total_intervals: dict[float, tuple[float, float]]
    """Level → interval of the sum of `value`, from what the fit leaves open."""


def purchase_days(customer: pd.Series, at: pd.Series, value: pd.Series) -> pd.DataFrame:
    """Return one row for each customer and day with a purchase: `customer`, `day`, `value`.

    Parameters
    ----------
    customer, at, value : Series of equal length
        Order lines or orders; those of a day are one purchase.
    """
    frame = pd.DataFrame({"customer": customer, "day": at.dt.floor("D"), "value": value})
    return frame.groupby(["customer", "day"], sort=True, observed=True)["value"].sum().reset_index()


def customers_until(days: pd.DataFrame, end: pd.Timestamp, unit: Unit) -> Customers:
    """Return the histories of all who bought up to a day, that day included.

    Parameters
    ----------
    days : DataFrame
        From `purchase_days`.
    end : Timestamp
        The last day that is seen.
    unit : {"day", "week"}
        Of the times.
    """
    seen = days[days["day"] <= end]
    grouped = seen.groupby("customer", sort=True, observed=True)
    found = grouped.agg(
        first=("day", "min"), last=("day", "max"), n=("day", "size"), total=("value", "sum")
    )
    # Rows are in order of customer and day: the first of each is what is left out of the value.
    first_value = grouped["value"].first()
    x = (found["n"] - 1).to_numpy(dtype=np.float64)
    later = (found["total"] - first_value).to_numpy(dtype=np.float64)
    per = DAYS[unit]
    return Customers(
        ids=found.index.to_numpy(dtype=object),
        x=x,
        t_x=(found["last"] - found["first"]).dt.days.to_numpy(dtype=np.float64) / per,
        T=(end - found["first"]).dt.days.to_numpy(dtype=np.float64) / per,
        mean_value=np.divide(later, x, out=np.zeros_like(later), where=x > 0),
    )


def fit_all(customers: Customers, names: Sequence[ModelName] = tuple(PARAMETERS)) -> tuple[
    list[PurchaseModel], Histories, npt.NDArray[np.int64]
]:  # fmt: skip
    """Fit models to the same histories; those that fail are left out unless all do.

    Returns
    -------
    tuple
        The models, the distinct histories, and the row of each customer's.

    Raises
    ------
    ModelError
        When none can be fitted.
    """
    histories, cell = cells_of(customers.x, customers.t_x, customers.T)
    models: list[PurchaseModel] = []
    failed: ModelError | None = None
    for name in names:
        try:
            models.append(fit(name, histories))
        except ModelError as error:
            failed = error
    if not models and failed is not None:
        raise failed
    return models, histories, cell


def hold_out(
    model: PurchaseModel,
    customers: Customers,
    days: pd.DataFrame,
    ends: tuple[pd.Timestamp, pd.Timestamp],
    unit: Unit,
) -> Holdout:
    """Compare what a model foretells with the days after the calibration.

    Parameters
    ----------
    model : PurchaseModel
        Fitted to these customers.
    customers : Customers
        As of the first end.
    days : DataFrame
        From `purchase_days`, with the time that was kept back.
    ends : tuple of Timestamp
        Last day of the calibration and last day of the time kept back.
    unit : {"day", "week"}
        Of the times.
    """
    start, end = ends
    later = days[(days["day"] > start) & (days["day"] <= end)]
    counts = later.groupby("customer", observed=True).size()
    actual = np.asarray(counts.reindex(customers.ids, fill_value=0), dtype=np.float64)
    ahead = (end - start).days / DAYS[unit]
    histories, cell = cells_of(customers.x, customers.t_x, customers.T)
    predicted = expected_purchases(model, histories, ahead)[cell]
    pace = np.zeros_like(customers.x)
    np.divide(customers.x, customers.T, out=pace, where=customers.T > 0)
    naive: Floats = pace * ahead
    return Holdout(
        n_customers=len(actual),
        actual_total=float(actual.sum()),
        predicted_total=float(predicted.sum()),
        correlation=_correlation(predicted, actual),
        mae=float(np.abs(predicted - actual).mean()),
        naive_correlation=_correlation(naive, actual),
        naive_mae=float(np.abs(naive - actual).mean()),
        naive_total=float(naive.sum()),
    )


def spend_of(customers: Customers) -> SpendModel:
    """Fit what a purchase is worth to the customers who came back.

    Raises
    ------
    ModelError
        When too few did.
    """
    return fit_spend(customers.x, customers.mean_value)


def values_of(
    model: PurchaseModel,
    spend: SpendModel,
    customers: Customers,
    *,
    horizon: float,
    discount_per_unit: float = 0.0,
) -> Values:
    """Return each customer's expected purchases and value over a horizon.

    Parameters
    ----------
    model, spend : PurchaseModel, SpendModel
        Fitted to these customers.
    customers : Customers
        Whom it is about.
    horizon : float
        In the unit of the times, > 0.
    discount_per_unit : float
        Interest over one unit as a fraction; 0 takes all money as it comes.
    """
    histories, cell = cells_of(customers.x, customers.t_x, customers.T)
    each = expected_value(spend, customers.x, customers.mean_value)
    weights = np.bincount(cell, weights=each, minlength=len(histories.x))
    purchases = expected_purchases(model, histories, horizon)
    discounted = _discounted(model, histories, horizon, discount_per_unit)
    total = float(np.dot(discounted, weights))
    spread = spread_of(
        model,
        lambda moved: float(
            np.dot(_discounted(moved, histories, horizon, discount_per_unit), weights)
        ),
    )
    return Values(
        p_alive=p_alive(model, histories)[cell],
        purchases=purchases[cell],
        value_of_purchase=each,
        value=discounted[cell] * each,
        total_intervals={level: _around(total, spread, level) for level in LEVELS},
    )


def _around(total: float, spread: float, level: float) -> tuple[float, float]:
    reach = float(stats.norm.ppf((1 + level) / 2)) * spread
    return total * float(np.exp(-reach)), total * float(np.exp(reach))


def _discounted(
    model: PurchaseModel, histories: Histories, horizon: float, discount_per_unit: float
) -> Floats:
    """Return expected purchases, those of later stretches of the horizon counting less."""
    if discount_per_unit == 0:
        return expected_purchases(model, histories, horizon)
    edges = np.linspace(0.0, horizon, 13)
    total, before = np.zeros(len(histories.x)), np.zeros(len(histories.x))
    for start, end in itertools.pairwise(edges.tolist()):
        upto = expected_purchases(model, histories, end)
        total += (upto - before) / (1.0 + discount_per_unit) ** ((start + end) / 2.0)
        before = upto
    return total


def _correlation(a: Floats, b: Floats) -> float:
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])
