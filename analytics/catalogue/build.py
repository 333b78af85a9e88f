"""Builds the frozen values of a catalogue from files whose entries have been checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from analytics.catalogue.entries import (
    Catalogue,
    Dimension,
    DimensionValue,
    Hierarchy,
    Metric,
    MetricKind,
)
from analytics.catalogue.expressions import parse
from analytics.catalogue.formulas import Formulas, measure_of
from analytics.catalogue.parts import (
    MOMENT,
    Cardinality,
    Entity,
    Fact,
    Formula,
    Gather,
    Hop,
    Measure,
    Reach,
)
from analytics.catalogue.schema import (
    DimensionEntry,
    DimensionsFile,
    EntityEntry,
    FactEntry,
    FactsFile,
    MetricEntry,
    MetricsFile,
    ReachEntry,
    Scalar,
    ValueEntry,
)
from analytics.catalogue.versions import with_versions


def built(things: FactsFile, numbers: MetricsFile, splits: DimensionsFile) -> Catalogue:
    """Build a catalogue from the three files, checked before."""
    entities = {name: _entity(name, e, things.entities) for name, e in things.entities.items()}
    facts = {name: _fact(name, e) for name, e in things.facts.items()}
    measures = {name: measure_of(name, e) for name, e in numbers.measures.items()}
    formulas = Formulas(numbers, measures)
    owners = {d.name: d.entity for d in splits.dimensions}
    metrics = {
        m.name: _metric(m, numbers, formulas, facts, entities, owners) for m in numbers.metrics
    }
    dimensions = {d.name: _dimension(d, splits, entities) for d in splits.dimensions}
    return with_versions(
        Catalogue(
            metrics=MappingProxyType(metrics),
            dimensions=MappingProxyType(dimensions),
            measures=MappingProxyType(dict(formulas.measures)),
            facts=MappingProxyType(facts),
            entities=MappingProxyType(entities),
            hierarchies=tuple(
                Hierarchy(
                    name=h.name, levels=tuple(h.levels), of_time=h.of_time, loose=tuple(h.loose)
                )
                for h in splits.hierarchies
            ),
            newest=tuple(_table_and_column(name) for name in things.newest),
            currency=numbers.currency.upper(),
        )
    )


def _table_and_column(name: str) -> tuple[str, str]:
    table, _, column = name.rpartition(".")
    return table, column


def _entity(name: str, entry: EntityEntry, entries: Mapping[str, EntityEntry]) -> Entity:
    base = entries[entry.role_of] if entry.role_of is not None else entry
    return Entity(
        name=name,
        table=base.table or "",
        key=base.key,
        shown_by=base.shown_by,
        role_of=entry.role_of,
        later=tuple(base.later),
        computed=MappingProxyType(
            {column: parse(text, functions=True) for column, text in base.computed.items()}
        ),
        recipe=base.recipe,
    )


def _fact(name: str, entry: FactEntry) -> Fact:
    return Fact(
        name=name,
        entity=entry.entity,
        key=entry.key,
        dates=tuple(entry.dates),
        days=tuple(entry.days),
        sums=tuple(entry.sums),
        reaches=MappingProxyType({name: _reach(e) for name, e in entry.reaches.items()}),
        finer=entry.finer.fact if entry.finer else None,
        finer_reaches=tuple(entry.finer.reaches) if entry.finer else (),
        repeats_key=entry.repeats_key,
        only=parse(entry.only, functions=True) if entry.only is not None else None,
        gathers=tuple(
            Gather(
                table=table,
                by=gather.by,
                sums=MappingProxyType(
                    {column: parse(text, functions=True) for column, text in gather.sums.items()}
                ),
            )
            for table, gather in entry.gathers.items()
        ),
        recipe=entry.recipe,
    )


def _reach(entry: ReachEntry) -> Reach:
    return Reach(
        path=tuple(
            Hop(
                entity=h.entity, by=h.by, cardinality=_cardinality(h.cardinality, entry.cardinality)
            )
            for h in entry.path
        ),
        join=entry.join,
        optional=entry.optional,
    )


def _cardinality(own: str | None, shared: str | None) -> Cardinality:
    return "one to one" if (own or shared) == "one to one" else "many to one"


def _metric(
    entry: MetricEntry,
    file: MetricsFile,
    formulas: Formulas,
    facts: Mapping[str, Fact],
    entities: Mapping[str, Entity],
    owners: Mapping[str, str],
) -> Metric:
    formula = formulas.of(entry.name) if entry.formula is not None else None
    parts = [formulas.measures[name] for name in formula.measures()] if formula else []
    by = entry.by or ()
    named = [name for name in by if name not in entities]
    allowed = tuple(dict.fromkeys(owners[n] if n in named else n for n in by))
    # Single dimensions, and of the entities that are named beside them all.
    only_by = (
        tuple(d for d, entity in owners.items() if d in named or entity in by) if named else ()
    )
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
        entities=reachable(parts, facts) if entry.by is None else allowed,
        additive=formula is not None and formulas.adds_up(formula),
        default_period=entry.default_period,
        extra=entry.extra,
        kind=kind_of(formula, parts),
        only_by=only_by,
        owner=entry.owner or file.owner,
        access=tuple(file.access if entry.access is None else entry.access),
    )


def kind_of(formula: Formula | None, parts: Sequence[Measure]) -> MetricKind:
    """Return the type of a metric: it follows from the formula, and a declared one must agree."""
    if formula is None:
        return "model"
    if formula.tree is not None:
        return "derived"
    if any(m.followed is not None for m in parts):
        return "conversion"
    if any(m.time == "running" for m in parts):
        return "cumulative"
    if formula.denominator is not None:
        started = all(m.time == "cohort" for m in parts)
        return "rate over a starting population" if started else "ratio"
    return "distinct count" if parts[0].aggregate in ("count_distinct", "min_count") else "simple"


def reachable(parts: Sequence[Measure], facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """Return the entities whose dimensions every measure can be taken by."""
    common: list[str] | None = None
    for measure in parts:
        fact = facts[measure.fact]
        seen = [fact.entity, *fact.reaches]
        if fact.finer is not None and _fits(measure, facts[fact.finer]):
            seen += fact.finer_reaches
        if measure.time == "flow" and measure.dated_by not in (None, *fact.days):
            seen.append(MOMENT)
        common = seen if common is None else [entity for entity in common if entity in seen]
    return tuple(common or ())


def _fits(measure: Measure, finer: Fact) -> bool:
    return measure.aggregate not in ("sum", "mean") or measure.column in finer.sums


def _dimension(
    entry: DimensionEntry, file: DimensionsFile, entities: Mapping[str, Entity]
) -> Dimension:
    like = next((d for d in file.dimensions if d.name == entry.like), entry)
    transform: str | None = None
    inputs: tuple[str, ...] = ()
    if like.computed is not None:
        ((transform, columns),) = like.computed.items()
        inputs = tuple(columns)
    return Dimension(
        name=entry.name,
        entity=entry.entity,
        table=entities[entry.entity].table if entry.entity in entities else "",
        column=like.column or (inputs[0] if inputs else ""),
        label=entry.label,
        synonyms=tuple(entry.synonyms),
        kind=like.kind or "category",
        unit=like.unit,
        values=tuple(_value(v) for v in (entry.values or like.values)),
        transform=transform,
        inputs=inputs,
        groupable=like.group,
        only_metrics=tuple(entry.metrics),
        settles=tuple(entry.settles),
        description=entry.description,
        owner=entry.owner or file.owner,
        access=tuple(file.access if entry.access is None else entry.access),
    )


def _value(entry: ValueEntry | Scalar) -> DimensionValue:
    if isinstance(entry, ValueEntry):
        return DimensionValue(
            value=entry.value,
            label=entry.label or str(entry.value),
            synonyms=tuple(entry.synonyms),
        )
    return DimensionValue(value=entry, label=str(entry), synonyms=())
