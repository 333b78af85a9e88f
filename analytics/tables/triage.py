"""Triage: the class of tickets in a table from their text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from sklearn.metrics import precision_recall_fscore_support
from threadpoolctl import threadpool_limits

from analytics.errors import InputError
from analytics.learning.classes import (
    Fold,
    Labelled,
    Unseen,
    class_scores,
    majority,
    out_of_fold,
    stratified_folds,
)
from analytics.learning.scores import Score
from analytics.operations.ticket_triage import (
    TEXT,
    automatic,
    precision_coverage,
    recall_at_false_alarms,
    rivals,
)
from analytics.tables.reading import UserTable
from analytics.tables.report import Report

MIN_ROWS: Final = 20
MIN_EXAMPLES: Final = 5
LABELS: Final = (20, 50, 200, 1_000)
_MOST_CLASSES: Final = 300
_N_FOLDS: Final = 5
_INNER: Final = 3
_TESTED_LATER: Final = 0.3
_CHOOSING_ROWS: Final = 4_000
_AUTOMATIC: Final = 0.95
_FALSE_ALARMS: Final = 0.003
_POSITIVE: Final = ("spam", "1", "true", "yes", "positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageOptions:
    """Which columns hold the text and the class, and what is tested."""

    text: tuple[str, ...]
    target: str
    split: Literal["random", "time"] = "random"
    """By time the later rows of the file are foretold from the earlier ones."""
    seed: int = 0


def analyse_triage(table: UserTable, options: TriageOptions) -> Report:
    """Choose a learner, score it on rows that it has not seen, tell when it may assign by itself.

    Raises
    ------
    InputError
        When a column is missing, or fewer than two classes have five examples.
    """
    rows, kept, notes = _rows(table, options)
    folds = _folds(rows, options)
    with threadpool_limits(limits=1):
        best, ranked, build = _chosen(rows, folds, options)
        curve = _learning_curve(rows, build, folds, options)
    dummy = majority(rows, folds)
    tested = np.concatenate([fold.test for fold in folds])
    y, p = rows.y[tested], best.p[tested]
    is_right, confidence = p.argmax(axis=1) == y, p.max(axis=1)
    scores, base = class_scores(rows, best), class_scores(rows, dummy)
    dial = automatic(is_right, confidence, _AUTOMATIC)
    values: dict[str, Any] = {
        "n": len(rows.y),
        "n_tested": len(tested),
        "split": options.split,
        "model": best.name,
        **_json(scores),
        "baseline": {"name": "majority", **_json(base)},
        "rivals": ranked,
        "precision_coverage": [_point(each) for each in precision_coverage(is_right, confidence)],
        "automatic": {"precision": _AUTOMATIC, **(_point(dial) if dial else {"coverage": 0.0})},
        "per_class": _per_class(rows, y, p),
        "learning_curve": curve,
        "notes": [*table.notes, *notes],
    }
    values |= _positive(rows, y, p)
    lines = _lines(values, scores, base)
    lines += [f"Note: {note}." for note in (*table.notes, *notes)]
    frame = _predictions(table, rows, best, (kept, tested))
    return Report(values=values, lines=tuple(lines), tables={"predictions": frame})


def _rows(table: UserTable, options: TriageOptions) -> tuple[Labelled, np.ndarray, tuple[str, ...]]:
    """Return the rows with a text and a class with enough examples, and their places."""
    table.require(*options.text, options.target)
    if options.target in options.text:
        raise InputError(f"{options.target!r} is the target and cannot be the text.")
    parts = [table.texts(column) for column in options.text]
    texts = np.array(
        ["\n".join(cell for cell in cells if cell) for cells in zip(*parts, strict=True)],
        dtype=object,
    )
    truth = pd.Series(table.texts(options.target), dtype=object)
    notes: tuple[str, ...] = ()
    has_both = truth.notna().to_numpy() & (texts != "")
    if n_empty := int((~has_both).sum()):
        notes += (f"{n_empty:,} rows without a text or a class were left out",)
    counts = truth[has_both].value_counts()
    rare = sorted(str(each) for each in counts.index[counts < MIN_EXAMPLES])
    if rare:
        notes += (
            f"{len(rare)} classes with fewer than {MIN_EXAMPLES} examples cannot be learnt and "
            f"were left out ({int(counts[rare].sum()):,} rows): {', '.join(rare[:5])}",
        )
    classes = tuple(sorted(str(each) for each in counts.index[counts >= MIN_EXAMPLES]))
    if not 2 <= len(classes) <= _MOST_CLASSES:
        raise InputError(
            f"Column {options.target!r} has {len(classes)} classes with {MIN_EXAMPLES} examples or "
            f"more; two to {_MOST_CLASSES} are needed.",
            hint="Name the column that holds the category, priority or team.",
        )
    kept = np.flatnonzero(has_both & truth.isin(classes).to_numpy())
    y = np.searchsorted(np.array(classes, dtype=object), truth.to_numpy()[kept])
    frame = pd.DataFrame({TEXT: texts[kept]})
    return Labelled(table=frame, y=y.astype(np.int64), classes=classes), kept, notes


def _folds(rows: Labelled, options: TriageOptions) -> tuple[Fold, ...]:
    """Return folds; by time two, each foretelling a part of the later rows from all before."""
    if options.split == "random":
        return stratified_folds(rows.y, n_folds=_N_FOLDS, seed=options.seed)
    n = len(rows.y)
    cuts = np.linspace(round((1 - _TESTED_LATER) * n), n, 4).round().astype(int)
    return tuple(
        Fold(train=np.arange(start), test=np.arange(start, end))
        for start, end in pairwise(cuts.tolist())
    )


def _chosen(
    rows: Labelled, folds: tuple[Fold, ...], options: TriageOptions
) -> tuple[Unseen, list[dict[str, object]], Callable[[], Any]]:
    """Choose on the training rows of the first fold, then score the chosen one on all folds.

    At random splits these rows are tested in the other folds, which favours the chosen one a
    little; by time they are not tested.
    """
    train = folds[0].train
    if len(train) > _CHOOSING_ROWS:
        train = train[-_CHOOSING_ROWS:] if options.split == "time" else train[:_CHOOSING_ROWS]
    part = Labelled(table=rows.table.iloc[train], y=rows.y[train], classes=rows.classes)
    builders = rivals(n_inner=_inner(part.y), n_rows=len(train))
    inner = stratified_folds(part.y, n_folds=3, seed=options.seed)
    unseen = [out_of_fold(name, build, part, inner) for name, build in builders.items()]
    accuracy = {each.name: class_scores(part, each)["accuracy"] for each in unseen}
    name = max(accuracy, key=lambda each: accuracy[each].mean)
    ranked: list[dict[str, object]] = [
        {"name": each, "accuracy": score.as_json()} for each, score in accuracy.items()
    ]
    return out_of_fold(name, builders[name], rows, folds), ranked, builders[name]


def _inner(y: np.ndarray) -> int:
    counts = np.bincount(y)
    return int(max(2, min(_INNER, counts[counts > 0].min() // 2)))


def _learning_curve(
    rows: Labelled, build: Callable[[], Any], folds: tuple[Fold, ...], options: TriageOptions
) -> list[dict[str, float]]:
    """Return the accuracy on the first fold's test rows by the number of labels learnt from."""
    fold, found = folds[0], []
    order = np.random.default_rng(options.seed).permutation(fold.train)
    for n_labels in LABELS:
        if n_labels >= len(order):
            break
        some = order[:n_labels]
        counts = np.bincount(rows.y[some], minlength=len(rows.classes))
        # Calibration needs a few examples of each class; the rest is not learnt yet.
        some = some[counts[rows.y[some]] >= _INNER]
        if len(np.unique(rows.y[some])) < 2:
            continue
        unseen = out_of_fold("", build, rows, (Fold(train=some, test=fold.test),))
        right = unseen.p[fold.test].argmax(axis=1) == rows.y[fold.test]
        found.append({"n_labels": n_labels, "accuracy": float(right.mean())})
    return found


