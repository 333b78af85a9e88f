"""Medians and percentiles: of the values that a mean is taken of, row by row."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from analytics.catalogue import Catalogue, Measure, Metric
from analytics.catalogue.parts import Formula
from analytics.errors import QueryError
from analytics.model import MetricQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileMeasure(Measure):
    """A quantile in place of the mean of a column."""

    quantile: float
    """0 to 1."""


def with_quantile(catalogue: Catalogue, query: MetricQuery) -> Catalogue:
    """Return the catalogue with the query's metrics turned from means into quantiles.

    A metric that is the mean of a column gives the quantile of that column; one that is a sum
    divided by the count of the same rows (the average order value) that of the rows' values.
    Without a quantile, or when it is done already, the same catalogue comes back.

    Raises
    ------
    QueryError
        When a metric is no mean, or the quantile lies outside 0 to 1.
    """
    q = query.quantile
    if q is None:
        return catalogue
    if not 0 <= q <= 1:
        raise QueryError(f"The quantile {q:g} is outside 0 to 1.", hint="A median is 0.5.")
    metrics, measures = dict(catalogue.metrics), dict(catalogue.measures)
    for name in query.metrics:
        metric = catalogue.metric(name)
        measure = _rows_of(metric, catalogue)
        if isinstance(measure, QuantileMeasure):
            continue
        copied = {f.name: getattr(measure, f.name) for f in fields(Measure)}
        copied |= {"name": f"{quantile_name(q)} of {measure.name}", "aggregate": "mean"}
        made = QuantileMeasure(**copied, quantile=q)
        measures[made.name] = made
        formula = Formula(numerator=made.name, denominator=None, scale=1, complement=False)
        label = metric.label.removeprefix("Average ").removeprefix("Mean ")
        label = label[:1].lower() + label[1:] if not label[:2].isupper() else label
        words = quantile_name(q)
        metrics[name] = replace(
            metric,
            formula=formula,
            additive=False,
            label=f"{words[:1].upper()}{words[1:]} of {label}" if q != 0.5 else f"Median {label}",
            definition=f"The {words} of the single values, not their mean. {metric.definition}",
        )
    return replace(catalogue, metrics=metrics, measures=measures)


def quantile_name(quantile: float) -> str:
    """Return `median`, `maximum`, `90th percentile`, `99.9th percentile`."""
    named = {0.0: "minimum", 0.5: "median", 1.0: "maximum"}
    if quantile in named:
        return named[quantile]
    number = f"{quantile * 100:g}"
    teen = number.endswith(("11", "12", "13"))
    ending = {"1": "st", "2": "nd", "3": "rd"}.get("" if teen else number[-1], "th")
    return f"{number}{ending} percentile"


def _rows_of(metric: Metric, catalogue: Catalogue) -> Measure:
    """Return the measure whose single values the metric is the mean of."""
    formula = metric.formula
    plain = formula is not None and formula.tree is None and not formula.complement
    if formula is not None and plain and formula.scale == 1:
        measure = catalogue.measures[formula.numerator]
        if formula.denominator is None and measure.aggregate == "mean":
            return measure
        if formula.denominator is not None and measure.aggregate == "sum":
            below = catalogue.measures[formula.denominator]
            same = (below.fact, below.where, below.dated_by) == (
                measure.fact, measure.where, measure.dated_by,
            )  # fmt: skip
            if below.aggregate == "count" and same:
                return measure
    raise QueryError(
        f"{metric.label} is no mean of single values, so it has no median or percentile.",
        hint="Ask for the median of a time or an order value.",
    )
