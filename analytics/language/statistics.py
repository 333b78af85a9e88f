"""Medians and percentiles, running totals, numbers of different things, and units asked for."""

from __future__ import annotations

import re

from analytics.language.grouping import pick_dimension
from analytics.language.scene import Scene
from analytics.language.timing import default_grain
from analytics.model import Scale

_QUARTILES = {
    "upper": 0.75,
    "top": 0.75,
    "third": 0.75,
    "lower": 0.25,
    "bottom": 0.25,
    "first": 0.25,
}
_TIMES = frozenset({"seconds", "minutes", "hours"})
_SUMS = frozenset({"money", "count", "number"})
_DISTINCT = ("different", "distinct", "unique", "individual")


def read_statistics(scene: Scene) -> None:
    """Fill quantile, running total and unit of the draft; what does not fit stays unexplained."""
    _read_quantile(scene)
    _read_cumulative(scene)
    _read_scale(scene)


def _read_quantile(scene: Scene) -> None:
    places = scene.find(lambda t: t.cue == "quantile")
    values = {value for i in places if (value := _quantile(scene.tags[i].text)) is not None}
    if len(values) != 1:
        return
    scene.draft.quantile = values.pop()
    scene.use(*places, *scene.find(lambda t: t.cue == "average" and t.text == "average"))


_MAXIMA = {"max": 1.0, "maximum": 1.0, "peak": 1.0, "min": 0.0, "minimum": 0.0}
_LARGEST = {
    "longest": 1.0, "slowest": 1.0, "highest": 1.0, "largest": 1.0, "biggest": 1.0, "greatest": 1.0,
    "shortest": 0.0, "fastest": 0.0, "quickest": 0.0, "lowest": 0.0, "smallest": 0.0,
}  # fmt: skip


def read_maxima(scene: Scene) -> None:
    """`peak latency by service`, `the longest resolution time`: of single values, not their mean.

    A superlative that could rank the rows asked for does so; `maximum` never does.
    """
    draft = scene.draft
    for index in scene.find(lambda t: t.rank is not None and t.rank.n is None):
        following = scene.after(index)
        if following is None or not set(scene.tags[following].metrics) & set(draft.metrics):
            continue
        word = scene.tags[index].text.split()[-1]
        split = draft.dimensions or draft.grain
        value = _MAXIMA.get(word) if split or word in _MAXIMA else _LARGEST.get(word)
        if value is None or not all(_is_mean(scene, m) for m in draft.metrics):
            continue
        draft.quantile = value
        scene.use(index)
        return


def _is_mean(scene: Scene, name: str) -> bool:
    formula = scene.catalogue.metric(name).formula
    if formula is None or formula.tree is not None or formula.complement:
        return False
    if formula.denominator is None:
        return scene.catalogue.measures[formula.numerator].aggregate == "mean"
    return name == "average order value"


def _quantile(text: str) -> float | None:
    if text == "median":
        return 0.5
    number = re.search(r"\d+(?:\.\d+)?", text)
    if number is not None:
        return round(float(number[0]) / 100, 6)
    return next((q for word, q in _QUARTILES.items() if word in text.split()), None)


def _read_cumulative(scene: Scene) -> None:
    places = scene.find(lambda t: t.cue == "cumulative")
    if not places:
        return
    draft = scene.draft
    scene.use(*places)
    draft.cumulative = True
    if draft.grain is None:
        draft.grain = default_grain(draft.period)


def _read_scale(scene: Scene) -> None:
    """`in days`, `in thousands`; the metric's own unit says nothing new."""
    _read_counted_unit(scene)
    for index in scene.find(lambda t: t.cue == "in_scale"):
        word = next(w for w in scene.tags[index].text.split() if f"{w}s" in _SCALES)
        scale = _SCALES[f"{word}s"]
        units = {scene.catalogue.metric(m).unit for m in scene.draft.metrics}
        if units == {scale}:
            scene.use(index)
        elif units <= _TIMES if scale in {*_TIMES, "days"} else units <= _SUMS:
            scene.draft.shown_in = scale
            scene.use(index)
        else:
            label = scene.catalogue.metric(scene.draft.metrics[0]).label
            scene.problems.append(f"{label} is not measured in {scale}.")
            scene.use(index)


def _read_counted_unit(scene: Scene) -> None:
    """`how many hours of downtime`: the unit that is counted is the one to show."""
    units = {scene.catalogue.metric(m).unit for m in scene.draft.metrics}
    for tag in scene.tags:
        counted = _COUNTED_UNIT.match(tag.text) if tag.cue == "how_long" else None
        scale = _SCALES[f"{counted['unit']}s"] if counted is not None else None
        if scale is not None and units <= _TIMES and units != {scale}:
            scene.draft.shown_in = scale


_COUNTED_UNIT = re.compile(r"how many (?P<unit>second|minute|hour|day)(?!\S)")
_SCALES: dict[str, Scale] = {
    "thousands": "thousands", "millions": "millions", "seconds": "seconds",
    "minutes": "minutes", "hours": "hours", "days": "days",
}  # fmt: skip


def read_distinct(scene: Scene) -> None:
    """`how many different products did we sell`: the number of groups, not of units."""
    draft = scene.draft
    for index in scene.find(lambda t: t.cue == "how_many", unused=False):
        if not scene.tags[index].text.endswith(_DISTINCT):
            continue
        following = scene.after(index)
        own = {"product holding", "visitors", "active customers"} & set(draft.metrics)
        if following is None or own or not scene.tags[following].dimensions:
            continue
        if draft.metrics and set(scene.tags[following].metrics) & set(draft.metrics):
            continue
        name = pick_dimension(scene, following)
        if name is None or draft.dimensions or draft.grain is not None:
            continue
        draft.dimensions, draft.count_groups = [name], True
        scene.use(index, following)
