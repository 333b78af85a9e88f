"""Reads the catalogue files into frozen values and refuses contradictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from analytics.catalogue.entries import (
    MOMENT,
    Catalogue,
    Dimension,
    DimensionValue,
    Entity,
    Fact,
    Formula,
    Hop,
    Measure,
    Metric,
    Reach,
)
from analytics.catalogue.schema import (
    DimensionEntry,
    DimensionsFile,
    FactEntry,
    FactsFile,
    FormulaEntry,
    MeasureEntry,
    MetricEntry,
    MetricsFile,
    ValueEntry,
)
from analytics.errors import CatalogueError

File = TypeVar("File", bound=BaseModel)


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Read facts.yaml, metrics.yaml and dimensions.yaml.

    Parameters
    ----------
    folder : Path, optional
        Where the three files are; without it, those that come with the package.

    Returns
    -------
    Catalogue
        Checked: every name that an entry uses exists, no name is used twice.

    Raises
    ------
    CatalogueError
        When a file is missing or malformed, or entries contradict one another.
    """
    things = _read(folder, "facts.yaml", FactsFile)
    numbers = _read(folder, "metrics.yaml", MetricsFile)
    splits = _read(folder, "dimensions.yaml", DimensionsFile)
    entities = {
        name: Entity(name=name, table=e.table, key=e.key, shown_by=e.shown_by)
        for name, e in things.entities.items()
    }
    facts = {name: _fact(name, e, entities) for name, e in things.facts.items()}
    for fact in facts.values():
        _require(fact.finer is None or fact.finer in facts, f"facts.yaml: {fact.name}: finer fact")
    measures = {name: _measure(name, e, facts) for name, e in numbers.measures.items()}
    _unique("metrics.yaml", [m.name for m in numbers.metrics])
    _unique("dimensions.yaml", [d.name for d in splits.dimensions])
    metrics = {m.name: _metric(m, measures, facts, entities) for m in numbers.metrics}
    dimensions = {d.name: _dimension(d, entities, metrics) for d in splits.dimensions}
    return Catalogue(
        metrics=MappingProxyType(metrics),
        dimensions=MappingProxyType(dimensions),
        measures=MappingProxyType(measures),
        facts=MappingProxyType(facts),
        entities=MappingProxyType(entities),
    )


