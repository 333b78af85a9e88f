"""Causes of incidents in a table of symptoms."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from analytics.errors import InputError
from analytics.learning.classes import (
    Labelled,
    Unseen,
    choose,
    class_scores,
    majority,
    out_of_fold,
    stratified_folds,
)
from analytics.learning.scores import Score
from analytics.operations.incident_causes import Ceiling, ceiling, is_late, rivals, symptoms
from analytics.tables.reading import UserTable
from analytics.tables.report import Report

MIN_ROWS: Final = 20
MIN_EXAMPLES: Final = 5
_MOST_ROWS: Final = 20_000
_N_FOLDS: Final = 5
_INNER: Final = 2
_MOST_CAUSES: Final = 100
_UNIQUE_TEXT: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseOptions:
    """Which column is the cause, and which are the symptoms."""

    target: str
    features: tuple[str, ...] = ()
    """All other columns that are not late and no names of rows, when empty."""
    seed: int = 0


def analyse_root_cause(table: UserTable, options: CauseOptions) -> Report:
    """Learn causes from symptoms by rivals, score them out of fold, tell symptoms for and against.

    Raises
    ------
    InputError
        When a column is missing, nothing is left to learn from, or fewer than two causes have
        five incidents.
    """
    chosen, refused = _features(table, options)
    rows, kept, notes = _rows(table, chosen, options)
    folds = stratified_folds(rows.y, n_folds=_N_FOLDS, seed=options.seed)
    builders = rivals(rows.table, n_inner=_INNER, seed=options.seed)
    # Threads cost more than they save on tables of this size, and a network that stops early is
    # scored as it is.
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        unseen = [out_of_fold(name, build, rows, folds) for name, build in builders.items()]
    best, dummy = choose(rows, unseen), majority(rows, folds)
    scores = {each.name: class_scores(rows, each) for each in (*unseen, dummy)}
    limit = ceiling(rows)
    has_signal = scores[best.name]["accuracy"].ci95[0] > scores["majority"]["accuracy"].mean
    causes = _causes(rows, best)
    values: dict[str, object] = {
        "n": len(rows.y),
        "target": options.target,
        "features": list(chosen),
        "leakage": refused,
        "model": best.name,
        **_json(scores[best.name]),
        "calibration": {"ece": scores[best.name]["ece"].as_json()},
        "baseline": {"name": "majority", **_json(scores["majority"])},
        "rivals": [{"name": each.name, **_json(scores[each.name])} for each in unseen],
        "has_signal": has_signal,
        "ceiling": {
            "accuracy": limit.accuracy,
            "n_repeated": limit.n_repeated,
            "n_disagreeing": limit.n_disagreeing,
        },
        "causes": causes,
        "notes": [*table.notes, *notes],
    }
    lines = _lines(best, scores, limit, has_signal=has_signal)
    lines += [_cause_line(each) for each in causes] if has_signal else []
    lines += [f"{each['column']} was not used: {each['reason']}." for each in refused]
    lines += [f"Note: {note}." for note in (*table.notes, *notes)]
    return Report(
        values=values,
        lines=tuple(lines),
        tables={"predictions": _predictions(table, rows, best, kept)},
    )


def _features(
    table: UserTable, options: CauseOptions
) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Return the columns to learn from, and those that are refused."""
    table.require(options.target, *options.features)
    if options.target in options.features:
        raise InputError(
            f"{options.target!r} is the target and cannot be a feature.",
            hint="Leave it out of --features.",
        )
    named = options.features or tuple(each for each in table.columns if each != options.target)
    truth = table.texts(options.target)
    kept, refused = [], []
    for column in named:
        texts = table.texts(column)
        n_values = len({each for each in texts if each is not None})
        reason = ""
        if is_late(column):
            reason = "its name says that it is filled in when the cause is known"
        elif (texts == truth).all():
            reason = "it is the target under another name"
        elif (
            not options.features
            and not table.is_numeric(column)
            and n_values > _UNIQUE_TEXT * table.n_rows
        ):
            reason = "nearly every row has a value of its own"
        elif n_values == 0:
            reason = "it is empty"
        if reason:
            refused.append({"column": column, "reason": reason})
        else:
            kept.append(column)
    if not kept:
        why = "; ".join(f"{each['column']}: {each['reason']}" for each in refused)
        raise InputError(f"No column is left to learn from ({why}).", hint="Name other --features.")
    return tuple(kept), refused


