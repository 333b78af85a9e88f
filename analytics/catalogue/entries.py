"""Entries of the catalogue: metrics, dimensions, hierarchies, and how they lie together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from rapidfuzz import fuzz, process

from analytics.catalogue.parts import MOMENT as MOMENT
from analytics.catalogue.parts import Entity, Fact, Formula, Measure
from analytics.errors import UnknownDimensionError, UnknownMetricError
from analytics.model import Cell, Unit

DimensionKind = Literal["category", "number", "date", "entity", "boolean"]
MetricKind = Literal[
    "simple",
    "distinct count",
    "ratio",
    "rate over a starting population",
    "derived",
    "cumulative",
    "conversion",
    "model",
]
EVERYONE = "everyone"
"""The group that every asker belongs to."""


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
    kind: MetricKind = "simple"
    only_by: tuple[str, ...] = ()
    """The only dimensions that may group or limit it; empty: all of its entities'."""
    owner: str = ""
    access: tuple[str, ...] = (EVERYONE,)
    """Groups that may see it; empty: nobody."""
    version: str = ""
    """Short hash of everything that decides its numbers."""


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
    settles: tuple[str, ...] = ()
    """Ratios of which it is one side: filtered by it they are always 0 or 1."""
    description: str = ""
    owner: str = ""
    access: tuple[str, ...] = (EVERYONE,)
    """Groups that may see its values; empty: nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """Levels to drill down through, the widest first: dimensions, or lengths of time."""

    name: str
    levels: tuple[str, ...]
    of_time: bool = False
    loose: tuple[str, ...] = ()
    """Levels whose members may lie in several of the level above (a week in two months)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Everything that can be asked for, by name."""

    metrics: Mapping[str, Metric]
    dimensions: Mapping[str, Dimension]
    measures: Mapping[str, Measure]
    facts: Mapping[str, Fact]
    entities: Mapping[str, Entity]
    hierarchies: tuple[Hierarchy, ...] = ()
    newest: tuple[tuple[str, str], ...] = ()
    """Tables and date columns: the as-of date is the day after the newest of them."""
    version: str = ""
    """Short hash of every definition."""
    currency: str = ""
    """What money is in, as a code of three letters ("EUR"); empty: not said."""

    def children(self, level: str) -> tuple[str, ...]:
        """Return the next narrower levels of a dimension or a grain, in file order."""
        return tuple(
            h.levels[h.levels.index(level) + 1] for h in self.hierarchies if level in h.levels[:-1]
        )

    def parents(self, level: str) -> tuple[str, ...]:
        """Return the next wider levels of a dimension or a grain, in file order."""
        return tuple(
            h.levels[h.levels.index(level) - 1] for h in self.hierarchies if level in h.levels[1:]
        )

    def parent(self, level: str) -> str | None:
        """Return the first of `parents`; None at the top and outside every hierarchy."""
        return next(iter(self.parents(level)), None)

    def nests(self, level: str, *, within: str) -> bool:
        """Say whether every member of a level lies in one member of a wider one.

        False as well where no hierarchy has both in this order.
        """
        for hierarchy in self.hierarchies:
            if level in hierarchy.levels and within in hierarchy.levels:
                low, high = hierarchy.levels.index(level), hierarchy.levels.index(within)
                if high < low:
                    # What lies between may be passed over; the level itself and the wider one not.
                    return level not in hierarchy.loose
        return False

    def visible_to(self, groups: Iterable[str]) -> Catalogue:
        """Return the catalogue without the metrics and dimensions that these groups may not see.

        Everybody belongs to the group `everyone`.
        """
        mine = frozenset(groups) | {EVERYONE}
        metrics = {n: m for n, m in self.metrics.items() if mine & set(m.access)}
        dimensions = {n: d for n, d in self.dimensions.items() if mine & set(d.access)}
        if len(metrics) == len(self.metrics) and len(dimensions) == len(self.dimensions):
            return self
        return replace(
            self, metrics=MappingProxyType(metrics), dimensions=MappingProxyType(dimensions)
        )

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
        if wanted.only_by and dimension not in wanted.only_by:
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
