"""A catalogue in words: what each name means, how it is made, what it can be split by."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.catalogue.entries import Catalogue, Dimension, Metric
from analytics.catalogue.expressions import written
from analytics.catalogue.parts import Measure


def overview(catalogue: Catalogue) -> dict[str, object]:
    """Return every name with its kind, unit and version, ready for JSON."""
    return {
        "version": catalogue.version,
        "metrics": [
            {
                "name": m.name,
                "label": m.label,
                "type": m.kind,
                "unit": m.unit,
                "version": m.version,
                "owner": m.owner,
                "definition": m.definition,
            }
            for m in catalogue.metrics.values()
        ],
        "dimensions": [
            {"name": d.name, "label": d.label, "kind": d.kind, "of": d.entity}
            for d in catalogue.dimensions.values()
        ],
        "hierarchies": [
            {"name": h.name, "levels": list(h.levels), "loose": list(h.loose)}
            for h in catalogue.hierarchies
        ],
    }


def described(name: str, catalogue: Catalogue) -> dict[str, object]:
    """Return one metric or dimension in full, ready for JSON.

    Raises
    ------
    UnknownMetricError
        When the catalogue has neither a metric nor a dimension of that name; the hint has the
        nearest one.
    """
    if name in catalogue.dimensions and name not in catalogue.metrics:
        return _dimension(catalogue.dimensions[name], catalogue)
    wanted = name.lower()
    for metric in catalogue.metrics.values():
        words = (metric.name, metric.label, *metric.synonyms)
        if wanted in {word.lower() for word in words}:
            return _metric(metric, catalogue)
    return _metric(catalogue.metric(name), catalogue)


def _metric(metric: Metric, catalogue: Catalogue) -> dict[str, object]:
    return {
        "name": metric.name,
        "label": metric.label,
        "type": metric.kind,
        "definition": metric.definition,
        "version": metric.version,
        "unit": metric.unit,
        "dated by": metric.dated_by,
        "made of": formula_in_words(metric),
        "measures": {m.name: measure_in_words(m, catalogue) for m in catalogue.measures_of(metric)},
        "adds up": metric.additive,
        "split or limited by": [d.name for d in catalogue.dimensions_of(metric.name)],
        "synonyms": list(metric.synonyms),
        "owner": metric.owner,
        "access": list(metric.access) or ["nobody"],
    }


def formula_in_words(metric: Metric) -> str:
    """Return how a metric is made of measures or other metrics ("revenue / orders")."""
    formula = metric.formula
    if formula is None:
        return f"the analysis {metric.analysis}"
    if formula.tree is not None:
        return written(formula.tree).removeprefix("(").removesuffix(")")
    if formula.denominator is None:
        return formula.numerator
    text = f"{formula.numerator} / {formula.denominator}"
    text = text if formula.scale == 1 else f"{formula.scale:g} × {text}"
    return f"1 − {text}" if formula.complement else text


_WHEN: Mapping[str, str] = {
    "flow": "inside the period",
    "until": "before the period's end",
    "snapshot": "begun before the period's end and not ended before it",
    "cohort": "begun before the period's start and not ended before it",
    "span": "all, for the length of the period",
    "whole": "all before the as-of date",
    "running": "up to the period's end",
}


def measure_in_words(measure: Measure, catalogue: Catalogue) -> str:
    """Return what a measure aggregates, of which rows, and when ("sum of revenue of orders …")."""
    of = f" of {measure.column}" if measure.column else ""
    words = [f"{measure.aggregate.replace('_', ' ')}{of} over {measure.fact}"]
    if measure.per is not None:
        words.append(f"per {measure.per}")
    if measure.aggregate == "min_count":
        words.append(f"with at least {measure.at_least}")
    for column, values in measure.where:
        if measure.followed is None or column != measure.followed.column:
            words.append(f"where {column} is {' or '.join(str(v) for v in values)}")
    words.append(_WHEN[measure.time])
    if measure.since is not None:
        words.append(f"from the start of its {measure.since} on")
    if measure.trailing is not None:
        words.append(f"over the last {measure.trailing.n} {measure.trailing.grain}s")
    if measure.keep is not None:
        per = f" of each {', '.join(measure.keep.per)}" if measure.keep.per else ""
        words.append(f"the {measure.keep.take} row{per} alone")
    if measure.followed is not None:
        followed = measure.followed
        there = catalogue.facts[followed.fact].name
        words.append(f"followed by {there} of the same {followed.by}")
        words.append(f"within {followed.within_days} days")
    return ", ".join(words)


def _dimension(dimension: Dimension, catalogue: Catalogue) -> dict[str, object]:
    entity = catalogue.entities.get(dimension.entity)
    return {
        "name": dimension.name,
        "label": dimension.label,
        "kind": dimension.kind,
        "description": dimension.description,
        "of": dimension.entity,
        "role of": entity.role_of if entity is not None and entity.role_of else None,
        "column": f"{dimension.table}.{dimension.column}" if dimension.table else "the date",
        "computed by": dimension.transform,
        "unit": dimension.unit,
        "values": [v.label for v in dimension.values],
        "wider": list(catalogue.parents(dimension.name)),
        "narrower": list(catalogue.children(dimension.name)),
        "of metrics": [m for m in catalogue.metrics if catalogue.has_dimension(m, dimension.name)],
        "synonyms": list(dimension.synonyms),
        "owner": dimension.owner,
        "access": list(dimension.access) or ["nobody"],
    }
