"""The columns of the customer record, and the dimensions that they are summed up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from analytics.model import Unit

Area = Literal["demographic", "lifestyle", "transactional", "behavioural", "engagement", "service"]
AREAS: Final[tuple[Area, ...]] = (
    "demographic", "lifestyle", "transactional", "behavioural", "engagement", "service"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordColumn:
    """One feature of a customer.

    Attributes
    ----------
    name
        Column of the file.
    label
        In a sentence or a table.
    area
        Which side of the customer it tells.
    unit
        None for words and for yes and no.
    is_count
        Without rows it is 0; anything else without rows is missing.
    """

    name: str
    label: str
    area: Area
    unit: Unit | None = None
    is_count: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One part of a dimension: a column, and whether more of it is better."""

    column: str
    more_is_better: bool = True

    @property
    def score(self) -> str:
        """Name of the column with its score."""
        return f"score_{self.column}"


def _word(area: Area, **named: str) -> tuple[RecordColumn, ...]:
    return tuple(RecordColumn(name=n, label=label, area=area) for n, label in named.items())


def _count(area: Area, **named: str) -> tuple[RecordColumn, ...]:
    return tuple(
        RecordColumn(name=n, label=label, area=area, unit="count", is_count=True)
        for n, label in named.items()
    )


def _number(area: Area, unit: Unit, **named: str) -> tuple[RecordColumn, ...]:
    return tuple(
        RecordColumn(name=n, label=label, area=area, unit=unit) for n, label in named.items()
    )


COLUMNS: Final[tuple[RecordColumn, ...]] = (
    *_number("demographic", "number", age="Age in years"),
    *_word("demographic", gender="Gender", country="Country", region="Region",
           income_band="Income band"),
    *_word("lifestyle", lifestyle="Lifestyle", acquisition_channel="Came by", plan="Plan"),
    *_word("lifestyle", from_campaign="Came by a campaign", has_left="Has left"),
    *_number("lifestyle", "number", tenure_days="Days since sign-up"),
    *_count("transactional", n_orders="Completed orders", n_orders_365d="Orders, 12 months",
            n_orders_90d="Orders, 90 days", n_units="Units bought",
            n_subscriptions="Subscriptions bought", n_categories="Categories bought"),
    *_number("transactional", "number", days_since_order="Days since the last order",
             days_to_first_order="Days from sign-up to the first order",
             days_between_orders="Days between orders"),
    *_number("transactional", "money", revenue="Revenue, ever", revenue_365d="Revenue, 12 months",
             revenue_90d="Revenue, 90 days", margin="Margin, ever",
             margin_365d="Margin, 12 months", order_value="Value of an order"),
    *_number("transactional", "fraction", discount_share="Discount, of the list price",
             returned_share="Orders returned", cancelled_share="Orders cancelled",
             favourite_share="Spent in the favourite category"),
    *_word("transactional", favourite_category="Favourite category"),
    *_number("behavioural", "fraction", web_share="Orders on the web", app_share="Orders by app",
             store_share="Orders in a store", campaign_share="Orders from campaigns",
             weekend_share="Orders at weekends", mobile_share="Visits by mobile",
             bounce_share="Visits left at once", converted_share="Visits with a purchase"),
    *_count("behavioural", n_sessions_365d="Visits, 12 months", n_sessions_90d="Visits, 90 days",
            n_returns_365d="Returns to the site, 12 months",
            n_views_365d="Products viewed, 12 months", n_carts_365d="Put in the basket, 12 months"),
    *_number("behavioural", "number", days_since_session="Days since the last visit",
             days_between_sessions="Days until the next visit",
             pages_per_session="Pages of a visit", minutes_per_session="Minutes of a visit"),
    *_count("engagement", n_contacts_365d="Messages sent, 12 months"),
    *_number("engagement", "fraction", opened_share="Messages opened",
             clicked_share="Messages clicked"),
    *_number("engagement", "number", days_since_contact="Days since the last message"),
    *_count("service", n_tickets="Tickets", n_tickets_90d="Tickets, 90 days",
            n_open_tickets="Open tickets", n_urgent_tickets="Urgent tickets",
            n_incidents_180d="Incidents met, 180 days"),
    *_number("service", "hours", hours_to_resolve="Time until a ticket was resolved"),
    *_number("service", "fraction", late_share="Tickets resolved late"),
    *_number("service", "score", csat="Satisfaction (1 to 5)", nps="Recommendation (0 to 10)"),
)  # fmt: skip
"""Every feature, in the order of the file."""

DIMENSIONS: Final[dict[str, tuple[Kpi, ...]]] = {
    "loyalty": (
        Kpi(column="tenure_days"), Kpi(column="n_orders_365d"),
        Kpi(column="days_since_order", more_is_better=False),
        Kpi(column="days_between_orders", more_is_better=False),
    ),
    "engagement": (
        Kpi(column="n_sessions_90d"), Kpi(column="days_between_sessions", more_is_better=False),
        Kpi(column="pages_per_session"), Kpi(column="opened_share"), Kpi(column="clicked_share"),
    ),
    "interest": (
        Kpi(column="n_categories"), Kpi(column="n_returns_365d"), Kpi(column="n_views_365d"),
        Kpi(column="n_carts_365d"),
    ),
    "value": (
        Kpi(column="revenue_365d"), Kpi(column="margin_365d"), Kpi(column="order_value"),
        Kpi(column="discount_share", more_is_better=False),
        Kpi(column="returned_share", more_is_better=False),
    ),
}  # fmt: skip
"""What each macro dimension is the mean of."""
KPIS: Final[tuple[Kpi, ...]] = tuple(kpi for parts in DIMENSIONS.values() for kpi in parts)
BY_NAME: Final[dict[str, RecordColumn]] = {column.name: column for column in COLUMNS}
