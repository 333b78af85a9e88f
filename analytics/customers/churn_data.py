"""Training rows of the churn model: customers at several cut-offs, and who left after each."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from analytics.customers.features import Sample, alive_at, read_features
from analytics.customers.wording import load_features
from analytics.errors import ModelError
from analytics.learning.leaks import Refused, refused_columns
from analytics.learning.scores import Bools, Ints
from analytics.learning.validation import Rows
from analytics.ports import Warehouse

DEFINITION_VERSION: Final = 1
"""Goes up when a feature is made differently under the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnPlan:
    """How the churn model is trained."""

    horizon_days: int = 90
    """Leaving within so many days after the cut-off is what is predicted."""
    step_days: int = 90
    """Between two cut-offs; not less than the horizon, so that outcomes do not overlap."""
    n_cut_offs: int = 6
    """At most; the latest ones whose outcome is known in full."""
    min_history_days: int = 180
    """Days of data that lie before every cut-off."""
    max_rows: int = 55_000
    """Rows to learn from; beyond it customers are sampled, all cut-offs of a customer together."""
    n_folds: int = 5
    n_repeats: int = 2


QUICK_PLAN = ChurnPlan(max_rows=20_000, n_repeats=1)
"""For a first look within seconds: fewer customers, each fold once, wider intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """Stacked rows and where they come from."""

    rows: Rows
    """Groups are customer ids; the table has the features that the leak guard let through."""
    cut_off_of: tuple[date, ...]
    """Cut-off of each row."""
    cut_offs: tuple[date, ...]
    """Oldest first."""
    refused: tuple[Refused, ...]
    sampled_fraction: float
    data_version: str
    as_of: date


def cut_offs_of(warehouse: Warehouse, plan: ChurnPlan) -> tuple[date, ...]:
    """Return the cut-offs, oldest first; the outcome of the last is known on the as-of date.

    Raises
    ------
    ModelError
        When the data are too short for one.
    """
    first = _first_day(warehouse)
    earliest = first + timedelta(days=plan.min_history_days)
    latest = warehouse.as_of() - timedelta(days=plan.horizon_days)
    found = [latest - timedelta(days=plan.step_days * i) for i in range(plan.n_cut_offs)]
    kept = tuple(sorted(cut_off for cut_off in found if cut_off >= earliest))
    if not kept:
        raise ModelError(
            f"The orders run from {first} to {warehouse.as_of()}; learning who leaves needs "
            f"{plan.min_history_days + plan.horizon_days} days.",
            hint="Load older orders with `deskwise data load`.",
        )
    return kept


def read_training(warehouse: Warehouse, plan: ChurnPlan, *, seed: int) -> TrainingData:
    """Read features and outcomes of all cut-offs, stacked, and let the leak guard look at them.

    Parameters
    ----------
    warehouse : Warehouse
        The tables.
    plan : ChurnPlan
        Cut-offs and limits.
    seed : int
        Of the sample of customers, taken when there are more than `plan.max_rows` rows.

    Raises
    ------
    ModelError
        When the data are too short, or nobody or everybody left.
    """
    cut_offs = cut_offs_of(warehouse, plan)
    n_all = sum(_n_alive(warehouse, cut_off) for cut_off in cut_offs)
    fraction = min(1.0, plan.max_rows / max(n_all, 1))
    sample = Sample(seed=seed, fraction=fraction) if fraction < 1.0 else None
    tables = [read_features(warehouse, cut_off, sample)[0] for cut_off in cut_offs]
    left_at = _left_at(warehouse)
    y = np.concatenate(
        [
            _left_within(left_at, table["customer_id"], cut_off, plan.horizon_days)
            for table, cut_off in zip(tables, cut_offs, strict=True)
        ]
    )
    stacked = pd.concat(tables, ignore_index=True)
    if y.all() or not y.any():
        raise ModelError(
            f"{int(y.sum()):,} of {len(y):,} customers left; a model needs both who left and "
            "who stayed.",
            hint="Check `churned_at` with `deskwise data check`.",
        )
    groups = stacked.pop("customer_id").to_numpy(dtype=np.int64)
    undated = {feature.name for feature in load_features() if feature.undated}
    refused = refused_columns(stacked, y, groups, undated=undated)
    table = stacked.drop(columns=[item.column for item in refused])
    return TrainingData(
        rows=Rows(table=table, y=y, groups=groups),
        cut_off_of=tuple(
            cut_off
            for part, cut_off in zip(tables, cut_offs, strict=True)
            for _ in range(len(part))
        ),
        cut_offs=cut_offs,
        refused=refused,
        sampled_fraction=fraction,
        data_version=_fingerprint(table, y, groups),
        as_of=warehouse.as_of(),
    )


def data_definition(plan: ChurnPlan, features: tuple[str, ...]) -> str:
    """Return what scores have to share to be compared, as JSON."""
    return json.dumps(
        {"version": DEFINITION_VERSION, "plan": asdict(plan), "features": list(features)},
        sort_keys=True,
    )


def _first_day(warehouse: Warehouse) -> date:
    orders = warehouse.table("orders")
    frame, _ = warehouse.run(orders.aggregate(at=orders.ordered_at.min()))
    first = frame["at"].iloc[0]
    if pd.isna(first):
        raise ModelError(
            "There are no orders to learn from.", hint="Load data with `deskwise data load`."
        )
    return pd.Timestamp(first).date()


def _n_alive(warehouse: Warehouse, cut_off: date) -> int:
    alive = alive_at(warehouse, cut_off)
    frame, _ = warehouse.run(alive.aggregate(n=alive.count()))
    return int(frame["n"].iloc[0])


def _left_at(warehouse: Warehouse) -> pd.Series:
    customers = warehouse.table("customers")
    left = customers.filter(customers.churned_at.notnull())
    frame, _ = warehouse.run(left.select("customer_id", "churned_at").order_by("customer_id"))
    return frame.set_index("customer_id")["churned_at"]


def _left_within(
    left_at: pd.Series, customers: pd.Series, cut_off: date, horizon_days: int
) -> Bools:
    moments = customers.map(left_at)
    end = pd.Timestamp(cut_off) + pd.Timedelta(days=horizon_days)
    within = (moments >= pd.Timestamp(cut_off)) & (moments < end)
    return within.to_numpy(dtype=np.bool_)


def _fingerprint(table: pd.DataFrame, y: Bools, groups: Ints) -> str:
    digest = hashlib.sha256("\n".join(map(str, table.columns)).encode())
    digest.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    digest.update(y.tobytes())
    digest.update(groups.tobytes())
    return digest.hexdigest()[:16]
