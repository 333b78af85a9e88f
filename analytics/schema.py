"""The canonical warehouse as data: tables, columns, types, keys, value lists, references.

A test compares it with the contract's warehouse.sql.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, cast, get_args

ColumnType = Literal["BIGINT", "INTEGER", "DOUBLE", "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    type: ColumnType
    values: tuple[str, ...] = ()
    """The values that the contract lists; empty when it lists none."""
    is_closed: bool = False
    """Definitions of metrics name the listed values, so that another one cannot be used."""
    low: float | None = None
    high: float | None = None
    """Least and greatest value that makes sense, both included."""
    references: str | None = None
    """Table whose key of one column this column holds; NULL refers to nothing."""
    is_required: bool = False
    """Never NULL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the warehouse."""

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    """As the contract declares it; empty for the three tables without one."""
    key: tuple[str, ...]
    """What tells two rows apart: the primary key, or the columns that stand for it."""
    dated_by: str | None
    """The date that puts a row into a period; None for tables that are not dated."""

    def column(self, name: str) -> Column:
        """Return a column; a KeyError for an unknown name is a bug of the caller."""
        return {column.name: column for column in self.columns}[name]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in the contract's order."""
        return tuple(column.name for column in self.columns)


GENDERS: Final = ("female", "male", "other")
REGIONS: Final = ("North", "South", "East", "West")
INCOME_BANDS: Final = ("low", "middle", "high")
LIFESTYLES: Final = ("bargain hunter", "brand loyal", "early adopter", "convenience seeker")
ACQUISITION_CHANNELS: Final = ("search", "social", "email", "referral", "store", "affiliate")
PLANS: Final = ("none", "basic", "plus", "premium")
CUSTOMER_STATUSES: Final = ("active", "churned")
CHURN_REASONS: Final = ("price", "service", "competitor", "moved", "no longer needed")
PRODUCT_CATEGORIES: Final = ("Laptops", "Phones", "Audio", "Accessories", "Software", "Services")
PRODUCT_KINDS: Final = ("one-off", "subscription")
ORDER_CHANNELS: Final = ("web", "app", "store", "phone")
ORDER_STATUSES: Final = ("completed", "cancelled", "returned")
SOURCES: Final = ("google", "bing", "newsletter", "facebook", "instagram", "direct", "partner")
MEDIUMS: Final = ("organic", "cpc", "email", "social", "none", "referral")
DEVICES: Final = ("desktop", "mobile", "tablet")
STEPS: Final = ("visit", "product_view", "add_to_cart", "checkout", "purchase")
CAMPAIGN_CHANNELS: Final = ("email", "search", "social", "affiliate", "direct mail")
OBJECTIVES: Final = ("acquisition", "cross-sell", "retention", "win-back")
CONTACT_VARIANTS: Final = ("A", "B", "control")
PRIMARY_METRICS: Final = ("conversion", "revenue")
EXPERIMENT_VARIANTS: Final = ("control", "treatment")
SURVEY_KINDS: Final = ("csat", "nps")
TICKET_CHANNELS: Final = ("chat", "email", "phone", "portal")
TICKET_CATEGORIES: Final = (
    "access", "hardware", "software", "network", "email", "billing", "other",
)  # fmt: skip
PRIORITIES: Final = ("low", "medium", "high", "urgent")
TEAMS: Final = ("Service Desk", "Network", "Workplace", "Applications", "Security", "Billing")
TICKET_STATUSES: Final = ("new", "open", "pending", "resolved", "closed")
ROOT_CAUSES: Final = (
    "memory", "network delay", "database issue", "deployment",
    "capacity", "third party", "configuration",
)  # fmt: skip
SERVICE_METRICS: Final = (
    "cpu_load", "memory_load", "disk_used", "latency_ms", "error_rate", "requests",
)  # fmt: skip

_CLOSED: Final = {
    "customers.status": CUSTOMER_STATUSES,
    "orders.status": ORDER_STATUSES,
    "web_events.step": STEPS,
    "campaign_contacts.variant": CONTACT_VARIANTS,
    "experiments.primary_metric": PRIMARY_METRICS,
    "experiment_assignments.variant": EXPERIMENT_VARIANTS,
    "surveys.kind": SURVEY_KINDS,
}