def _read(folder: Path | None, name: str, shape: type[File]) -> File:
    place = files("analytics.catalogue").joinpath(name) if folder is None else folder / name
    try:
        content = yaml.safe_load(place.read_text(encoding="utf-8"))
        return shape.model_validate(content)
    except OSError as error:
        raise CatalogueError(
            f"Cannot read the catalogue file {name}: {error}.",
            hint="Put facts.yaml, metrics.yaml and dimensions.yaml into one folder.",
        ) from error
    except yaml.YAMLError as error:
        raise CatalogueError(f"{name} is not YAML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = " → ".join(str(part) for part in first["loc"])
        raise CatalogueError(
            f"{name}: {where}: {first['msg']} ({error.error_count()} in all).",
            hint="The comment at the top of the file says which keys an entry has.",
        ) from error


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise CatalogueError(f"{message} does not exist.", hint="Check the spelling of the name.")


def _unique(file: str, names: list[str]) -> None:
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise CatalogueError(f"{file}: defined twice: {', '.join(twice)}.")


def _fact(name: str, entry: FactEntry, entities: Mapping[str, Entity]) -> Fact:
    label = f"facts.yaml: {name}"
    _require(entry.entity in entities, f"{label}: entity {entry.entity!r}")
    for reached, reach in entry.reaches.items():
        for hop in reach.path:
            known = hop.entity in entities and entities[hop.entity].key is not None
            _require(known, f"{label}: an entity {hop.entity!r} with a key")
        _require(reach.path[-1].entity == reached, f"{label}: a path that ends at {reached!r}")
    return Fact(
        name=name,
        entity=entry.entity,
        key=entry.key,
        dates=tuple(entry.dates),
        sums=tuple(entry.sums),
        reaches=MappingProxyType(
            {
                reached: Reach(
                    path=tuple(Hop(entity=h.entity, by=h.by) for h in reach.path),
                    join=reach.join,
                    optional=reach.optional,
                )
                for reached, reach in entry.reaches.items()
            }
        ),
        finer=entry.finer.fact if entry.finer else None,
        finer_reaches=tuple(entry.finer.reaches) if entry.finer else (),
        repeats_key=entry.repeats_key,
    )


def _measure(name: str, entry: MeasureEntry, facts: Mapping[str, Fact]) -> Measure:
    label = f"metrics.yaml: measure {name!r}"
    _require(entry.fact in facts, f"{label}: fact {entry.fact!r}")
    fact = facts[entry.fact]
    dated = entry.time == "span" or entry.dated_by in fact.dates
    _require(dated, f"{label}: date {entry.dated_by!r} of {fact.name}")
    if entry.aggregate in ("sum", "mean"):
        _require(entry.column in fact.sums, f"{label}: column {entry.column!r} of {fact.name}")
    if entry.time in ("snapshot", "cohort"):
        _require(entry.ended_by is not None, f"{label}: `ended_by`, which its time needs,")
    if entry.aggregate in ("min_count", "mean_distinct"):
        _require(entry.per is not None, f"{label}: `per`, which its aggregate needs,")
    return Measure(
        name=name,
        fact=entry.fact,
        aggregate=entry.aggregate,
        column=entry.column,
        per=entry.per,
        at_least=entry.at_least,
        where=tuple(sorted((column, tuple(v)) for column, v in entry.where.items())),
        dated_by=entry.dated_by,
        ended_by=entry.ended_by,
        time=entry.time,
    )


def _formula(name: str, entry: FormulaEntry, measures: Mapping[str, Measure]) -> Formula:
    label = f"metrics.yaml: {name!r}"
    if entry.measure is not None:
        if entry.numerator is not None or entry.denominator is not None:
            raise CatalogueError(f"{label}: a formula is a measure or a ratio, not both.")
        _require(entry.measure in measures, f"{label}: measure {entry.measure!r}")
        return Formula(numerator=entry.measure, denominator=None, scale=1, complement=False)
    if entry.numerator is None or entry.denominator is None:
        raise CatalogueError(f"{label}: a ratio needs a numerator and a denominator.")
    for part in (entry.numerator, entry.denominator):
        _require(part in measures, f"{label}: measure {part!r}")
    return Formula(
        numerator=entry.numerator,
        denominator=entry.denominator,
        scale=entry.scale,
        complement=entry.complement,
    )


def _metric(
    entry: MetricEntry,
    measures: Mapping[str, Measure],
    facts: Mapping[str, Fact],
    entities: Mapping[str, Entity],
) -> Metric:
    if (entry.formula is None) == (entry.analysis is None):
        raise CatalogueError(f"metrics.yaml: {entry.name!r} needs a formula or an analysis.")
    formula = _formula(entry.name, entry.formula, measures) if entry.formula else None
    parts = [measures[name] for name in formula.measures()] if formula else []
    for entity in entry.by or ():
        _require(entity in entities, f"metrics.yaml: {entry.name!r}: entity {entity!r}")
    base = parts[-1] if parts else None
    return Metric(
        name=entry.name,
        label=entry.label,
        synonyms=tuple(entry.synonyms),
        unit=entry.unit,
        definition=entry.definition,
        words=entry.words,
        dated_by=entry.dated_by,
        table=entities[facts[parts[0].fact].entity].table if parts else "",
        formula=formula,
        analysis=entry.analysis,
        entities=_reachable(parts, facts) if entry.by is None else tuple(entry.by),
        additive=bool(
            formula and formula.denominator is None and base and base.aggregate in ("count", "sum")
        ),
        default_period=entry.default_period,
        extra=entry.extra,
    )


def _reachable(parts: list[Measure], facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """Return the entities whose dimensions every measure can be taken by."""
    common: list[str] | None = None
    for measure in parts:
        fact = facts[measure.fact]
        seen = [fact.entity, *fact.reaches]
        if fact.finer is not None and _fits(measure, facts[fact.finer]):
            seen += fact.finer_reaches
        if measure.time == "flow" and (measure.dated_by or "").endswith("_at"):
            seen.append(MOMENT)  # a date alone has no hour
        common = seen if common is None else [entity for entity in common if entity in seen]
    return tuple(common or ())


def _fits(measure: Measure, finer: Fact) -> bool:
    return measure.aggregate not in ("sum", "mean") or measure.column in finer.sums


def _dimension(
    entry: DimensionEntry, entities: Mapping[str, Entity], metrics: Mapping[str, Metric]
) -> Dimension:
    label = f"dimensions.yaml: {entry.name}"
    _require(entry.entity in entities or entry.entity == MOMENT, f"{label}: entity")
    for metric in entry.metrics:
        _require(metric in metrics, f"{label}: metric {metric!r}")
    if (entry.column is None) == (entry.computed is None):
        raise CatalogueError(f"{label}: a dimension is a column or computed, one of the two.")
    transform: str | None = None
    inputs: tuple[str, ...] = ()
    if entry.computed is not None:
        if len(entry.computed) != 1:
            raise CatalogueError(f"{label}: `computed` names exactly one transform.")
        ((transform, columns),) = entry.computed.items()
        inputs = tuple(columns)
    return Dimension(
        name=entry.name,
        entity=entry.entity,
        table=entities[entry.entity].table if entry.entity in entities else "",
        column=entry.column or (inputs[0] if inputs else ""),
        label=entry.label,
        synonyms=tuple(entry.synonyms),
        kind=entry.kind,
        unit=entry.unit,
        values=tuple(_value(v) for v in entry.values),
        transform=transform,
        inputs=inputs,
        groupable=entry.group,
        only_metrics=tuple(entry.metrics),
    )


def _value(entry: ValueEntry | bool | int | float | str) -> DimensionValue:
    if isinstance(entry, ValueEntry):
        return DimensionValue(
            value=entry.value,
            label=entry.label or str(entry.value),
            synonyms=tuple(entry.synonyms),
        )
    return DimensionValue(value=entry, label=str(entry), synonyms=())
