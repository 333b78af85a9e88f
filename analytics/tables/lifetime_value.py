"""Lifetime value of the customers in a table of purchases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from analytics.customers.lifetime_value import (
    DAYS,
    Customers,
    Holdout,
    Unit,
    Values,
    customers_until,
    fit_all,
    hold_out,
    purchase_days,
    spend_of,
    values_of,
)
from analytics.customers.purchase_models import PARAMETERS, ModelName, PurchaseModel
from analytics.customers.spend_model import SpendModel
from analytics.errors import InputError, ModelError
from analytics.tables.reading import UserTable
from analytics.tables.report import Report

_MOST_CELLS_OF_RIVALS: Final = 50_000
"""Rivals are fitted for comparison up to so many customers' histories; the chosen one always."""
_CORRELATED: Final = 0.3
_YEAR_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeOptions:
    """Which columns hold what, and which times are kept apart."""

    customer: str
    date: str
    value: str
    calibration_end: pd.Timestamp | None = None
    """Last day that the models see; the newest day without it."""
    holdout_end: pd.Timestamp | None = None
    """Last day of the time kept back; the newest day without it."""
    unit: Unit = "week"
    model: ModelName = "bg/nbd"
    horizon: float | None = None
    """In units; a year without it."""
    discount: float = 0.1
    """Interest a year as a fraction."""


def analyse_lifetime_value(table: UserTable, options: LifetimeOptions) -> Report:
    """Fit purchases and spend, test them on the time kept back, value every customer.

    Raises
    ------
    InputError
        When a column is missing or wrong, or the dates leave nothing to learn from.
    ModelError
        When the model cannot be fitted.
    """
    days, notes = _days(table, options)
    newest = days["day"].max()
    end = options.calibration_end or newest
    last = options.holdout_end or newest
    _check_dates(days, end, last, options)
    customers = customers_until(days, end, options.unit)
    models, notes = _models(customers, options, notes)
    chosen = models[0]
    held = [
        hold_out(model, customers, days, (end, last), options.unit) if last > end else None
        for model in models
    ]
    spend, notes = _spend(customers, notes)
    horizon = options.horizon or _YEAR_DAYS / DAYS[options.unit]
    values: dict[str, object] = {
        "model": chosen.name,
        "params": chosen.params,
        "log_likelihood": chosen.log_likelihood,
        "n_customers": len(customers.ids),
        "n_repeat_customers": int((customers.x > 0).sum()),
        "unit": options.unit,
        "calibration_end": str(end.date()),
        "holdout": _told(held[0], last),
        "rivals": [
            {
                "model": model.name,
                "params": model.params,
                "log_likelihood": model.log_likelihood,
                "holdout": _told(found, last),
            }
            for model, found in zip(models[1:], held[1:], strict=True)
        ],
    }
    tables = {}
    lines = [_fit_line(chosen, customers), *_holdout_lines(held[0])]
    if spend is not None:
        rate = (1.0 + options.discount) ** (DAYS[options.unit] / _YEAR_DAYS) - 1.0
        expected = values_of(chosen, spend, customers, horizon=horizon, discount_per_unit=rate)
        values |= _value_parts(spend, expected, horizon, options)
        tables["predictions"] = _table(customers, expected)
        lines += _value_lines(expected, horizon, options)
    values["notes"] = [*table.notes, *notes]
    return Report(
        values=values, lines=(*lines, *(f"Note: {note}." for note in notes)), tables=tables
    )


def _days(table: UserTable, options: LifetimeOptions) -> tuple[pd.DataFrame, tuple[str, ...]]:
    ids, at = table.texts(options.customer), table.times(options.date)
    money = table.numbers(options.value)
    is_whole = np.array([each is not None for each in ids]) & ~np.isnat(at) & ~np.isnan(money)
    notes: tuple[str, ...] = ()
    if n_left := int((~is_whole).sum()):
        notes += (f"{n_left:,} rows without a customer, a date or a value were left out",)
    # What was given away was a purchase; money that went back was none.
    is_sale = money >= 0
    if n_back := int((is_whole & ~is_sale).sum()):
        notes += (f"{n_back:,} rows with a value below 0 (returns) were left out",)
    kept = is_whole & is_sale
    if not kept.any():
        raise InputError(
            f"{table.name} has no row with a customer, a date and a value of 0 or more.",
            hint="Check which columns are named.",
        )
    days = purchase_days(
        pd.Series(ids[kept], dtype="string").astype("category"),
        pd.Series(at[kept]),
        pd.Series(money[kept]),
    )
    days["customer"] = days["customer"].astype("object")
    return days, notes