def _json(scores: dict[str, Score]) -> dict[str, object]:
    return {name: score.as_json() for name, score in scores.items()}


def _point(each: Any) -> dict[str, float]:
    return {
        "threshold": each.threshold,
        "coverage": each.coverage,
        "precision": each.precision,
    }


def _per_class(rows: Labelled, y: np.ndarray, p: np.ndarray) -> list[dict[str, object]]:
    said = p.argmax(axis=1)
    numbers = np.arange(len(rows.classes))
    precision, recall, f1, n = precision_recall_fscore_support(
        y, said, labels=numbers, zero_division=0.0
    )
    found = []
    for i, name in enumerate(rows.classes):
        dial = automatic((y == i)[said == i], p[said == i, i], _AUTOMATIC)
        found.append(
            {
                "class": name,
                "precision": float(precision[i]),
                "recall": float(recall[i]),
                "f1": float(f1[i]),
                "n": int(n[i]),
                "automatic_threshold": dial.threshold if dial else None,
            }
        )
    return found


def _positive(rows: Labelled, y: np.ndarray, p: np.ndarray) -> dict[str, object]:
    """Return what matters of two classes of which one is looked for, such as spam."""
    named = [i for i, name in enumerate(rows.classes) if name.lower() in _POSITIVE]
    if len(rows.classes) != 2 or len(named) != 1:
        return {}
    positive = named[0]
    said = p.argmax(axis=1) == positive
    return {
        "positive": rows.classes[positive],
        "recall": float(said[y == positive].mean()),
        "false_alarm_rate": float(said[y != positive].mean()),
        "recall_at_false_alarms": {
            "false_alarm_rate": _FALSE_ALARMS,
            "recall": recall_at_false_alarms(y, p, positive, _FALSE_ALARMS),
        },
    }