_OPEN: Final = {
    "customers.gender": GENDERS,
    "customers.region": REGIONS,
    "customers.income_band": INCOME_BANDS,
    "customers.lifestyle": LIFESTYLES,
    "customers.acquisition_channel": ACQUISITION_CHANNELS,
    "customers.plan": PLANS,
    "customers.churn_reason": CHURN_REASONS,
    "products.category": PRODUCT_CATEGORIES,
    "products.kind": PRODUCT_KINDS,
    "orders.channel": ORDER_CHANNELS,
    "web_sessions.source": SOURCES,
    "web_sessions.medium": MEDIUMS,
    "web_sessions.device": DEVICES,
    "campaigns.channel": CAMPAIGN_CHANNELS,
    "campaigns.objective": OBJECTIVES,
    "tickets.channel": TICKET_CHANNELS,
    "tickets.category": TICKET_CATEGORIES,
    "tickets.priority": PRIORITIES,
    "tickets.team": TEAMS,
    "tickets.status": TICKET_STATUSES,
    "services.owner_team": TEAMS,
    "incidents.root_cause": ROOT_CAUSES,
    "service_metrics.metric": SERVICE_METRICS,
}
"""A company's own categories and teams are as good as the contract's."""

_RANGES: Final[Mapping[str, tuple[float, float | None]]] = {
    "products.unit_price": (0, None),
    "products.unit_cost": (0, None),
    "orders.discount_amount": (0, None),
    "orders.shipping_amount": (0, None),
    "order_lines.quantity": (0, None),
    "order_lines.unit_price": (0, None),
    "order_lines.unit_cost": (0, None),
    "web_sessions.duration_s": (0, None),
    "web_sessions.pageviews": (0, None),
    "campaigns.budget": (0, None),
    "campaigns.spend": (0, None),
    "surveys.score": (0, 10),
    "tickets.reopened_count": (0, None),
    "services.tier": (1, 3),
    "incidents.severity": (1, 4),
    "incidents.customers_affected": (0, None),
    "incidents.downtime_minutes": (0, None),
    **{
        f"incidents.{symptom}": (0, 1)
        for symptom in (
            "cpu_load", "memory_load", "delay", "error_1000", "error_1001", "error_1002",
            "error_1003",
        )
    },
}  # fmt: skip

_REFERENCES: Final = {
    "acquisition_campaign_id": "campaigns",
    "customer_id": "customers",
    "campaign_id": "campaigns",
    "order_id": "orders",
    "product_id": "products",
    "session_id": "web_sessions",
    "experiment_id": "experiments",
    "ticket_id": "tickets",
    "incident_id": "incidents",
    "service_id": "services",
    "depends_on_service_id": "services",
}

_REQUIRED: Final = ("web_sessions.converted", "tickets.is_spam")


def _table(
    name: str,
    columns: str,
    *,
    key: tuple[str, ...],
    dated_by: str | None = None,
    has_primary_key: bool = True,
) -> Table:
    pairs = [text.split() for text in columns.split(",")]
    return Table(
        name=name,
        columns=tuple(_column(name, pair[0], pair[1], key) for pair in pairs),
        primary_key=key if has_primary_key else (),
        key=key,
        dated_by=dated_by,
    )


def _column(table: str, name: str, kind: str, key: tuple[str, ...]) -> Column:
    assert kind in get_args(ColumnType)
    place = f"{table}.{name}"
    low, high = _RANGES.get(place, (None, None))
    parent = _REFERENCES.get(name)
    return Column(
        name=name,
        type=cast(ColumnType, kind),
        values=_CLOSED.get(place, _OPEN.get(place, ())),
        is_closed=place in _CLOSED,
        low=low,
        high=high,
        references=None if (name,) == key else parent,
        is_required=name in key or place in _REQUIRED,
    )


