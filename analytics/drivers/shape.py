"""What a metric is made of, so that its change can be taken apart: sums, counts, ratios."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from analytics.catalogue import Catalogue, Measure, Metric
from analytics.errors import QueryError

Kind = Literal["sum", "distinct", "ratio"]
_COUNTS: Final = ("count", "count_values", "count_distinct", "min_count")
_DISTINCT: Final = ("count_distinct", "min_count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A metric as numerator and denominator, each of which can be asked for by name.

    For a metric M: `M = scale × numerator / denominator`, or 1 minus that.
    """

    metric: Metric
    kind: Kind
    numerator: str
    denominator: str | None
    rows: str
    """How many rows are behind it."""
    scale: float
    complement: bool
    is_mean_per_thing: bool
    """The numerator is a mean, to be weighted by the denominator."""
    things: frozenset[str]
    """Columns whose distinct values are counted; groups must not share them."""
    is_stock: bool
    """It stands at a moment; a period's value is the one at its end."""
    catalogue: Catalogue
    """The given one with the parts added as metrics."""


def shape_of(metric: Metric, catalogue: Catalogue) -> Shape:
    """Take a metric apart.

    Raises
    ------
    QueryError
        When a model computes it, or it covers the whole data whatever the period.
    """
    if metric.formula is None:
        raise QueryError(
            f"{metric.label} is computed by a model; its change cannot be taken apart.",
            hint="Ask for a number that is counted from the tables.",
        )
    if metric.formula.tree is not None:
        raise QueryError(
            f"{metric.label} is a formula of several numbers; its change is not taken apart.",
            hint="Ask about one of the numbers that it is made of.",
        )
    measures = catalogue.measures_of(metric)
    if all(m.time == "whole" for m in measures):
        raise QueryError(
            f"{metric.label} covers the whole data, so it is the same in every period.",
            hint="Ask for gross margin or revenue per customer of a period.",
        )
    above = measures[0]
    below = measures[1] if len(measures) > 1 else _weight_of(above)
    numerator = _summed(above) if len(measures) == 1 else above
    rows = _rows_of(below or above)
    added = {f"{metric.name} numerator": numerator, f"{metric.name} rows": rows}
    if below is not None:
        added[f"{metric.name} denominator"] = below
    formula = metric.formula
    return Shape(
        metric=metric,
        kind="ratio" if below else "distinct" if above.aggregate in _DISTINCT else "sum",
        numerator=f"{metric.name} numerator",
        denominator=f"{metric.name} denominator" if below else None,
        rows=f"{metric.name} rows",
        scale=formula.scale,
        complement=formula.complement,
        is_mean_per_thing=above.aggregate == "mean_distinct",
        things=frozenset(_thing(m) for m in (above, below) if m is not None and _thing(m)),
        is_stock=all(m.time in ("snapshot", "until", "running") for m in measures),
        catalogue=_with_parts(metric, added, catalogue),
    )


def _weight_of(measure: Measure) -> Measure | None:
    """Return what a mean is taken over; None when the measure is no mean."""
    if measure.aggregate == "mean":
        return replace(measure, name=f"{measure.name} values", aggregate="count_values")
    if measure.aggregate == "mean_distinct":
        name = f"{measure.name} things"
        return replace(measure, name=name, aggregate="count_distinct", column=measure.per, per=None)
    return None


def _summed(measure: Measure) -> Measure:
    if measure.aggregate == "mean":
        return replace(measure, name=f"{measure.name} sum", aggregate="sum")
    return measure


def _rows_of(measure: Measure) -> Measure:
    if measure.aggregate in _COUNTS:
        return measure
    return replace(measure, name=f"{measure.name} rows", aggregate="count", column=None, per=None)


def _thing(measure: Measure) -> str:
    if measure.aggregate in ("min_count", "mean_distinct"):
        return measure.per or ""
    return (measure.column or "") if measure.aggregate == "count_distinct" else ""


def _with_parts(metric: Metric, added: dict[str, Measure], catalogue: Catalogue) -> Catalogue:
    assert metric.formula is not None
    measures, metrics = dict(catalogue.measures), dict(catalogue.metrics)
    for name, measure in added.items():
        measures[measure.name] = measure
        formula = replace(
            metric.formula, numerator=measure.name, denominator=None, scale=1.0, complement=False
        )
        metrics[name] = replace(
            metric, name=name, label=name, formula=formula, unit="number", additive=True
        )
    dimensions = {
        name: replace(d, only_metrics=(*d.only_metrics, *added))
        if metric.name in d.only_metrics
        else d
        for name, d in catalogue.dimensions.items()
    }
    return replace(catalogue, measures=measures, metrics=metrics, dimensions=dimensions)
