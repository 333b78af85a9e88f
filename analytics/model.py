"""Values of analytics: metric queries, findings, receipts and outcomes of understanding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Grain = Literal["day", "week", "month", "quarter", "year"]
Operator = Literal["=", "!=", "in", "not in", ">", ">=", "<", "<=", "is null", "not null"]
Cell = str | int | float | bool | date | None
Unit = Literal[
    "money", "count", "fraction", "hours", "minutes", "seconds", "score", "percent", "ms", "number"
]
Scale = Literal["thousands", "millions", "seconds", "minutes", "hours", "days"]
ChartKind = Literal["number", "line", "bar", "ranked", "stacked", "heatmap", "histogram", "table"]
"""bar: in the groups' own order; ranked: lying, by value; histogram: bars over numbers that follow
each other; stacked: parts on top of each other; heatmap: two dimensions, the value as colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days `[start, end)`."""

    start: date
    end: date
    label: str = ""
    """As it was asked ("last month"); may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A condition on one dimension of the catalogue."""

    dimension: str
    operator: Operator
    values: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCondition:
    """Only customers for whom a metric, counted for each of them alone, meets a number.

    A semi-join: a customer counts once however often the condition is met. A customer without
    any row has 0, so `orders < 1` are those who never completed an order.
    """

    metric: str
    """Name as in metrics.md ("orders", "revenue", "tickets", "sessions", "incidents")."""
    operator: Operator = ">="
    value: float = 1
    filters: tuple[Filter, ...] = ()
    period: Period | None = None
    """None: everything before the as-of date."""
    days_before_churn: int | None = None
    """Only rows of the last so many days before the customer's own `churned_at`, which is
    itself excluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricQuery:
    """A question made exact: everything that decides the numbers."""

    metrics: tuple[str, ...]
    """Names as in metrics.md ("revenue", "average order value")."""
    dimensions: tuple[str, ...] = ()
    grain: Grain | None = None
    filters: tuple[Filter, ...] = ()
    having: tuple[Filter, ...] = ()
    """Conditions on a metric of the result, asked for or not; in a comparison also on `current`,
    `previous`, `difference` and `growth`, in a share also on `share`."""
    period: Period | None = None
    compare_to: Period | None = None
    compare: Literal["difference", "growth", "both", "change_only", "growth_only"] | None = None
    compare_step: Grain | None = None
    """With a grain and no `compare_to`: each row against the row one step earlier ("month":
    the month before, "year": the same month a year earlier), also where that lies outside
    the period. Columns: the grain, the metric (not with `change_only` and `growth_only`), then
    the difference or the growth."""
    share_of_total: bool = False
    numerator: tuple[Filter, ...] = ()
    """Share of the metric that these conditions keep: metric with them / metric without."""
    per_metric: str | None = None
    """The single metric divided by this one, each summed on its own ("tickets per customer")."""
    per_scale: float = 1
    """Factor on the ratio: 100 for "per 100 customers"."""
    customer_conditions: tuple[CustomerCondition, ...] = ()
    mean_per: Grain | None = None
    """The mean of the metric over the period's days, weeks, … ("average daily orders"); those
    without rows count as 0."""
    count_groups: bool = False
    """How many groups of the dimensions meet `having`, as one number."""
    order: Literal["ascending", "descending"] | None = None
    order_by: str | None = None
    """A metric, or `current`, `previous`, `difference`, `growth`, `share`; None: the change of a
    comparison that asks for one, else the first metric."""
    top_n: int | None = None
    """Groups (or, without dimensions, periods) kept; with a grain and dimensions, the groups
    that come first over the whole period."""
    top_within: tuple[str, ...] = ()
    """Dimensions, among those above, for each group of which `top_n` counts anew ("the top 3
    products of each category")."""
    skip: int = 0
    """Rows passed over first: 1, with `top_n` 1, is the second."""
    cumulative: bool = False
    """Each row of a trend adds up everything from the period's start to its own end."""
    quantile: float | None = None
    """0 to 1, in place of the mean that the metric is: 0.5 for the median."""
    shown_in: Scale | None = None
    """The unit that the values are wanted in, where it is not the metric's own."""
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a result."""

    name: str
    label: str
    unit: Unit | None = None
    """None for a dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart in the product's own words; the page draws it."""

    kind: ChartKind
    title: str
    x: str | None = None
    """Name of the column along the axis."""
    y: tuple[str, ...] = ()
    series: str | None = None
    """Name of the column that splits the rows into lines, bars or the rows of a heat map."""
    unit: Unit | None = None
    compare: tuple[str, ...] = ()
    """Which of `y` are what the others are compared with; drawn dashed or grey."""
    most_x: int | None = None
    """At most this many groups (of a trend: the last periods) are drawn; None: all."""
    most_series: int | None = None
    """At most this many values of `series` are drawn, the largest first; None: all."""
    others: Literal["added_up", "left_out"] | None = None
    """What becomes of the groups that are not drawn by themselves."""
    note: str = ""
    """A sentence that says what is not drawn; empty when everything is."""


CheckKind = Literal["groups", "split", "ratio", "change", "shares"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A second, differently built computation that came to the same number."""

    kind: CheckKind
    """groups: the groups add up to the total; split: the total is the sum over another split;
    ratio: numerator and denominator, each counted on its own, give the rate; change: the earlier
    period and the change give the later one; shares: they add up to one."""
    text: str
    """What was compared, as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """How a finding was computed."""

    definition: str
    period: str
    """In words with exact dates ("1 May to 31 May 2026")."""
    filters: tuple[str, ...]
    sql: str
    n_rows: int
    """Rows of the result."""
    as_of: date
    notes: tuple[str, ...] = ()
    """Partial periods, fallbacks, limits reached."""
    checks: tuple[Check, ...] = ()
    """What a second computation confirmed; empty where nothing can be checked. A number whose
    check fails is never given."""
    is_partial: bool = False
    """Whether a period asked about is not over on the as-of date."""
    rows_read: int | None = None
    """Rows of the tables that the query reads, before any condition; None when not counted."""
    definition_version: str = ""
    """Short hash of what decides the metric's numbers, one for each metric, comma-separated."""
    elapsed_ms: float | None = field(default=None, compare=False, repr=False)
    """Time that compiling, running and checking took; no part of the answer itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The answer to an analytical question."""

    analysis: str
    """`metric` for plain metric questions, else the kind of analysis of questions.md."""
    text: str
    """Sentences in Markdown; the first is the answer."""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    chart: Chart
    receipt: Receipt
    metric_query: MetricQuery | None = None
    slots: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One reading of an ambiguous question: a button, and the question that it stands for."""

    label: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguity:
    """A question with several readings: one question back, with at most four choices."""

    question: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What is unknown in a question, and the nearest things that work."""

    reason: str
    unknown: str = ""
    suggestions: tuple[str, ...] = ()
    """Whole questions that can be answered."""
    analysis: str = ""
    """The kind of analysis that was recognised but cannot be carried out; else empty."""
    slots: Mapping[str, object] = field(default_factory=dict)
    """What that analysis would have been given, as in questions.md."""


InsightOutcome = Finding | Ambiguity | Refusal
