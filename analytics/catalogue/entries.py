"""Entries of the catalogue: metrics, dimensions, and the measures and facts beneath them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

from analytics.errors import UnknownDimensionError, UnknownMetricError
from analytics.model import Cell, Unit

Aggregate = Literal["count", "sum", "mean", "count_distinct", "min_count", "mean_distinct"]
TimeRule = Literal["flow", "until", "snapshot", "cohort", "span", "whole"]
DimensionKind = Literal["category", "number", "date", "entity", "boolean"]
JoinKind = Literal["outer", "inner"]

MOMENT = "moment"
"""The entity of dimensions that are read off a metric's own date (hour, day of the week)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A thing with a table of its own."""

    name: str
    table: str
    key: str | None
    """None when its rows have no key of one column."""
    shown_by: str | None
    """The column people know it by; None when it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A many-to-one step: `by` on this side is the key of `entity`."""

    entity: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How a fact's rows lead to one row of another entity."""

    path: tuple[Hop, ...]
    join: JoinKind
    """inner: rows that lead nowhere drop out."""
    optional: bool
    """Rows that lead nowhere are usual, and worth a word when they are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Rows that measures are taken over."""

    name: str
    entity: str
    key: str | None
    dates: tuple[str, ...]
    sums: tuple[str, ...]
    reaches: Mapping[str, Reach]
    finer: str | None
    """The fact to use instead when one of `finer_reaches` is asked for."""
    finer_reaches: tuple[str, ...]
    repeats_key: bool
    """Several rows share one key, so counting needs distinct keys."""

    def sees(self, entity: str) -> bool:
        """Say whether a dimension of this entity can be read off the rows."""
        return entity in (self.entity, MOMENT) or entity in self.reaches


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One aggregation over one fact."""

    name: str
    fact: str
    aggregate: Aggregate
    column: str | None
    per: str | None
    at_least: int
    where: tuple[tuple[str, tuple[Cell, ...]], ...]
    """Columns and the values they must have, by column name."""
    dated_by: str | None
    ended_by: str | None
    time: TimeRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A metric's value: `scale × numerator / denominator`, or 1 minus that."""

    numerator: str
    denominator: str | None
    """None: the numerator measure is the value."""
    scale: float
    complement: bool

    def measures(self) -> tuple[str, ...]:
        """Return the names of the measures used, numerator first."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A number that can be asked for by name."""

    name: str
    """As in metrics.md."""
    label: str
    synonyms: tuple[str, ...]
    unit: Unit
    definition: str
    words: str
    """What follows the number in a sentence ("tickets"); empty for rates and means."""
    dated_by: str
    table: str
    """The base table; empty for a metric that a model computes."""
    formula: Formula | None
    analysis: str | None
    """The kind of analysis that computes it, when no formula does."""
    entities: tuple[str, ...]
    """Its dimensions belong to these, and to no other."""
    additive: bool
    """Whether the parts of a breakdown add up to the whole."""
    default_period: str | None
    extra: bool
    """Not in metrics.md: a count that its ratios are made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionValue:
    """A value of a category and the words for it."""

    value: Cell
    label: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """A column that metrics can be grouped or filtered by."""

    name: str
    entity: str
    table: str
    """Empty for the clock (hour, day of the week)."""
    column: str
    """The warehouse column asked about; for a computed one, the first it is made from."""
    label: str
    synonyms: tuple[str, ...]
    kind: DimensionKind
    unit: str | None
    values: tuple[DimensionValue, ...]
    """Empty when the values are the warehouse's own."""
    transform: str | None
    inputs: tuple[str, ...]
    groupable: bool
    only_metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that can be asked for, by name."""

    metrics: Mapping[str, Metric]
    dimensions: Mapping[str, Dimension]
    measures: Mapping[str, Measure]
    facts: Mapping[str, Fact]
    entities: Mapping[str, Entity]

    def metric(self, name: str) -> Metric:
        """Return a metric by its name.

        Raises
        ------
        UnknownMetricError
            When there is none of that name; the hint has the nearest one.
        """
        found = self.metrics.get(name)
        if found is None:
            raise UnknownMetricError(
                f"There is no metric {name!r}.", hint=did_you_mean(name, self._metric_words())
            )
        return found

    def dimension(self, name: str) -> Dimension:
        """Return a dimension by its name.

        Raises
        ------
        UnknownDimensionError
            When there is none of that name; the hint has the nearest one.
        """
        found = self.dimensions.get(name)
        if found is None:
            raise UnknownDimensionError(
                f"There is no dimension {name!r}.",
                hint=did_you_mean(name, self._dimension_words(self.dimensions.values())),
            )
        return found

    def dimensions_of(self, metric: str) -> tuple[Dimension, ...]:
        """Return the dimensions that a metric can be grouped or filtered by, in file order."""
        return tuple(d for d in self.dimensions.values() if self.has_dimension(metric, d.name))

    def has_dimension(self, metric: str, dimension: str) -> bool:
        """Say whether a metric can be grouped or filtered by a dimension.

        Raises
        ------
        UnknownMetricError, UnknownDimensionError
            When a name is not in the catalogue.
        """
        wanted, by = self.metric(metric), self.dimension(dimension)
        if by.only_metrics and metric not in by.only_metrics:
            return False
        return by.entity in wanted.entities

    def measures_of(self, metric: Metric) -> tuple[Measure, ...]:
        """Return the measures of a metric's formula; none for a model's metric."""
        if metric.formula is None:
            return ()
        return tuple(self.measures[name] for name in metric.formula.measures())

    def require_dimension(self, metric: str, dimension: str) -> Dimension:
        """Return a dimension that the metric must have.

        Raises
        ------
        UnknownDimensionError
            When the metric cannot be grouped or filtered by it; the hint has the nearest one.
        """
        found = self.dimension(dimension)
        if not self.has_dimension(metric, dimension):
            near = did_you_mean(dimension, self._dimension_words(self.dimensions_of(metric)))
            raise UnknownDimensionError(
                f"{self.metric(metric).label} cannot be split or filtered by {found.label!r}.",
                hint=near,
            )
        return found

    def _metric_words(self) -> dict[str, str]:
        words = {}
        for metric in self.metrics.values():
            for word in (*metric.synonyms, metric.label, metric.name):
                words[word.lower()] = metric.name
        return words

    @staticmethod
    def _dimension_words(dimensions: Iterable[Dimension]) -> dict[str, str]:
        words: dict[str, str] = {}
        for dimension in dimensions:
            for word in (dimension.name, dimension.label, *dimension.synonyms):
                words.setdefault(word.lower(), dimension.name)
        return words


def did_you_mean(word: str, known: Mapping[str, str], *, cutoff: float = 70.0) -> str:
    """Name the nearest known entry.

    Parameters
    ----------
    word : str
        What was asked for.
    known : Mapping[str, str]
        Lower-case words and the name of the entry each stands for.
    cutoff : float
        Least similarity, 0 to 100.

    Returns
    -------
    str
        "Did you mean 'revenue'?"; empty when nothing is near.
    """
    hits = process.extract(
        word.lower(), sorted(known), scorer=fuzz.WRatio, limit=3, score_cutoff=cutoff
    )
    if not hits:
        return ""
    best = max(hits, key=lambda hit: (hit[1], hit[0]))
    return f"Did you mean {known[best[0]]!r}?"