def _check_dates(
    days: pd.DataFrame, end: pd.Timestamp, last: pd.Timestamp, options: LifetimeOptions
) -> None:
    if last < end:
        raise InputError(
            f"The holdout ends on {last.date()}, before the calibration does ({end.date()}).",
            hint="Give a --holdout-end after --calibration-end.",
        )
    first, newest = days["day"].min(), days["day"].max()
    if end < first:
        raise InputError(
            f"Nobody bought until {end.date()}; the first purchase is of {first.date()}.",
            hint="Take a later --calibration-end.",
        )
    if options.holdout_end is not None and options.holdout_end > newest + pd.Timedelta(days=31):
        raise InputError(
            f"The newest purchase is of {newest.date()}; the holdout cannot end on {last.date()}.",
            hint="Give a --holdout-end that the table reaches.",
        )


def _models(
    customers: Customers, options: LifetimeOptions, notes: tuple[str, ...]
) -> tuple[list[PurchaseModel], tuple[str, ...]]:
    """Return the chosen model first, then its rivals."""
    chosen, histories, _ = fit_all(customers, (options.model,))
    rivals = [name for name in PARAMETERS if name != options.model]
    if len(histories.x) > _MOST_CELLS_OF_RIVALS:
        note = f"rivals were not fitted to {len(histories.x):,} different histories"
        return chosen, (*notes, note)
    models = list(chosen)
    for name in rivals:
        try:
            models += fit_all(customers, (name,))[0]
        except ModelError as error:
            notes = (*notes, f"{name} was left out: {error.message.rstrip('.')}")
    return models, notes


def _spend(
    customers: Customers, notes: tuple[str, ...]
) -> tuple[SpendModel | None, tuple[str, ...]]:
    try:
        spend = spend_of(customers)
    except ModelError as error:
        return None, (*notes, f"no values: {error.message.rstrip('.')}")
    if spend.q <= 1.0:
        return None, (*notes, "no values: a few purchases are so large that there is no mean")
    if abs(spend.correlation) > _CORRELATED:
        notes = (
            *notes,
            f"people who buy often also spend otherwise (correlation {spend.correlation:.2f}), "
            "which the value model does not know",
        )
    return spend, notes


def _told(found: Holdout | None, last: pd.Timestamp) -> Mapping[str, object] | None:
    if found is None:
        return None
    return {
        "end": str(last.date()),
        "n_customers": found.n_customers,
        "correlation": found.correlation,
        "total_error": found.total_error,
        "mae": found.mae,
        "actual_total": found.actual_total,
        "predicted_total": found.predicted_total,
        "naive": {
            "correlation": found.naive_correlation,
            "mae": found.naive_mae,
            "predicted_total": found.naive_total,
        },
    }


def _value_parts(
    spend: SpendModel, expected: Values, horizon: float, options: LifetimeOptions
) -> dict[str, Any]:
    return {
        "spend": {"p": spend.p, "q": spend.q, "v": spend.v, "mean_value": spend.mean_value,
                  "correlation": spend.correlation},
        "horizon": horizon,
        "discount": options.discount,
        "total_value": float(expected.value.sum()),
        "total_value_intervals": {
            f"{level:.0%}": list(ends) for level, ends in expected.total_intervals.items()
        },
        "mean_value": float(expected.value.mean()),
        "expected_purchases": float(expected.purchases.sum()),
    }  # fmt: skip


def _table(customers: Customers, expected: Values) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": customers.ids,
            "frequency": customers.x,
            "recency": customers.t_x,
            "age": customers.T,
            "p_alive": expected.p_alive,
            "expected_purchases": expected.purchases,
            "expected_value_per_purchase": expected.value_of_purchase,
            "lifetime_value": expected.value,
        }
    )


def _fit_line(model: PurchaseModel, customers: Customers) -> str:
    params = ", ".join(f"{name} {value:.3f}" for name, value in model.params.items())
    return (
        f"{model.name.upper()} on {len(customers.ids):,} customers, "
        f"{int((customers.x > 0).sum()):,} of whom came back: {params}; "
        f"log-likelihood {model.log_likelihood:,.1f}."
    )


def _holdout_lines(found: Holdout | None) -> list[str]:
    if found is None:
        return ["Nothing was kept back, so nothing is known of how well it foretells."]
    return [
        f"In the time kept back it foretold {found.predicted_total:,.0f} purchases, "
        f"{found.actual_total:,.0f} came ({found.total_error:+.1%}); correlation over customers "
        f"{found.correlation:.2f}.",
        f"  That everybody goes on as before would have foretold {found.naive_total:,.0f} "
        f"(correlation {found.naive_correlation:.2f}).",
    ]


def _value_lines(expected: Values, horizon: float, options: LifetimeOptions) -> list[str]:
    low, high = expected.total_intervals[0.95]
    return [
        f"Expected value in the next {horizon:.0f} {options.unit}s: "
        f"{float(expected.value.sum()):,.0f} in all (95 % interval {low:,.0f} to {high:,.0f} from "
        f"the fit alone), {float(expected.value.mean()):,.2f} for each customer."
    ]
