"""Churn risk: who may leave within the next 90 days, how sure that is, and why.

Customers are looked at on several past cut-offs with what was known then; the outcome is whether
`churned_at` lies within the horizon after it. See features.py for what cannot be dated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analytics.customers.churn_data import (
    ChurnPlan,
    TrainingData,
    data_definition,
    read_training,
)
from analytics.customers.churn_drivers import (
    Driver,
    driver_as_json,
    driver_from_json,
    measure_drivers,
)
from analytics.customers.churn_rivals import churn_rivals
from analytics.customers.features import read_features
from analytics.customers.revenue import last_year_revenue
from analytics.customers.wording import Feature, load_features
from analytics.errors import ModelError
from analytics.learning.leaks import Refused
from analytics.learning.manifest import Description, Manifest
from analytics.learning.registry import (
    Promotion,
    load_model,
    promote_if_not_worse,
    store_model,
)
from analytics.learning.scores import Scores
from analytics.learning.validation import (
    CalibratedModel,
    Comparison,
    Split,
    compare_rivals,
    fit_calibrated,
    grouped_splits,
    score_splits,
)
from analytics.ports import Warehouse

NAME: Final = "churn"
N_REASONS: Final = 3
_MIN_PUSH: Final = 0.1
"""Log-odds that a feature has to add before it is given as a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainReport:
    """What a training did."""

    version: str
    promotion: Promotion
    comparison: Comparison
    forward: Scores | None
    """Scores on the latest cut-off of models that saw only earlier ones, and other customers;
    None with a single cut-off."""
    refused: tuple[Refused, ...]
    cut_offs: tuple[date, ...]
    n_rows: int
    n_customers: int
    n_left: int
    """Rows whose customer left within the horizon."""
    sampled_fraction: float
    """Share of the customers that was used; 1 is all."""
    drivers: tuple[Driver, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnModel:
    """A verified churn model with its manifest."""

    calibrated: CalibratedModel
    manifest: Manifest

    @property
    def horizon_days(self) -> int:
        """Days after the as-of date that a probability speaks of."""
        return int(self.manifest.details["horizon_days"])

    @property
    def trained_until(self) -> date:
        """The as-of date of the data that it learnt from."""
        return date.fromisoformat(self.manifest.details["as_of"])


def train_churn(
    warehouse: Warehouse,
    registry_dir: Path,
    *,
    seed: int,
    now: datetime,
    plan: ChurnPlan | None = None,
) -> TrainReport:
    """Train, score, store and, if it is not worse than the one in use, promote a churn model.

    Parameters
    ----------
    warehouse : Warehouse
        The tables; its as-of date bounds what is learnt from.
    registry_dir : Path
        Folder of models.
    seed : int
        Of samples, splits and trees; the same seed on the same data gives the same scores.
    now : datetime
        Aware; becomes the version's name.
    plan : ChurnPlan, optional
        Cut-offs, folds and limits.

    Raises
    ------
    ModelError
        When the data are too short, too few customers left, or the model cannot be stored.
    """
    plan = plan or ChurnPlan()
    # The fits are many and small: a team of threads would mostly wait for itself.
    with threadpool_limits(limits=1):
        return _train(warehouse, registry_dir, seed=seed, now=now, plan=plan)


def _train(
    warehouse: Warehouse, registry_dir: Path, *, seed: int, now: datetime, plan: ChurnPlan
) -> TrainReport:
    data = read_training(warehouse, plan, seed=seed)
    rows = data.rows
    rivals = churn_rivals(list(rows.table.columns), seed=seed)
    splits = grouped_splits(
        rows.y, rows.groups, n_folds=plan.n_folds, n_repeats=plan.n_repeats, seed=seed
    )
    comparison = compare_rivals(rivals, rows, splits, seed=seed)
    chosen = comparison.chosen
    build = rivals[chosen.rival]
    later = _forward_splits(data, plan, seed=seed)
    forward = score_splits(build, chosen.calibration, rows, later, seed=seed) if later else None
    model = fit_calibrated(build, rows, (chosen.calibration,), seed=seed)[chosen.calibration]
    drivers = measure_drivers(
        model, build, rows, [split for split in splits if split.repeat == 0], seed=seed
    )
    description = _description(data, plan, comparison, seed=seed, now=now)
    details = {**description.details, **_learnt(data, drivers, forward)}
    manifest = store_model(
        registry_dir,
        NAME,
        {"estimator": model.estimator, "calibrator": model.calibrator},
        replace(description, details=details),
    )
    return TrainReport(
        version=manifest.version,
        promotion=promote_if_not_worse(registry_dir, NAME, manifest.version),
        comparison=comparison,
        forward=forward,
        refused=data.refused,
        cut_offs=data.cut_offs,
        n_rows=len(rows.y),
        n_customers=len(np.unique(rows.groups)),
        n_left=int(rows.y.sum()),
        sampled_fraction=data.sampled_fraction,
        drivers=drivers,
    )


def load_churn(registry_dir: Path, version: str | None = None) -> ChurnModel:
    """Read the churn model in use, or a given version.

    Raises
    ------
    ModelError
        When none is trained, a file was changed, or it was made for other features.
    """
    loaded = load_model(registry_dir, NAME, version)
    known = {feature.name for feature in load_features()}
    strange = [name for name in loaded.manifest.features if name not in known]
    if strange:
        raise ModelError(
            f"The churn model {loaded.manifest.version} looks at {', '.join(strange)}, which this "
            "program does not make.",
            hint=f"Train it with `deskwise train {NAME}`.",
        )
    return ChurnModel(
        calibrated=CalibratedModel(
            estimator=loaded.model["estimator"], calibrator=loaded.model["calibrator"]
        ),
        manifest=loaded.manifest,
    )


def score_churn(
    warehouse: Warehouse, model: ChurnModel, as_of: date, *, n_explained: int | None = None
) -> tuple[pd.DataFrame, str]:
    """Give every customer alive on the as-of date a probability of leaving, with reasons.

    Parameters
    ----------
    warehouse : Warehouse
        The tables.
    model : ChurnModel
        From `load_churn`.
    as_of : date
        Rows dated on or after it are not seen.
    n_explained : int, optional
        Give reasons only for so many of the riskiest; without it, for all.

    Returns
    -------
    tuple[DataFrame, str]
        Columns `customer_id`, `probability` (0 to 1), `revenue_12m` (12 months before the as-of
        date, completed orders), `revenue_at_risk` (their product) and `reasons` (tuples of words,
        strongest first, at most `N_REASONS`); riskiest first, ties by customer_id. And the SQL of
        the features. Nobody alive gives no rows.
    """
    table, sql = read_features(warehouse, as_of)
    features = table[list(model.manifest.features)]
    result = table[["customer_id"]].copy()
    result["probability"] = model.calibrated.probabilities(features)
    # Isotonic probabilities come in steps; the log-odds order the customers within a step.
    result["log_odds"] = model.calibrated.log_odds(features) if len(table) else 0.0
    revenue = last_year_revenue(warehouse, as_of)
    result["revenue_12m"] = result["customer_id"].map(revenue).fillna(0.0)
    result["revenue_at_risk"] = result["revenue_12m"] * result["probability"]
    result = result.sort_values(
        ["probability", "log_odds", "customer_id"], ascending=[False, False, True], kind="stable"
    )
    explained = result.index[:n_explained]
    reasons = _reasons(model, features.loc[explained])
    nothing: tuple[str, ...] = ()
    result["reasons"] = reasons + [nothing] * (len(result) - len(reasons))
    return result.drop(columns="log_odds").reset_index(drop=True), sql


def drivers(model: ChurnModel) -> tuple[Driver, ...]:
    """Return what drives leaving over all customers, most important first."""
    return tuple(driver_from_json(found) for found in model.manifest.details["drivers"])


def _reasons(model: ChurnModel, features: pd.DataFrame) -> list[tuple[str, ...]]:
    """Say for each customer which values push the risk up, against typical values.

    A feature's push is the change of the log-odds when it alone is set to its typical value: for
    a linear model its very contribution. Features whose importance may be chance give no reason.
    """
    if len(features) == 0:
        return []
    certain = {driver.name for driver in drivers(model) if driver.is_certain}
    named = [f for f in load_features() if f.name in certain and f.name in features.columns]
    typical: Mapping[str, Any] = model.manifest.details["typical"]
    now = model.calibrated.log_odds(features)
    pushes = np.column_stack(
        [np.full(len(features), -np.inf)]
        + [now - model.calibrated.log_odds(_set_to(features, f, typical)) for f in named]
    )[:, 1:]
    found = []
    for push, (_, row) in zip(pushes, features.iterrows(), strict=True):
        order = sorted(range(len(named)), key=lambda i: (-push[i], i))
        said = [named[i].reason_for(row[named[i].name]) for i in order if push[i] >= _MIN_PUSH]
        found.append(tuple(words for words in said if words is not None)[:N_REASONS])
    return found


def _set_to(features: pd.DataFrame, feature: Feature, typical: Mapping[str, Any]) -> pd.DataFrame:
    value = typical[feature.name]
    return features.assign(**{feature.name: np.nan if value is None else value})


def _forward_splits(data: TrainingData, plan: ChurnPlan, *, seed: int) -> list[Split]:
    """Train on earlier cut-offs and other customers; test on the latest cut-off."""
    latest = np.array([cut_off == data.cut_offs[-1] for cut_off in data.cut_off_of])
    splits = grouped_splits(
        data.rows.y, data.rows.groups, n_folds=plan.n_folds, n_repeats=1, seed=seed
    )
    found = [
        Split(
            repeat=0,
            train=split.train[~latest[split.train]],
            test=split.test[latest[split.test]],
        )
        for split in splits
    ]
    both = all(len(np.unique(data.rows.y[split.test])) == 2 for split in found)
    return found if len(data.cut_offs) > 1 and both else []


def _description(
    data: TrainingData, plan: ChurnPlan, comparison: Comparison, *, seed: int, now: datetime
) -> Description:
    features = tuple(map(str, data.rows.table.columns))
    return Description(
        created_at=now,
        seed=seed,
        data_version=data.data_version,
        data_definition=data_definition(plan, features),
        features=features,
        scores=comparison.chosen.scores.as_json(),
        beats_dummy=not comparison.no_better_than_guessing,
        details={
            "rival": comparison.chosen.rival,
            "calibration": comparison.chosen.calibration,
            "rivals": [
                {"rival": c.rival, "calibration": c.calibration, "scores": c.scores.as_json()}
                for c in comparison.candidates
            ],
            "dummy": comparison.dummy.as_json(),
            "n_folds": plan.n_folds,
            "n_repeats": plan.n_repeats,
            "horizon_days": plan.horizon_days,
        },
    )


def _learnt(
    data: TrainingData, found: tuple[Driver, ...], forward: Scores | None
) -> dict[str, Any]:
    return {
        "as_of": data.as_of.isoformat(),
        "cut_offs": [cut_off.isoformat() for cut_off in data.cut_offs],
        "n_rows": len(data.rows.y),
        "n_customers": len(np.unique(data.rows.groups)),
        "n_left": int(data.rows.y.sum()),
        "sampled_fraction": data.sampled_fraction,
        "refused": [{"column": r.column, "reason": r.reason} for r in data.refused],
        "forward": forward.as_json() if forward else None,
        "drivers": [driver_as_json(driver) for driver in found],
        "typical": {str(name): _typical(data.rows.table[name]) for name in data.rows.table},
    }


def _typical(values: pd.Series) -> str | float | None:
    """Return the median or the most common word; None where most values are missing."""
    if values.isna().mean() > 0.5:
        return None
    if pd.api.types.is_numeric_dtype(values):
        return float(values.median())
    counts = values.value_counts()
    return str(min(counts[counts == counts.max()].index))