def _predictions(
    table: UserTable, rows: Labelled, best: Unseen, places: tuple[np.ndarray, np.ndarray]
) -> pd.DataFrame:
    kept, tested = places
    shown = np.sort(tested)
    p = best.p[shown]
    return pd.DataFrame(
        {
            "row": [table.raw.rows[int(kept[place])] for place in shown],
            "actual": [rows.classes[i] for i in rows.y[shown]],
            "predicted": [rows.classes[i] for i in p.argmax(axis=1)],
            "confidence": p.max(axis=1).round(6),
        }
    )


def _lines(values: dict[str, Any], scores: dict[str, Score], base: dict[str, Score]) -> list[str]:
    accuracy, f1 = scores["accuracy"], scores["macro_f1"]
    lines = [
        f"{accuracy.mean:.1%} of {accuracy.n:,} tickets get the right class (95 % interval "
        f"{accuracy.ci95[0]:.1%} to {accuracy.ci95[1]:.1%}); always the commonest is right for "
        f"{base['accuracy'].mean:.1%}.",
        f"{values['model'].capitalize()}: macro-F1 {f1.mean:.3f} ({f1.ci95[0]:.3f} to "
        f"{f1.ci95[1]:.3f}); the right class is among three for {scores['top_3'].mean:.1%}.",
    ]
    if accuracy.ci95[0] <= base["accuracy"].mean:
        lines.insert(1, "The text does not tell the class better than the commonest class does.")
    dial = values["automatic"]
    if dial["coverage"]:
        lines.append(
            f"Assigned automatically from confidence {dial['threshold']:.2f} on, "
            f"{dial['coverage']:.0%} of the tickets are, {dial['precision']:.1%} of them rightly."
        )
    else:
        lines.append(f"No threshold gives {_AUTOMATIC:.0%} precision: only suggest.")
    if "positive" in values:
        at = values["recall_at_false_alarms"]
        lines.append(
            f"{values['recall']:.1%} of {values['positive']} is found with "
            f"{values['false_alarm_rate']:.2%} false alarms; {at['recall']:.1%} with "
            f"{at['false_alarm_rate']:.1%}."
        )
    weak = sorted(values["per_class"], key=lambda each: each["f1"])[:3]
    lines.append(
        "Hardest: "
        + ", ".join(f"{each['class']} (F1 {each['f1']:.2f}, n {each['n']:,})" for each in weak)
        + "."
    )
    if values["learning_curve"]:
        told = ", ".join(
            f"{each['accuracy']:.1%} from {each['n_labels']:,}" for each in values["learning_curve"]
        )
        lines.append(f"Right by the number of labels: {told}.")
    return lines
