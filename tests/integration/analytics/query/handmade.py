"""A warehouse small enough to add up in the head. The as-of date is 30 June 2026.

Order 10 is the fan-out: 20 of lamp 1 and 80 of lamp 2, less a discount of 10, make 90, of which
18 are lamp 1's and 72 lamp 2's. Customer 1 is the chasm: two orders in May and two tickets.

    May 2026    orders 10 (90) and 11 (10, one second before June)          revenue 100
    June 2026   order 12 (30, at midnight of the 1st); 15 is on the as-of date    30
    April 2026  order 14 (85), order 13 returned                                  85
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd


def _frame(columns: str, rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    names = columns.split()
    frame = pd.DataFrame(rows, columns=names, dtype=object)
    for name in names:
        if name.endswith("_at"):
            frame[name] = pd.to_datetime(frame[name], format="ISO8601")
    return frame


def handmade_tables() -> dict[str, pd.DataFrame]:
    """Return the tables that have rows."""
    return _sales() | _marketing() | _desk() | _web()


def _sales() -> dict[str, pd.DataFrame]:
    customers = [
        (1, "Ada", date(1996, 6, 30), "North", "premium", "2024-01-10", None, None),
        (2, "Ada", date(1996, 7, 1), "South", "basic", "2025-03-01", None, 1),
        (3, "Cy", None, None, "none", "2026-05-31T23:59:59", None, 1),
        (4, "Dee", date(1950, 1, 1), "North", "basic", "2024-06-01", "2026-05-15", None),
        (5, "Eve", date(2000, 1, 1), "South", "premium", "2026-06-30", None, None),
    ]
    orders = [
        (10, 1, "2026-05-01", "web", "completed", 10.0, 1),
        (11, 1, "2026-05-31T23:59:59", "app", "completed", None, None),
        (12, 2, "2026-06-01", "web", "completed", 0.0, None),
        (13, 2, "2026-04-30T12:00:00", "store", "returned", None, None),
        (14, 4, "2026-04-10", "web", "completed", 5.0, None),
        (15, 1, "2026-06-30", "web", "completed", None, None),
        (16, 3, "2026-06-10", "phone", "cancelled", None, None),
    ]
    lines = [
        (10, 1, 1, 2, 10.0, 5.0),
        (10, 2, 2, 1, 80.0, 40.0),
        (11, 1, 1, 1, 10.0, 5.0),
        (12, 1, 3, 1, 30.0, 10.0),
        (13, 1, 2, 1, 80.0, 40.0),
        (14, 1, 3, 3, 30.0, 10.0),
        (15, 1, 2, 1, 80.0, 40.0),
        (16, 1, 3, 1, 30.0, 10.0),
    ]
    return {
        "customers": _frame(
            "customer_id full_name birth_date region plan signed_up_at churned_at "
            "acquisition_campaign_id",
            customers,
        ),
        "products": _frame(
            "product_id name category",
            [(1, "Lamp", "Audio"), (2, "Lamp", "Laptops"), (3, "Case", "Accessories")],
        ),
        "orders": _frame(
            "order_id customer_id ordered_at channel status discount_amount campaign_id", orders
        ),
        "order_lines": _frame("order_id line_no product_id quantity unit_price unit_cost", lines),
    }


def _marketing() -> dict[str, pd.DataFrame]:
    campaigns = [
        (1, "Spring", "email", "acquisition", date(2026, 5, 1), 60.0, 50.0),
        (2, "Free", "social", "retention", date(2026, 5, 10), 0.0, 0.0),
    ]
    contacts = [
        (1, 1, "A", "2026-05-02", "2026-05-03", None, 20.0),
        (1, 2, "A", "2026-05-02", "2026-06-30T08:00:00", None, 5.0),  # opened too late to be seen
        (1, 3, "control", None, None, None, 500.0),
        (1, 4, "B", "2026-06-30", None, None, 70.0),  # not sent yet
        (2, 1, "A", "2026-05-11", None, "2026-05-12", 3.0),
    ]
    return {
        "campaigns": _frame(
            "campaign_id name channel objective started_on budget spend", campaigns
        ),
        "campaign_contacts": _frame(
            "campaign_id customer_id variant sent_at opened_at clicked_at revenue", contacts
        ),
    }


def _desk() -> dict[str, pd.DataFrame]:
    # ticket, customer, opened, resolved, due, team, assignee, priority, spam
    tickets = [
        (1, 1, "2026-05-02", "2026-05-04", "2026-05-03", "Network", "Ann", "high", False),
        (2, 1, "2026-05-31T23:00:00", None, None, "Network", None, "low", False),
        (
            3,
            None,
            "2026-05-10",
            "2026-06-30T09:00:00",
            "2026-05-12",
            "Security",
            "Bo",
            "low",
            False,
        ),
        (4, 2, "2026-05-11", "2026-05-11", "2026-05-12", "Network", "Ann", "low", True),
        (5, 2, "2026-06-30", None, None, "Network", None, "low", False),
        (6, 2, "2026-03-01", "2026-05-31", "2026-06-01", None, "", "high", False),
    ]
    surveys = [
        (1, 1, "2026-05-05", "csat", 5, 1),
        (2, None, "2026-05-06", "csat", 1, None),
        (3, 1, "2026-05-07", "nps", 10, None),
        (4, 2, "2026-05-08", "nps", 9, None),
        (5, 4, "2026-05-09", "nps", 7, None),
        (6, 4, "2026-05-09", "nps", 6, None),
    ]
    incidents = [
        (1, 1, "Mail down", 1, "2026-05-03", "2026-05-03T00:05:00", None, "memory", 2, 44.64),
        (2, 1, "Mail slow", 3, "2026-05-20", None, None, None, 0, None),
    ]
    return {
        "tickets": _frame(
            "ticket_id customer_id opened_at resolved_at due_at team assignee priority is_spam",
            tickets,
        ),
        "surveys": _frame("survey_id customer_id answered_at kind score ticket_id", surveys),
        "services": _frame(
            "service_id name owner_team tier",
            [(1, "Mail", "Network", 1), (2, "Shop", "Applications", 2)],
        ),
        "incidents": _frame(
            "incident_id service_id title severity started_at detected_at resolved_at root_cause "
            "customers_affected downtime_minutes",
            incidents,
        ),
        "incident_customers": _frame("incident_id customer_id", [(1, 1), (1, 2)]),
    }


def _web() -> dict[str, pd.DataFrame]:
    sessions = [
        (1, 1, 100, "2026-05-04T10:15:00", "google", "desktop", 700, False, True),
        (2, None, 100, "2026-05-04T23:59:59", "google", "mobile", 10, True, False),
        (3, 4, 200, "2026-05-09T10:45:00", "bing", "desktop", 601, False, False),
    ]
    events = [
        (1, 1, "2026-05-04T10:15:00", "add_to_cart"),
        (2, 1, "2026-05-04T10:16:00", "add_to_cart"),
        (3, 1, "2026-05-04T10:17:00", "purchase"),
        (4, 3, "2026-05-09T10:46:00", "add_to_cart"),
    ]
    return {
        "web_sessions": _frame(
            "session_id customer_id visitor_id started_at source device duration_s is_bounce "
            "converted",
            sessions,
        ),
        "web_events": _frame("event_id session_id occurred_at step", events),
    }
