"""Segments of the customers in a table: one row for each customer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from analytics.customers.segment_features import MOST_LEVELS, Prepared, prepare
from analytics.customers.segment_profiles import Trait, names_of, traits
from analytics.customers.segmentation import (
    NO_GROUP,
    ChoiceOfK,
    Groups,
    Method,
    choose_k,
    find_groups,
)
from analytics.errors import InputError
from analytics.tables.reading import UserTable
from analytics.tables.report import Report
from analytics.tables.rfm_segments import analyse_rfm

SegmentMethod = Literal["auto", "rfm", "kmeans", "gmm", "agglomerative", "hdbscan"]
METHODS: Final[tuple[str, ...]] = get_args(SegmentMethod)
MIN_ROWS: Final = 20
UNSTABLE: Final = 0.6
"""Overlap under which a segment is flagged (Hennig 2007)."""
_AUTO: Final[tuple[Method, ...]] = ("kmeans", "gmm")
_UNASSIGNED: Final = "in no segment"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentOptions:
    """Which columns describe a customer, and how to group them."""

    id: str | None = None
    features: tuple[str, ...] = ()
    """All other columns without it."""
    method: SegmentMethod = "auto"
    k: int | None = None
    """None: chosen by the silhouette."""
    seed: int = 7


def analyse_segments(table: UserTable, options: SegmentOptions) -> Report:
    """Group customers, name the groups, and say whether there are any.

    Raises
    ------
    InputError
        When a column is missing, nothing is left to group by, or k does not fit.
    """
    if options.k is not None and not 2 <= options.k <= table.n_rows // 2:
        raise InputError(
            f"{options.k} segments of {table.n_rows:,} rows cannot be.",
            hint=f"Choose --k from 2 to {table.n_rows // 2}, or --k auto.",
        )
    ids = _ids(table, options)
    if options.method == "rfm":
        return analyse_rfm(table, options.features, ids, seed=options.seed)
    frame, notes = _features(table, options)
    prepared = prepare(frame)
    if not prepared.used:
        raise InputError(
            "No column is left to group by: each has one value only.",
            hint="Name columns that differ between customers with --features.",
        )
    choices, rivals = _rivals(prepared, options)
    groups = max(rivals, key=_merit)
    is_told = groups.is_structure or options.k is not None
    labels = groups.labels if is_told else np.zeros(table.n_rows, dtype=np.int64)
    segments = _segments(frame, labels, groups if is_told else None)
    all_notes = (*table.notes, *notes, *prepared.notes)
    values = {
        "n": table.n_rows,
        "method": groups.method,
        "k": groups.k if is_told else 1,
        "why": _why(choices[groups.method], groups, rivals, options),
        "structure": groups.is_structure,
        "silhouette": _number(groups.silhouette),
        "silhouette_without_groups": _number(groups.reference),
        "stability": groups.stability.ari,
        "stability_ci95": list(groups.stability.ci95),
        "segments": segments,
        "features": list(prepared.used),
        "notes": list(all_notes),
    }
    names = {each["label"]: each["name"] for each in segments}
    assignments = pd.DataFrame(
        {
            options.id or "row": ids,
            "segment": labels,
            "name": [names[label] for label in labels.tolist()],
        }
    )
    return Report(
        values=values,
        lines=_lines(groups, segments, all_notes, is_told=is_told),
        tables={"assignments": assignments},
    )


def _rivals(
    prepared: Prepared, options: SegmentOptions
) -> tuple[dict[Method, ChoiceOfK], list[Groups]]:
    wanted = _AUTO if options.method == "auto" else (cast("Method", options.method),)
    # Small sums over threads wait for each other longer than they take.
    with threadpool_limits(1):
        choices = {each: choose_k(prepared.matrix, each, seed=options.seed) for each in wanted}
        found = [
            find_groups(prepared, each, options.k or choices[each].k, seed=options.seed)
            for each in wanted
        ]
    return choices, found


def _ids(table: UserTable, options: SegmentOptions) -> npt.NDArray[np.object_]:
    if options.id is None:
        return np.array(table.raw.rows, dtype=object)
    return table.texts(options.id)


def _features(table: UserTable, options: SegmentOptions) -> tuple[pd.DataFrame, tuple[str, ...]]:
    table.require(*options.features)
    names = options.features or tuple(each for each in table.columns if each != options.id)
    frame, notes = table.features(names), []
    for name in names:
        values = frame[name]
        if pd.api.types.is_numeric_dtype(values) or options.features:
            continue
        if values.nunique() > max(MOST_LEVELS, 2):
            notes.append(f"{name} has {values.nunique():,} different words and was left out")
            frame = frame.drop(columns=name)
    if options.id is not None and (n_repeated := _n_repeated(table.texts(options.id))):
        notes.append(
            f"{n_repeated:,} rows repeat a value of {options.id}: each row was taken as a customer"
        )
    return frame, tuple(notes)


def _n_repeated(ids: npt.NDArray[np.object_]) -> int:
    return len(ids) - len(set(ids.tolist()))


def _merit(groups: Groups) -> float:
    """Rank methods: groups that stand out and come back; one alike keeps the first, k-means."""
    if not groups.is_structure:
        return float(np.nan_to_num(groups.silhouette)) - 1.0
    return round(groups.silhouette * max(groups.stability.ari, 0.0), 2)


def _segments(
    frame: pd.DataFrame, labels: npt.NDArray[np.int64], groups: Groups | None
) -> list[dict[str, Any]]:
    present = sorted(set(labels.tolist()), key=lambda label: (label == NO_GROUP, label))
    profiles = [traits(frame, labels == label) for label in present]
    grouped = [profile for label, profile in zip(present, profiles, strict=True) if label >= 0]
    names = [*names_of(grouped), _UNASSIGNED] if groups else ["all customers"]
    told = []
    for label, name, profile in zip(present, names, profiles, strict=False):
        size = int((labels == label).sum())
        overlap = groups.stability.of_group[label] if groups and label >= 0 else None
        told.append(
            {
                "label": label,
                "name": name,
                "size": size,
                "share": size / len(labels),
                "stability": overlap,
                "unstable": overlap is not None and overlap < UNSTABLE,
                "profile": [trait_as_json(trait) for trait in profile],
            }
        )
    return told


def trait_as_json(trait: Trait) -> dict[str, Any]:
    """Return a trait as plain values."""
    return {
        "feature": trait.feature,
        "level": trait.level,
        "value": trait.here,
        "overall": trait.overall,
        "difference_sd": trait.difference,
    }


def _why(
    choice: ChoiceOfK, groups: Groups, rivals: Sequence[Groups], options: SegmentOptions
) -> dict[str, Any]:
    bic_k = choice.ks[int(np.argmin(choice.bics))]
    if options.k is not None:
        reason = "k was given"
    elif groups.method == "hdbscan":
        reason = "HDBSCAN finds the number of segments itself"
    elif not groups.is_structure:
        reason = "no number of segments stands out from points without groups"
    else:
        reason = (
            f"the silhouette is highest at {choice.k}; the elbow is at {choice.elbow}, the BIC "
            f"lowest at {bic_k}"
        )
    return {
        "reason": reason,
        "silhouette": {
            str(k): _number(s) for k, s in zip(choice.ks, choice.silhouettes, strict=True)
        },
        "inertia": dict(zip(map(str, choice.ks), choice.inertias, strict=True)),
        "bic": dict(zip(map(str, choice.ks), choice.bics, strict=True)),
        "k_by_silhouette": choice.k,
        "elbow": choice.elbow,
        "k_by_bic": bic_k,
        "methods": [
            {
                "method": each.method,
                "k": each.k,
                "silhouette": _number(each.silhouette),
                "silhouette_without_groups": _number(each.reference),
                "stability": each.stability.ari,
            }
            for each in rivals
        ],
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _lines(
    groups: Groups, segments: list[dict[str, Any]], notes: tuple[str, ...], *, is_told: bool
) -> tuple[str, ...]:
    lines = []
    if not groups.is_structure:
        lines.append(
            "There are no segments to tell: the best grouping stands out no more than one of "
            "evenly spread points."
        )
    if is_told:
        if groups.is_structure:
            lines.append(
                f"{groups.k} segments ({groups.method}; silhouette {groups.silhouette:.2f}, "
                f"{groups.reference:.2f} without groups; stability {groups.stability.ari:.2f})."
            )
        for each in segments:
            flag = " Unstable: it often does not come back." if each["unstable"] else ""
            lines.append(f"{each['name']}: {each['size']:,} ({each['share']:.1%}).{flag}")
    return (*lines, *(f"Note: {note}." for note in notes))