_ALL: Final = (
    _table(
        "customers",
        "customer_id BIGINT, full_name VARCHAR, email VARCHAR, birth_date DATE, gender VARCHAR, "
        "country VARCHAR, region VARCHAR, city VARCHAR, income_band VARCHAR, lifestyle VARCHAR, "
        "signed_up_at TIMESTAMP, acquisition_channel VARCHAR, acquisition_campaign_id BIGINT, "
        "plan VARCHAR, status VARCHAR, churned_at TIMESTAMP, churn_reason VARCHAR",
        key=("customer_id",),
        dated_by="signed_up_at",
    ),
    _table(
        "products",
        "product_id BIGINT, name VARCHAR, category VARCHAR, kind VARCHAR, unit_price DOUBLE, "
        "unit_cost DOUBLE, launched_on DATE",
        key=("product_id",),
    ),
    _table(
        "orders",
        "order_id BIGINT, customer_id BIGINT, ordered_at TIMESTAMP, channel VARCHAR, "
        "campaign_id BIGINT, status VARCHAR, discount_amount DOUBLE, shipping_amount DOUBLE",
        key=("order_id",),
        dated_by="ordered_at",
    ),
    _table(
        "order_lines",
        "order_id BIGINT, line_no INTEGER, product_id BIGINT, quantity INTEGER, "
        "unit_price DOUBLE, unit_cost DOUBLE",
        key=("order_id", "line_no"),
    ),
    _table(
        "web_sessions",
        "session_id BIGINT, customer_id BIGINT, visitor_id BIGINT, started_at TIMESTAMP, "
        "duration_s INTEGER, pageviews INTEGER, source VARCHAR, medium VARCHAR, "
        "campaign_id BIGINT, device VARCHAR, country VARCHAR, landing_page VARCHAR, "
        "is_bounce BOOLEAN, converted BOOLEAN",
        key=("session_id",),
        dated_by="started_at",
    ),
    _table(
        "web_events",
        "event_id BIGINT, session_id BIGINT, occurred_at TIMESTAMP, step VARCHAR, "
        "product_id BIGINT",
        key=("event_id",),
        dated_by="occurred_at",
    ),
    _table(
        "campaigns",
        "campaign_id BIGINT, name VARCHAR, channel VARCHAR, objective VARCHAR, started_on DATE, "
        "ended_on DATE, budget DOUBLE, spend DOUBLE",
        key=("campaign_id",),
        dated_by="started_on",
    ),
    _table(
        "campaign_contacts",
        "campaign_id BIGINT, customer_id BIGINT, variant VARCHAR, sent_at TIMESTAMP, "
        "opened_at TIMESTAMP, clicked_at TIMESTAMP, converted_at TIMESTAMP, revenue DOUBLE",
        key=("campaign_id", "customer_id"),
        dated_by="sent_at",
    ),
    _table(
        "experiments",
        "experiment_id BIGINT, name VARCHAR, hypothesis VARCHAR, started_on DATE, ended_on DATE, "
        "primary_metric VARCHAR",
        key=("experiment_id",),
        dated_by="started_on",
    ),
    _table(
        "experiment_assignments",
        "experiment_id BIGINT, customer_id BIGINT, variant VARCHAR, assigned_at TIMESTAMP, "
        "converted BOOLEAN, revenue DOUBLE",
        key=("experiment_id", "customer_id"),
        dated_by="assigned_at",
    ),
    _table(
        "surveys",
        "survey_id BIGINT, customer_id BIGINT, answered_at TIMESTAMP, kind VARCHAR, "
        "score INTEGER, ticket_id BIGINT",
        key=("survey_id",),
        dated_by="answered_at",
    ),
    _table(
        "tickets",
        "ticket_id BIGINT, customer_id BIGINT, requester_email VARCHAR, opened_at TIMESTAMP, "
        "first_response_at TIMESTAMP, resolved_at TIMESTAMP, closed_at TIMESTAMP, "
        "due_at TIMESTAMP, channel VARCHAR, subject VARCHAR, description VARCHAR, "
        "category VARCHAR, subcategory VARCHAR, priority VARCHAR, team VARCHAR, "
        "assignee VARCHAR, status VARCHAR, resolution VARCHAR, reopened_count INTEGER, "
        "article_id VARCHAR, incident_id BIGINT, is_spam BOOLEAN",
        key=("ticket_id",),
        dated_by="opened_at",
    ),
    _table(
        "services",
        "service_id BIGINT, name VARCHAR, owner_team VARCHAR, tier INTEGER",
        key=("service_id",),
    ),
    _table(
        "service_dependencies",
        "service_id BIGINT, depends_on_service_id BIGINT",
        key=("service_id", "depends_on_service_id"),
        has_primary_key=False,
    ),
    _table(
        "incidents",
        "incident_id BIGINT, service_id BIGINT, title VARCHAR, severity INTEGER, "
        "started_at TIMESTAMP, detected_at TIMESTAMP, acknowledged_at TIMESTAMP, "
        "resolved_at TIMESTAMP, root_cause VARCHAR, customers_affected INTEGER, "
        "downtime_minutes DOUBLE, cpu_load INTEGER, memory_load INTEGER, delay INTEGER, "
        "error_1000 INTEGER, error_1001 INTEGER, error_1002 INTEGER, error_1003 INTEGER",
        key=("incident_id",),
        dated_by="started_at",
    ),
    _table(
        "incident_customers",
        "incident_id BIGINT, customer_id BIGINT",
        key=("incident_id", "customer_id"),
        has_primary_key=False,
    ),
    _table(
        "service_metrics",
        "service_id BIGINT, metric VARCHAR, measured_at TIMESTAMP, value DOUBLE",
        key=("service_id", "metric", "measured_at"),
        dated_by="measured_at",
        has_primary_key=False,
    ),
)

TABLES: Final[Mapping[str, Table]] = MappingProxyType({table.name: table for table in _ALL})
"""Every table, in the contract's order."""