def _rows(
    table: UserTable, features: tuple[str, ...], options: CauseOptions
) -> tuple[Labelled, np.ndarray, tuple[str, ...]]:
    """Return the rows whose cause is known and not too rare, and their places in the table."""
    truth = pd.Series(table.texts(options.target), dtype=object)
    notes: tuple[str, ...] = ()
    if n_empty := int(truth.isna().sum()):
        notes += (f"{n_empty:,} rows without a cause were left out",)
    counts = truth.value_counts()
    rare = sorted(str(each) for each in counts.index[counts < MIN_EXAMPLES])
    if rare:
        n_rare = int(counts[rare].sum())
        notes += (
            f"{len(rare)} causes with fewer than {MIN_EXAMPLES} incidents were left out "
            f"({n_rare:,} rows): {', '.join(rare[:5])}",
        )
    classes = tuple(sorted(str(each) for each in counts.index[counts >= MIN_EXAMPLES]))
    if not 2 <= len(classes) <= _MOST_CAUSES:
        raise InputError(
            f"Column {options.target!r} has {len(classes)} causes with {MIN_EXAMPLES} incidents or "
            f"more; two to {_MOST_CAUSES} are needed.",
            hint="Name the column that holds the cause as words.",
        )
    kept = np.flatnonzero(truth.isin(classes))
    if len(kept) > _MOST_ROWS:
        random = np.random.default_rng(options.seed)
        notes += (f"{_MOST_ROWS:,} of {len(kept):,} rows were drawn",)
        kept = np.sort(random.choice(kept, _MOST_ROWS, replace=False))
    frame = table.features(features).iloc[kept].reset_index(drop=True)
    y = np.searchsorted(np.array(classes, dtype=object), truth.to_numpy()[kept])
    return Labelled(table=frame, y=y.astype(np.int64), classes=classes), kept, notes


def _json(scores: Mapping[str, Score]) -> dict[str, object]:
    return {name: score.as_json() for name, score in scores.items()}


def _causes(rows: Labelled, best: Unseen) -> list[dict[str, Any]]:
    said = best.p.argmax(axis=1)
    found = []
    for number, name in enumerate(rows.classes):
        signs = symptoms(rows, number)
        is_it, is_said = rows.y == number, said == number
        found.append(
            {
                "cause": name,
                "n": int(is_it.sum()),
                "recall": float(is_said[is_it].mean()),
                "precision": float(is_it[is_said].mean()) if is_said.any() else None,
                "for": [_sign(each) for each in signs if each.log_odds > 0],
                "against": [_sign(each) for each in signs if each.log_odds < 0],
            }
        )
    return found


def _sign(sign: Any) -> dict[str, object]:
    return {
        "symptom": sign.name,
        "share_with": sign.share_with,
        "share_without": sign.share_without,
        "log_odds": sign.log_odds,
        "p_value": sign.p_value,
    }


def _predictions(table: UserTable, rows: Labelled, best: Unseen, kept: np.ndarray) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "row": [table.raw.rows[int(place)] for place in kept],
            "cause": [rows.classes[i] for i in rows.y],
            "predicted": [rows.classes[i] for i in best.p.argmax(axis=1)],
            "confidence": best.p.max(axis=1).round(6),
        }
    )
    for number, name in enumerate(rows.classes):
        frame[f"p_{name}"] = best.p[:, number].round(6)
    return frame


def _lines(
    best: Unseen, scores: Mapping[str, Mapping[str, Score]], limit: Ceiling, *, has_signal: bool
) -> list[str]:
    found, dummy = scores[best.name], scores["majority"]
    accuracy, f1 = found["accuracy"], found["macro_f1"]
    first = (
        f"The symptoms tell the cause of {accuracy.mean:.1%} of {accuracy.n:,} incidents "
        f"(95 % interval {accuracy.ci95[0]:.1%} to {accuracy.ci95[1]:.1%}); always the commonest "
        f"cause is right for {dummy['accuracy'].mean:.1%}."
    )
    if not has_signal:
        first = (
            f"The symptoms do not tell the cause: {accuracy.mean:.1%} right, and always the "
            f"commonest cause is right for {dummy['accuracy'].mean:.1%}."
        )
    lines = [
        first,
        f"{best.name.capitalize()}: macro-F1 {f1.mean:.3f} ({f1.ci95[0]:.3f} to {f1.ci95[1]:.3f}), "
        f"calibration error {found['ece'].mean:.3f}.",
    ]
    if limit.n_disagreeing:
        lines.append(
            f"No model can do better than {limit.accuracy:.1%}: {limit.n_disagreeing:,} incidents "
            "have the same symptoms as others with another cause."
        )
    return lines


def _cause_line(cause: Mapping[str, Any]) -> str:
    def listed(signs: list[dict[str, Any]]) -> str:
        return ", ".join(
            f"{each['symptom']} ({each['share_with']:.0%} against {each['share_without']:.0%})"
            for each in signs[:3]
        )

    parts = [f"{cause['cause']} ({cause['n']:,} incidents, {cause['recall']:.0%} found)"]
    if cause["for"]:
        parts.append(f"for it: {listed(cause['for'])}")
    if cause["against"]:
        parts.append(f"against it: {listed(cause['against'])}")
    return "; ".join(parts) + "."
