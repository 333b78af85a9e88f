"""What metrics are made of: entities, joins, facts, measures and formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from analytics.catalogue.expressions import Node
from analytics.model import Cell, Grain

Aggregate = Literal[
    "count", "count_values", "sum", "mean", "count_distinct", "min_count", "mean_distinct"
]
TimeRule = Literal["flow", "until", "snapshot", "cohort", "span", "whole", "running"]
JoinKind = Literal["outer", "inner"]
Cardinality = Literal["many to one", "one to one"]
Take = Literal["first", "last"]
Recipe = Literal[
    "orders", "order_lines", "customers", "web_sessions", "campaigns", "campaign_contacts",
    "surveys", "tickets", "incidents", "incident_hits",
]  # fmt: skip
"""Rows and columns of the canonical warehouse that are made in Python (analytics/query/facts)."""


def _nothing() -> Mapping[str, Node]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A thing with a table of its own, or another role of such a thing."""

    name: str
    table: str
    key: str | None
    """None when its rows have no key of one column."""
    shown_by: str | None
    """The column people know it by; None when it has none."""
    role_of: str | None = None
    """The entity whose table it shares: the campaign of the order, that of the sign-up."""
    later: tuple[str, ...] = ()
    """Moments that may come after the row was first seen; NULL while they lie ahead."""
    computed: Mapping[str, Node] = field(default_factory=_nothing)
    """Columns made from the table's own."""
    recipe: Recipe | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A step to at most one row: `by` on this side is the key of `entity`."""

    entity: str
    by: str
    cardinality: Cardinality = "many to one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How a fact's rows lead to one row of another entity."""

    path: tuple[Hop, ...]
    join: JoinKind
    """inner: rows that lead nowhere drop out."""
    optional: bool
    """Rows that lead nowhere are usual, and worth a word when they are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather:
    """Sums over the many rows of another table, taken before they are joined."""

    table: str
    by: str
    """Column of that table that holds the fact's key."""
    sums: Mapping[str, Node]
    """New columns: what is summed over each of them; a formula of that table's columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Rows that measures are taken over."""

    name: str
    entity: str
    key: str | None
    dates: tuple[str, ...]
    days: tuple[str, ...]
    """Those of the dates that have no hour."""
    sums: tuple[str, ...]
    reaches: Mapping[str, Reach]
    finer: str | None
    """The fact to use instead when one of `finer_reaches` is asked for."""
    finer_reaches: tuple[str, ...]
    repeats_key: bool
    """Several rows share one key, so counting needs distinct keys."""
    only: Node | None = None
    """A condition that rows must meet to be seen at all."""
    gathers: tuple[Gather, ...] = ()
    recipe: Recipe | None = None

    def sees(self, entity: str) -> bool:
        """Say whether a dimension of this entity can be read off the rows."""
        return entity in (self.entity, MOMENT) or entity in self.reaches


MOMENT = "moment"
"""The entity of dimensions that are read off a metric's own date (hour, day of the week)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Whether a row is followed by another thing of the same owner within some days."""

    column: str
    """Name of the truth value that says so."""
    by: str
    """Column of the row that names its owner."""
    fact: str
    there: str
    """Column of the other fact that names the owner."""
    dated_by: str
    where: tuple[tuple[str, tuple[Cell, ...]], ...]
    within_days: int
    strictly_after: bool = False
    """What happens at the very moment of the row does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trailing:
    """So many days, weeks, … that end with a period."""

    n: int
    grain: Grain


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Semi-additive: of each thing only its first or last row in the period counts."""

    take: Take
    per: tuple[str, ...]
    """Columns that name the thing; empty: the rows of the first or last moment of all."""


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
    since: Grain | None = None
    """Of a running measure: from the first day of the year, quarter, … it lies in."""
    trailing: Trailing | None = None
    """Of a running measure: the days it looks back; with neither, everything before."""
    followed: Followed | None = None
    keep: Keep | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A metric's value: `scale × numerator / denominator`, 1 minus that, or a tree of those."""

    numerator: str
    denominator: str | None
    """None: the numerator measure is the value."""
    scale: float
    complement: bool
    tree: Node | None = None
    """A formula over `leaves`; then numerator and denominator are the first and last measure."""
    leaves: tuple[tuple[str, Formula], ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the value is one measure as it stands."""
        return self.denominator is None and self.tree is None

    def measures(self) -> tuple[str, ...]:
        """Return the names of the measures used, numerator first, each once."""
        if self.tree is not None:
            return tuple(dict.fromkeys(m for _, leaf in self.leaves for m in leaf.measures()))
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)
