"""What probably lies behind given symptoms, learnt from incidents whose cause is known."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from analytics.errors import ModelError
from analytics.learning.classes import (
    Labelled,
    class_scores,
    majority,
    out_of_fold,
    probabilities,
    stratified_folds,
)
from analytics.learning.scores import Score
from analytics.operations.incident_causes import Ceiling, Symptom, ceiling, rivals, symptoms

MIN_ROWS: Final = 20
MIN_EXAMPLES: Final = 5
MODEL: Final = "logistic regression"
"""The simplest rival: on the demo's incidents no other is better beyond chance."""
_N_FOLDS: Final = 5
_INNER: Final = 2
_CLEAR: Final = 0.5
_LEAD: Final = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A cause with what the symptoms say of it."""

    cause: str
    p: float
    """Calibrated probability given the symptoms, 0 to 1."""
    usual: float
    """Share of the cause among all incidents learnt from."""
    n_alike: int
    """Incidents with exactly these symptoms and this cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What symptoms say about the cause, and how far to trust it."""

    ranked: tuple[Likely, ...]
    """Every cause, the likeliest first."""
    n: int
    n_alike: int
    """Incidents with exactly these symptoms."""
    accuracy: Score
    calibration: Score
    usual_cause: str
    usual_accuracy: Score
    """Of naming the commonest cause of the training rows each time."""
    limit: Ceiling
    signs: tuple[Symptom, ...]
    """Of the likeliest cause, over all symptoms of the table."""

    @property
    def has_signal(self) -> bool:
        """Whether the symptoms tell more than the commonest cause does, beyond chance."""
        return self.accuracy.ci95[0] > self.usual_accuracy.mean

    @property
    def is_clear(self) -> bool:
        """Whether one cause is likelier than all others together and well ahead of the next."""
        first, second = self.ranked[0].p, self.ranked[1].p
        return self.has_signal and first >= _CLEAR and first >= _LEAD * second


def known_causes(incidents: pd.DataFrame, columns: Sequence[str]) -> Labelled:
    """Return the incidents to learn from: a known cause that five incidents or more have.

    Parameters
    ----------
    incidents : DataFrame
        `root_cause` and the columns of symptoms, numbers (1 seen, 0 not, missing unknown). Its
        index is kept.
    columns : Sequence[str]
        The symptoms.

    Raises
    ------
    ModelError
        When fewer than twenty are left, or fewer than two causes.
    """
    causes = incidents["root_cause"].dropna()
    counts = causes.value_counts()
    classes = tuple(sorted(str(each) for each in counts.index[counts >= MIN_EXAMPLES]))
    kept = causes[causes.isin(classes)]
    if len(kept) < MIN_ROWS or len(classes) < 2:
        raise ModelError(
            f"Only {len(causes):,} incidents with a known cause remain, {len(classes)} causes of "
            f"them with {MIN_EXAMPLES} or more; at least {MIN_ROWS} incidents and two causes are "
            "needed to learn from.",
            hint="Ask with fewer conditions or for a longer period.",
        )
    table = incidents.loc[kept.index, list(columns)].astype(np.float64)
    y = np.searchsorted(np.array(classes), kept.to_numpy(dtype=str)).astype(np.int64)
    return Labelled(table=table, y=y, classes=classes)


def read_symptoms(known: Labelled, seen: Mapping[str, float], *, seed: int = 0) -> Reading:
    """Say how likely each cause is given symptoms, with cross-validated accuracy.

    Only the symptoms named are learnt from, so that the others count as unknown and not as
    absent.

    Parameters
    ----------
    known : Labelled
        From `known_causes`, without the incident that is asked about.
    seen : Mapping[str, float]
        Symptom to 1 (seen) or 0 (not seen); at least one.
    seed : int
        Of the folds.
    """
    columns = list(seen)
    part = Labelled(
        table=known.table[columns].reset_index(drop=True), y=known.y, classes=known.classes
    )
    folds = stratified_folds(part.y, n_folds=_N_FOLDS, seed=seed)
    build = rivals(part.table, n_inner=_INNER, seed=seed)[MODEL]
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        scores = class_scores(part, out_of_fold(MODEL, build, part, folds))
        usual = class_scores(part, majority(part, folds))
        model = build().fit(part.table, part.y)
    asked = pd.DataFrame([[float(seen[name]) for name in columns]], columns=columns)
    p = probabilities(model, asked, len(part.classes))[0]
    alike = (part.table == asked.iloc[0]).all(axis=1).to_numpy()
    counts = np.bincount(part.y, minlength=len(part.classes))
    order = np.lexsort((np.arange(len(p)), -p))
    return Reading(
        ranked=tuple(
            Likely(
                cause=part.classes[i],
                p=float(p[i]),
                usual=float(counts[i] / len(part.y)),
                n_alike=int((part.y[alike] == i).sum()),
            )
            for i in order.tolist()
        ),
        n=len(part.y),
        n_alike=int(alike.sum()),
        accuracy=scores["accuracy"],
        calibration=scores["ece"],
        usual_cause=part.classes[int(counts.argmax())],
        usual_accuracy=usual["accuracy"],
        limit=ceiling(part),
        signs=symptoms(known, int(order[0]), most=len(known.table.columns)),
    )
