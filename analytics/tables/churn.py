"""Who leaves, from a table with one row for each customer and what became of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analytics.customers.churn_table import Driver, Evaluation, evaluate, fairness_of
from analytics.errors import InputError
from analytics.learning.leaks import Refused, refused_columns
from analytics.learning.scores import Bools, Ints
from analytics.learning.validation import Rows, grouped_splits
from analytics.tables.reading import Texts, UserTable
from analytics.tables.report import Report

MIN_ROWS: Final = 60
_MIN_EACH: Final = 20
_POSITIVE: Final = ("yes", "true", "1", "churned", "churn", "left", "lost", "y")
_ID_LIKE: Final = re.compile(r"(^|_)(id|uuid|guid|key|number|no|code|account|phone|email)$")
_ALL_DIFFERENT: Final = 0.5
_N_TOLD: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnOptions:
    """Which columns hold what, and how to test."""

    target: str
    positive: str | None = None
    """The value that means leaving; without it, the one that is called so."""
    id: str | None = None
    sensitive: tuple[str, ...] = ()
    n_repeats: int = 5
    n_folds: int = 5
    seed: int = 7


def analyse_churn(table: UserTable, options: ChurnOptions) -> Report:
    """Predict who leaves, and say how well, why, and how fairly.

    Raises
    ------
    InputError
        When a column is missing, the target has no two outcomes with twenty rows each, or no
        column is left to learn from.
    """
    table.require(*options.sensitive, *([options.id] if options.id else []))
    target = table.texts(options.target)
    kept = np.flatnonzero(np.array([value is not None for value in target]))
    positive = _positive(target[kept], options)
    y = np.array([str(value) == positive for value in target[kept]])
    _check(y, options, positive)
    ids = table.texts(options.id)[kept] if options.id else kept + 1
    groups = np.unique(ids.astype(str), return_inverse=True)[1].astype(np.int64)
    names = [name for name in table.columns if name not in (options.target, options.id)]
    frame = table.features(names).iloc[kept].reset_index(drop=True)
    refused = _refused(frame, y, groups)
    frame = _without(frame, refused)
    rows = Rows(table=frame, y=y, groups=groups)
    splits = grouped_splits(
        y, groups, n_folds=options.n_folds, n_repeats=options.n_repeats, seed=options.seed
    )
    with threadpool_limits(1):
        found = evaluate(rows, splits, seed=options.seed)
    fairness = {
        name: fairness_of(_words(table.texts(name)[kept]), y, found.out_of_fold)
        for name in options.sensitive
    }
    notes = list(table.notes)
    if len(kept) < len(target):
        notes.append(f"{len(target) - len(kept):,} rows without {options.target} were left out")
    predictions = pd.DataFrame(
        {options.id or "row": ids, "outcome": y.astype(int), "probability": found.out_of_fold}
    )
    return Report(
        values={
            "n": len(y),
            "positive": positive,
            "positive_rate": float(y.mean()),
            **found.scores.as_json(),
            "dummy": found.dummy.as_json(),
            "model": Counter(found.chosen).most_common(1)[0][0],
            "models_chosen": dict(sorted(Counter(found.chosen).items())),
            "cv": f"{options.n_repeats}x{options.n_folds}",
            "signal": _has_signal(found),
            "drivers": [_driver_json(driver) for driver in found.drivers],
            "leakage": [{"column": each.column, "reason": each.reason} for each in refused],
            "fairness": fairness,
            "features": [str(name) for name in frame.columns],
            "notes": notes,
        },
        lines=_lines(found, refused, fairness, tuple(notes)),
        tables={"predictions": predictions},
    )


def _positive(target: Texts, options: ChurnOptions) -> str:
    values = sorted({str(value) for value in target})
    if options.positive is not None:
        if options.positive not in values:
            raise InputError(
                f"No row of {options.target!r} is {options.positive!r}.",
                hint=f"Its values are: {', '.join(values[:10])}.",
            )
        return options.positive
    named = [value for value in values if value.strip().casefold() in _POSITIVE]
    if len(values) == 2 and len(named) == 1:
        return named[0]
    raise InputError(
        f"Which value of {options.target!r} means leaving?",
        hint=f"Name it with --positive; its values are: {', '.join(values[:10])}.",
    )


def _check(y: Bools, options: ChurnOptions, positive: str) -> None:
    n_least = min(int(y.sum()), int((~y).sum()))
    if n_least < _MIN_EACH:
        raise InputError(
            f"{int(y.sum()):,} rows have {options.target} {positive!r} and {int((~y).sum()):,} "
            f"have not; {_MIN_EACH} of each are needed.",
            hint="Add rows, or name another target.",
        )


def _refused(frame: pd.DataFrame, y: Bools, groups: Ints) -> tuple[Refused, ...]:
    """Find leaks, and columns that name a row rather than describe it."""
    leaks = {each.column: each for each in refused_columns(frame, y, groups)}
    for column in map(str, frame.columns):
        values = frame[column]
        n_different = int(values.nunique())
        is_word = not pd.api.types.is_numeric_dtype(values)
        words = re.sub(r"(?<=[a-z])(?=[A-Z])|[\s.\-]+", "_", column).lower()
        all_differ = n_different > _ALL_DIFFERENT * len(values)
        if all_differ and (is_word or _ID_LIKE.search(words)):
            reason = f"it names rows ({n_different:,} different values), it does not describe them"
            leaks.setdefault(column, Refused(column=column, reason=reason))
    return tuple(leaks[name] for name in map(str, frame.columns) if name in leaks)


def _without(frame: pd.DataFrame, refused: tuple[Refused, ...]) -> pd.DataFrame:
    kept = frame.drop(columns=[each.column for each in refused])
    varied = [name for name in kept.columns if kept[name].nunique(dropna=False) > 1]
    if not varied:
        raise InputError(
            "No column is left to learn from.",
            hint="Refused: " + "; ".join(f"{each.column}: {each.reason}" for each in refused),
        )
    words = {
        name: kept[name].astype("string").fillna("").to_numpy(dtype=object)
        for name in varied
        if not pd.api.types.is_numeric_dtype(kept[name])
    }
    found = kept[varied].assign(**words)
    return found.astype(dict.fromkeys(words, object))


def _words(values: Texts) -> list[str]:
    return ["empty" if value is None else str(value) for value in values]


def _has_signal(found: Evaluation) -> bool:
    return found.scores.roc_auc.ci95[0] > found.dummy.roc_auc.mean


def _driver_json(driver: Driver) -> dict[str, Any]:
    return {
        "column": driver.column,
        "importance": driver.importance.as_json(),
        "low": driver.low,
        "high": driver.high,
        "odds_ratio": driver.odds_ratio,
        "direction": _direction(driver),
    }


def _direction(driver: Driver) -> str:
    if isinstance(driver.low, str):
        return (
            f"{driver.column} {driver.high!s} raises the risk: {driver.odds_ratio:.2g} times the "
            f"odds of {driver.low}"
        )
    more = "raises" if driver.odds_ratio >= 1 else "lowers"
    return (
        f"more {driver.column} {more} the risk: at {driver.high:.4g} {driver.odds_ratio:.2g} times "
        f"the odds of {driver.low:.4g}"
    )


def _lines(
    found: Evaluation,
    refused: tuple[Refused, ...],
    fairness: dict[str, Any],
    notes: tuple[str, ...],
) -> tuple[str, ...]:
    lines = []
    if not _has_signal(found):
        lines.append("No signal: the columns tell no more than guessing who leaves.")
    for name, score, rival in (
        ("ROC-AUC", found.scores.roc_auc, found.dummy.roc_auc),
        ("PR-AUC", found.scores.pr_auc, found.dummy.pr_auc),
        ("Brier", found.scores.brier, found.dummy.brier),
        ("calibration error", found.scores.ece, found.dummy.ece),
    ):
        low, high = score.ci95
        lines.append(
            f"{name} {score.mean:.3f} (95 % interval {low:.3f} to {high:.3f}, n = {score.n:,}); "
            f"guessing {rival.mean:.3f}."
        )
    lines += [
        f"{_direction(driver)} (ROC-AUC {driver.importance.mean:.3f})."
        for driver in found.drivers[:_N_TOLD]
        if driver.importance.ci95[0] > 0
    ]
    lines += [f"Refused {each.column}: {each.reason}." for each in refused]
    for name, audit in fairness.items():
        if audit["four_fifths"] is False:
            lines.append(
                f"{name}: the least selected group is selected {audit['selection_ratio']:.2f} "
                "times as often as the most selected, under four fifths."
            )
    return (*lines, *(f"Note: {note}." for note in notes))
