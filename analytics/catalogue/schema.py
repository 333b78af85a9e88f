"""Shape of the catalogue files: unknown keys and wrong types are refused here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from analytics.catalogue.entries import DimensionKind, MetricKind
from analytics.catalogue.parts import Aggregate, JoinKind, Recipe, Take, TimeRule
from analytics.model import Grain, Unit

Scalar = bool | int | float | str


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EntityEntry(_Strict):
    """A thing with a table, or another role of one."""

    table: str | None = None
    key: str | None = None
    shown_by: str | None = None
    role_of: str | None = None
    later: list[str] = []
    computed: dict[str, str] = {}
    recipe: Recipe | None = None


class HopEntry(_Strict):
    """One step to at most one row."""

    entity: str
    by: str
    cardinality: str | None = None


class ReachEntry(_Strict):
    """The way from a fact to another entity."""

    path: list[HopEntry] = Field(min_length=1)
    join: JoinKind = "outer"
    optional: bool = False
    cardinality: str | None = None
    """Of every step that does not say its own."""


class GatherEntry(_Strict):
    """Sums over the many rows of another table."""

    by: str
    sums: dict[str, str] = Field(min_length=1)


class FinerEntry(_Strict):
    """The finer fact, and what it reaches that this one does not."""

    fact: str
    reaches: list[str] = Field(min_length=1)


class FactEntry(_Strict):
    """Rows to aggregate."""

    entity: str
    key: str | None = None
    dates: list[str] = []
    days: list[str] = []
    sums: list[str] = []
    reaches: dict[str, ReachEntry] = {}
    finer: FinerEntry | None = None
    repeats_key: bool = False
    only: str | None = None
    gathers: dict[str, GatherEntry] = {}
    recipe: Recipe | None = None


class FactsFile(_Strict):
    """The whole of facts.yaml."""

    entities: dict[str, EntityEntry]
    facts: dict[str, FactEntry]
    newest: list[str] = []


class KeepEntry(_Strict):
    """Only the first or last row of each thing."""

    take: Take
    per: list[str] = []


class MeasureEntry(_Strict):
    """One aggregation."""

    fact: str
    aggregate: Aggregate
    column: str | None = None
    per: str | None = None
    at_least: int = 1
    where: dict[str, list[Scalar]] = {}
    dated_by: str | None = None
    ended_by: str | None = None
    time: TimeRule = "flow"
    keep: KeepEntry | None = None


class TrailingEntry(_Strict):
    """How far a running total looks back."""

    n: int = Field(ge=1, le=3660)
    grain: Grain


class ConversionEntry(_Strict):
    """The share of one thing that another follows."""

    first: str
    then: str
    by: str
    there: str | None = None
    within_days: int = Field(ge=1, le=3660)
    strictly_after: bool = False


class FormulaEntry(_Strict):
    """A measure, a ratio of two, a formula over metrics, a running total or a conversion."""

    measure: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    scale: float = 1
    complement: bool = False
    expression: str | None = None
    running: str | None = None
    since: Grain | None = None
    trailing: TrailingEntry | None = None
    conversion: ConversionEntry | None = None


class MetricEntry(_Strict):
    """A metric."""

    name: str
    label: str
    type: MetricKind | None = None
    owner: str = ""
    access: list[str] | None = None
    synonyms: list[str] = []
    unit: Unit
    definition: str
    dated_by: str
    words: str = ""
    formula: FormulaEntry | None = None
    analysis: str | None = None
    by: list[str] | None = None
    default_period: Literal["last 12 whole months"] | None = None
    extra: bool = False


class MetricsFile(_Strict):
    """The whole of metrics.yaml."""

    access: list[str] = []
    owner: str = ""
    currency: str = ""
    measures: dict[str, MeasureEntry]
    metrics: list[MetricEntry]


class ValueEntry(_Strict):
    """A value with words for it."""

    value: Scalar
    label: str | None = None
    synonyms: list[str] = []


class DimensionEntry(_Strict):
    """A dimension."""

    name: str
    entity: str
    like: str | None = None
    """Take column, kind and values from this dimension of the entity's other role."""
    column: str | None = None
    computed: dict[str, list[str]] | None = None
    kind: DimensionKind | None = None
    unit: str | None = None
    label: str
    synonyms: list[str] = []
    description: str = ""
    owner: str = ""
    access: list[str] | None = None
    values: list[ValueEntry | Scalar] = []
    listed: bool = True
    group: bool = True
    metrics: list[str] = []
    settles: list[str] = []


class HierarchyEntry(_Strict):
    """Levels to drill down through."""

    name: str
    levels: list[str] = Field(min_length=2)
    of_time: bool = False
    loose: list[str] = []


class DimensionsFile(_Strict):
    """The whole of dimensions.yaml."""

    access: list[str] = []
    owner: str = ""
    hierarchies: list[HierarchyEntry] = []
    dimensions: list[DimensionEntry]
