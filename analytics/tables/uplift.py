"""Whom to treat, from a table with who was treated and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from analytics.customers.uplift import bootstrap, out_of_fold_uplift, policy_scores, qini
from analytics.errors import InputError
from analytics.learning.scores import Bools, Floats
from analytics.tables.reading import UserTable
from analytics.tables.report import Report

MIN_ROWS: Final = 200
_MIN_GROUP: Final = 60
_N_FOLDS: Final = 3
_N_DRAWS: Final = 200
_OBSERVATIONAL_AUC: Final = 0.6
_YES: Final = ("1", "1.0", "true", "yes", "y", "treated", "treatment", "t", "sent")
_NO: Final = ("0", "0.0", "false", "no", "n", "control", "untreated", "c", "holdout")


@dataclass(frozen=True, slots=True, kw_only=True)
class UpliftOptions:
    """Which columns hold what."""

    treatment: str
    outcome: str
    features: tuple[str, ...] = ()
    """All other columns without it."""
    seed: int = 7


def analyse_uplift(table: UserTable, options: UpliftOptions) -> Report:
    """Rank people by what the action changes, and say whether the ranking holds.

    Raises
    ------
    InputError
        When a column is missing, or there are not both a treated and an untreated group.
    """
    frame, treated, outcome, notes = _read(table, options)
    with threadpool_limits(1):
        found, propensity = out_of_fold_uplift(
            frame, treated, outcome, n_folds=_N_FOLDS, seed=options.seed
        )
    auc = float(roc_auc_score(treated, propensity))
    told: dict[str, Any] = {}
    for name, uplift in found.items():
        interval = bootstrap(uplift, treated, outcome, n_draws=_N_DRAWS, seed=options.seed)
        told[name] = _score(qini(uplift, treated, outcome), interval, len(outcome))
    # Before the data no learner is better; the doubly robust one errs least where groups differ.
    uplift = found["DR"]
    if auc <= _OBSERVATIONAL_AUC:
        propensity = np.full(len(outcome), float(treated.mean()))
    else:
        notes += (
            f"{options.treatment} can be told from the other columns (ROC-AUC {auc:.2f}): people "
            "were not treated at random, and the figures hold only if nothing else decided",
        )
    policy = _policy(uplift, treated, outcome, propensity)
    values: dict[str, object] = {
        "n": len(outcome),
        "n_treated": int(treated.sum()),
        "average_effect": _difference(treated, outcome),
        "method": "DR-learner",
        "qini": told["DR"],
        "qini_by_learner": told,
        "signal": told["DR"]["ci95"][0] > 0,
        "deciles": _deciles(uplift, treated, outcome),
        "policy": policy,
        "treatment_auc": auc,
        "observational": auc > _OBSERVATIONAL_AUC,
        "features": [str(name) for name in frame.columns],
        "notes": list(notes),
    }
    return Report(
        values=values,
        lines=_lines(values, told["DR"], policy, notes),
        tables={"predictions": pd.DataFrame({"row": np.arange(len(uplift)) + 1, "uplift": uplift})},
    )


def _read(
    table: UserTable, options: UpliftOptions
) -> tuple[pd.DataFrame, Bools, Floats, tuple[str, ...]]:
    table.require(*options.features)
    own = (options.treatment, options.outcome)
    if set(own) & set(options.features):
        raise InputError(
            "The treatment or the outcome is among the features.",
            hint="Name only columns known before the treatment with --features.",
        )
    names = options.features or tuple(name for name in table.columns if name not in own)
    words = table.texts(options.treatment)
    outcome = _outcome(table, options.outcome)
    known = np.array([word is not None for word in words]) & ~np.isnan(outcome)
    treated = np.array([_is_treated(word, options) for word in words[known]], dtype=bool)
    n_least = min(int(treated.sum()), int((~treated).sum()))
    if n_least < _MIN_GROUP:
        raise InputError(
            f"{int(treated.sum()):,} rows were treated and {int((~treated).sum()):,} were not; "
            f"{_MIN_GROUP} of each are needed.",
            hint="Without a control group nobody can tell what the action changed.",
        )
    frame = table.features(names).loc[known].reset_index(drop=True)
    notes = list(table.notes)
    if not known.all():
        notes.append(f"{int((~known).sum()):,} rows without treatment or outcome were left out")
    for name in names:
        if pd.api.types.is_numeric_dtype(frame[name]):
            continue
        if frame[name].nunique() > len(frame) / 2:
            notes.append(f"{name} names rows and was left out")
            frame = frame.drop(columns=name)
        else:
            frame[name] = frame[name].astype("string").fillna("").astype(object)
    if frame.shape[1] == 0:
        raise InputError("No column is left to tell people apart.", hint="Name some: --features.")
    return frame, treated, outcome[known], tuple(notes)


def _is_treated(word: str, options: UpliftOptions) -> bool:
    text = word.strip().casefold()
    if text in _YES or text in _NO:
        return text in _YES
    raise InputError(
        f"Column {options.treatment!r} holds {word!r}: is that treated or not?",
        hint="Write 1 for treated and 0 for untreated (or yes and no, treatment and control).",
    )


def _outcome(table: UserTable, column: str) -> Floats:
    if table.is_numeric(column):
        return table.numbers(column)
    words = [None if word is None else word.strip().casefold() for word in table.texts(column)]
    if {word for word in words if word is not None} <= {"yes", "no", "true", "false"}:
        return np.array(
            [np.nan if word is None else float(word in ("yes", "true")) for word in words]
        )
    return table.numbers(column)


def _score(mean: float, ci95: tuple[float, float], n: int) -> dict[str, Any]:
    return {"mean": mean, "ci95": list(ci95), "n": n}


def _difference(treated: Bools, outcome: Floats) -> dict[str, Any]:
    """Return the treated's mean outcome less the untreated's, with its 95 % interval."""
    a, b = outcome[treated], outcome[~treated]
    if min(len(a), len(b)) < 2:
        return {"mean": None, "ci95": None, "n": len(outcome)}
    mean = float(a.mean() - b.mean())
    reach = 1.96 * float(np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)))
    return _score(mean, (mean - reach, mean + reach), len(outcome))


def _deciles(uplift: Floats, treated: Bools, outcome: Floats) -> list[dict[str, Any]]:
    order = np.argsort(-uplift, kind="stable")
    return [
        {
            "decile": number,
            "n": len(rows),
            "predicted": float(uplift[rows].mean()),
            "uplift": _difference(treated[rows], outcome[rows]),
        }
        for number, rows in enumerate(np.array_split(order, 10), 1)
    ]


def _policy(uplift: Floats, treated: Bools, outcome: Floats, propensity: Floats) -> dict[str, Any]:
    """Compare treating those with an uplift above 0 with treating everybody, and nobody."""
    chosen = uplift > 0
    everybody = np.ones(len(uplift), dtype=bool)
    found = {
        "policy": policy_scores(chosen, treated, outcome, propensity),
        "treat_all": policy_scores(everybody, treated, outcome, propensity),
        "treat_none": policy_scores(~everybody, treated, outcome, propensity),
    }
    found["lead_over_treat_all"] = found["policy"] - found["treat_all"]
    told: dict[str, Any] = {"treated_share": float(chosen.mean())}
    for name, scores in found.items():
        mean = float(scores.mean())
        reach = 1.96 * float(scores.std(ddof=1)) / len(scores) ** 0.5
        told[name] = _score(mean, (mean - reach, mean + reach), len(scores))
    return told


def _lines(
    values: dict[str, Any], best: dict[str, Any], policy: dict[str, Any], notes: tuple[str, ...]
) -> tuple[str, ...]:
    effect = values["average_effect"]
    lines = [
        f"Treated people differ by {effect['mean']:+.4g} on average (95 % interval "
        f"{effect['ci95'][0]:+.4g} to {effect['ci95'][1]:+.4g}, n = {values['n']:,})."
    ]
    told = f"Qini {best['mean']:.4g} (95 % interval {best['ci95'][0]:.4g} to {best['ci95'][1]:.4g})"
    if values["signal"]:
        lines.append(f"{told}: who gains more can be told beforehand.")
    else:
        lines.append(f"{told}: no signal of who gains more than others.")
    lead = policy["lead_over_treat_all"]
    lines.append(
        f"Treating the {policy['treated_share']:.0%} with a gain predicted gives "
        f"{policy['policy']['mean']:.4g} each, treating all {policy['treat_all']['mean']:.4g} "
        f"(difference {lead['mean']:+.4g}, {lead['ci95'][0]:+.4g} to {lead['ci95'][1]:+.4g})."
    )
    return (*lines, *(f"Note: {note}." for note in notes))
