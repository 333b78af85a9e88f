"""Shape of the catalogue files: unknown keys and wrong types are refused here."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from analytics.catalogue.entries import Aggregate, DimensionKind, JoinKind, TimeRule
from analytics.model import Unit

Scalar = bool | int | float | str


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EntityEntry(_Strict):
    """A thing with a table."""

    table: str
    key: str | None = None
    shown_by: str | None = None


class HopEntry(_Strict):
    """One many-to-one step."""

    entity: str
    by: str


class ReachEntry(_Strict):
    """The way from a fact to another entity."""

    path: list[HopEntry] = Field(min_length=1)
    join: JoinKind = "outer"
    optional: bool = False


class FinerEntry(_Strict):
    """The finer fact, and what it reaches that this one does not."""

    fact: str
    reaches: list[str] = Field(min_length=1)


class FactEntry(_Strict):
    """Rows to aggregate."""

    entity: str
    key: str | None = None
    dates: list[str]
    sums: list[str]
    reaches: dict[str, ReachEntry]
    finer: FinerEntry | None = None
    repeats_key: bool = False


class FactsFile(_Strict):
    """The whole of facts.yaml."""

    entities: dict[str, EntityEntry]
    facts: dict[str, FactEntry]


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


class FormulaEntry(_Strict):
    """A measure, or a ratio of two."""

    measure: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    scale: float = 1
    complement: bool = False


class MetricEntry(_Strict):
    """A metric."""

    name: str
    label: str
    synonyms: list[str]
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
    column: str | None = None
    computed: dict[str, list[str]] | None = None
    kind: DimensionKind
    unit: str | None = None
    label: str
    synonyms: list[str]
    values: list[ValueEntry | Scalar] = []
    listed: bool = True
    group: bool = True
    metrics: list[str] = []


class DimensionsFile(_Strict):
    """The whole of dimensions.yaml."""

    dimensions: list[DimensionEntry]
