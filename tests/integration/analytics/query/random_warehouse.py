"""A small seeded warehouse full of traps, for differential tests.

Orders with several lines, none, or lines worth nothing; discounts missing; NULL groups; spam;
control contacts; unknown visitors; employees' tickets; rows on and after the as-of date; moments
that come after it; customers without orders.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from analytics.schema import TABLES

AS_OF = date(2026, 6, 30)
FIRST = datetime(2024, 1, 1)
TEAMS = ["Service Desk", "Network", "Workplace", "Applications", "Security", "Billing"]


def write_warehouse(folder: Path, tables: dict[str, pd.DataFrame]) -> Path:
    """Write every table of the contract as Parquet; those not given are empty."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    for name, table in TABLES.items():
        typed = ", ".join(f'"{column.name}" {column.type}' for column in table.columns)
        connection.execute(f"CREATE TABLE {name} ({typed})")
        frame = tables.get(name)
        if frame is not None and len(frame):
            listed = ", ".join(f'"{column}"' for column in frame.columns)
            connection.execute(f"INSERT INTO {name} ({listed}) SELECT {listed} FROM frame")
        connection.table(name).write_parquet(str(folder / f"{name}.parquet"))
    connection.close()
    return folder


class _Maker:
    def __init__(self, seed: int, *, beyond: bool) -> None:
        self.random = np.random.default_rng(seed)
        self.beyond = beyond
        last = datetime(2026, 7, 6) if beyond else datetime(2026, 6, 30)
        self.span_s = int((last - FIRST).total_seconds())

    def moments(self, n: int) -> list[datetime]:
        seconds = self.random.integers(0, self.span_s, n)
        found = [FIRST + timedelta(seconds=int(s)) for s in seconds]
        for i in range(0, n, 11):  # midnights, where half-open bounds go wrong
            found[i] = found[i].replace(hour=0, minute=0, second=0)
        for i in range(0, n, 29):  # first days of months
            found[i] = found[i].replace(day=1)
        if self.beyond and n:
            found[0] = datetime(2026, 6, 30)
        return found

    def later(self, starts: list[datetime], hours: float, missing: float) -> list[datetime | None]:
        out: list[datetime | None] = []
        for start in starts:
            end = start + timedelta(seconds=int(self.random.exponential(hours * 3600)))
            late = end.date() >= AS_OF and not self.beyond
            out.append(None if late or self.random.random() < missing else end)
        return out

    def pick(self, values: list[object], n: int, missing: float = 0.0) -> list[object]:
        chosen = [values[i] for i in self.random.integers(0, len(values), n)]
        return [None if self.random.random() < missing else v for v in chosen]

    def money(self, n: int, scale: float) -> list[float]:
        return [round(float(v), 2) for v in self.random.gamma(2.0, scale, n)]


def random_tables(seed: int = 3, *, beyond: bool = True) -> dict[str, pd.DataFrame]:
    """Make all tables; with `beyond`, rows and moments also lie on and after the as-of date."""
    m = _Maker(seed, beyond=beyond)
    tables = {"products": _products(m), "services": _services(m), "campaigns": _campaigns(m)}
    tables["customers"] = _customers(m, 90)
    tables["orders"], tables["order_lines"] = _orders(m, 700)
    tables["web_sessions"], tables["web_events"] = _web(m, 900)
    tables["campaign_contacts"] = _contacts(m)
    tables["incidents"], tables["incident_customers"] = _incidents(m, 80)
    tables["tickets"] = _tickets(m, 600)
    tables["surveys"] = _surveys(m, 300)
    tables["service_metrics"] = _readings(m)
    return tables


def _products(m: _Maker) -> pd.DataFrame:
    n = 12
    return pd.DataFrame(
        {
            "product_id": range(1, n + 1),
            "name": [f"Item {i % 10}" for i in range(1, n + 1)],  # two names occur twice
            "category": m.pick(["Laptops", "Phones", "Audio", "Software"], n, 0.1),
            "kind": m.pick(["one-off", "subscription"], n),
            "unit_price": m.money(n, 50),
            "unit_cost": m.money(n, 20),
            "launched_on": [d.date() for d in m.moments(n)],
        }
    )


def _services(m: _Maker) -> pd.DataFrame:
    n = 7
    return pd.DataFrame(
        {
            "service_id": range(1, n + 1),
            "name": [f"Service {chr(70 - i)}" for i in range(1, n + 1)],
            "owner_team": m.pick([*TEAMS[:3]], n),
            "tier": m.pick([1, 2, 3], n),
        }
    )


def _campaigns(m: _Maker) -> pd.DataFrame:
    n = 16
    starts = [d.date() for d in m.moments(n)]
    spend = m.money(n, 300)
    spend[3] = 0.0
    return pd.DataFrame(
        {
            "campaign_id": range(1, n + 1),
            "name": [f"Campaign {i}" for i in range(1, n + 1)],
            "channel": m.pick(["email", "search", "social"], n),
            "objective": m.pick(["acquisition", "retention", "win-back"], n),
            "started_on": starts,
            "ended_on": [s + timedelta(days=30) for s in starts],
            "budget": m.money(n, 400),
            "spend": spend,
        }
    )


def _customers(m: _Maker, n: int) -> pd.DataFrame:
    signed = m.moments(n)
    churned = m.later(signed, 24 * 300, 0.6)
    return pd.DataFrame(
        {
            "customer_id": range(1, n + 1),
            "full_name": [f"Person {i % 40}" for i in range(n)],
            "birth_date": [date(1950 + i % 60, 1 + i % 12, 1 + i % 30 % 28) for i in range(n)],
            "gender": m.pick(["female", "male", "other"], n, 0.1),
            "country": m.pick(["France", "Spain"], n),
            "region": m.pick(["North", "South", "East", "West"], n, 0.1),
            "city": m.pick(["Aix", "Brest", "Cádiz"], n, 0.1),
            "income_band": m.pick(["low", "middle", "high"], n),
            "lifestyle": m.pick(["bargain hunter", "brand loyal", "early adopter"], n),
            "signed_up_at": signed,
            "acquisition_channel": m.pick(["search", "social", "email"], n),
            "acquisition_campaign_id": m.pick([*range(1, 17)], n, 0.4),
            "plan": m.pick(["none", "basic", "plus", "premium"], n),
            "status": ["active" if c is None else "churned" for c in churned],
            "churned_at": churned,
            "churn_reason": [
                None if c is None else str(m.pick(["price", "competitor"], 1)[0]) for c in churned
            ],
        }
    ).astype({"acquisition_campaign_id": "Int64"})


def _orders(m: _Maker, n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    orders = pd.DataFrame(
        {
            "order_id": range(1, n + 1),
            "customer_id": m.pick([*range(1, 71)], n),  # the rest never bought
            "ordered_at": m.moments(n),
            "channel": m.pick(["web", "app", "store", "phone"], n, 0.05),
            "campaign_id": m.pick([*range(1, 17)], n, 0.7),
            "status": m.pick(["completed"] * 6 + ["cancelled", "returned"], n),
            "discount_amount": [
                None if m.random.random() < 0.3 else round(float(m.random.random() * 40), 2)
                for _ in range(n)
            ],
            "shipping_amount": m.money(n, 2),
        }
    ).astype({"campaign_id": "Int64"})
    lines = []
    for order in range(1, n + 1):
        for line in range(1, int(m.random.integers(0, 5)) + 1):
            free = order % 53 == 0  # orders worth nothing
            lines.append(
                {
                    "order_id": order,
                    "line_no": line,
                    "product_id": int(m.random.integers(1, 13)),
                    "quantity": int(m.random.integers(1, 4)),
                    "unit_price": 0.0 if free else round(float(m.random.gamma(2, 40)), 2),
                    "unit_cost": round(float(m.random.gamma(2, 15)), 2),
                }
            )
    return orders, pd.DataFrame(lines)


def _web(m: _Maker, n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    starts = m.moments(n)
    steps = ["visit", "product_view", "add_to_cart", "checkout", "purchase"]
    reached = m.random.integers(1, 6, n)
    sessions = pd.DataFrame(
        {
            "session_id": range(1, n + 1),
            "customer_id": m.pick([*range(1, 91)], n, 0.5),
            "visitor_id": m.pick([*range(1, 301)], n),
            "started_at": starts,
            "duration_s": [int(v) for v in m.random.integers(1, 2000, n)],
            "pageviews": [int(v) for v in m.random.integers(1, 20, n)],
            "source": m.pick(["google", "facebook", "instagram", "direct"], n),
            "medium": m.pick(["organic", "cpc", "none"], n),
            "campaign_id": m.pick([*range(1, 17)], n, 0.8),
            "device": m.pick(["desktop", "mobile", "tablet"], n),
            "country": m.pick(["France", "Spain"], n),
            "landing_page": m.pick(["/", "/sale", "/phones"], n, 0.05),
            "is_bounce": [bool(r == 1) for r in reached],
            "converted": [bool(r == 5) for r in reached],
        }
    ).astype({"customer_id": "Int64", "campaign_id": "Int64"})
    events = [
        (session, start, steps[step])
        for session, start, deepest in zip(range(1, n + 1), starts, reached, strict=True)
        for step in range(deepest)
        for _ in range(1 + session % 2)  # some steps are taken twice
    ]
    frame = pd.DataFrame(events, columns=["session_id", "occurred_at", "step"])
    frame.insert(0, "event_id", range(1, len(frame) + 1))
    return sessions, frame


def _contacts(m: _Maker) -> pd.DataFrame:
    pairs = [(c, k) for c in range(1, 17) for k in range(1, 91) if m.random.random() < 0.3]
    variants = m.pick(["A", "B", "control"], len(pairs))
    sent = [
        None if v == "control" else t for v, t in zip(variants, m.moments(len(pairs)), strict=True)
    ]
    started = [s or FIRST for s in sent]

    def after(missing: float) -> list[datetime | None]:
        found = m.later(started, 48, missing)
        return [None if s is None else f for s, f in zip(sent, found, strict=True)]

    return pd.DataFrame(
        {
            "campaign_id": [c for c, _ in pairs],
            "customer_id": [k for _, k in pairs],
            "variant": variants,
            "sent_at": sent,
            "opened_at": after(0.5),
            "clicked_at": after(0.7),
            "converted_at": after(0.85),
            "revenue": m.money(len(pairs), 10),
        }
    )


def _incidents(m: _Maker, n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    starts = m.moments(n)
    hits = [
        (incident, customer)
        for incident in range(1, n + 1)
        for customer in range(1, 91)
        if m.random.random() < 0.05
    ]
    affected = [sum(1 for i, _ in hits if i == incident) for incident in range(1, n + 1)]
    frame = pd.DataFrame(
        {
            "incident_id": range(1, n + 1),
            "service_id": m.pick([1, 2, 3, 4, 5], n),  # two services never fail
            "title": [f"Outage {i}" for i in range(n)],
            "severity": m.pick([1, 2, 3, 4], n),
            "started_at": starts,
            "detected_at": m.later(starts, 0.2, 0.1),
            "acknowledged_at": m.later(starts, 0.5, 0.1),
            "resolved_at": m.later(starts, 6, 0.1),
            "root_cause": m.pick(["memory", "deployment", "database issue"], n, 0.2),
            "customers_affected": affected,
            "downtime_minutes": [
                None if m.random.random() < 0.1 else round(float(m.random.gamma(2, 40)), 1)
                for _ in range(n)
            ],
            **{s: m.pick([0, 1], n) for s in ("cpu_load", "memory_load", "delay")},
        }
    )
    return frame, pd.DataFrame(hits, columns=["incident_id", "customer_id"])


def _tickets(m: _Maker, n: int) -> pd.DataFrame:
    opened = m.moments(n)
    resolved = m.later(opened, 24 * 9, 0.15)
    return pd.DataFrame(
        {
            "ticket_id": range(1, n + 1),
            "customer_id": m.pick([*range(1, 91)], n, 0.5),
            "opened_at": opened,
            "first_response_at": m.later(opened, 4, 0.1),
            "resolved_at": resolved,
            "closed_at": resolved,
            "due_at": [None if m.random.random() < 0.3 else o + timedelta(days=3) for o in opened],
            "channel": m.pick(["chat", "email", "phone", "portal"], n),
            "category": m.pick(["access", "hardware", "network", "billing"], n, 0.05),
            "priority": m.pick(["low", "medium", "high", "urgent"], n),
            "team": m.pick([*TEAMS], n, 0.05),
            "assignee": m.pick(["Ann", "Bo", ""], n, 0.2),
            "status": m.pick(["open", "closed"], n),
            "reopened_count": m.pick([0, 0, 0, 1, 2], n),
            "incident_id": m.pick([*range(1, 81)], n, 0.8),
            "is_spam": [bool(v) for v in m.random.random(n) < 0.1],
        }
    ).astype({"customer_id": "Int64", "incident_id": "Int64"})


def _surveys(m: _Maker, n: int) -> pd.DataFrame:
    kinds = m.pick(["csat", "nps"], n)
    return pd.DataFrame(
        {
            "survey_id": range(1, n + 1),
            "customer_id": m.pick([*range(1, 91)], n, 0.2),
            "answered_at": m.moments(n),
            "kind": kinds,
            "score": [
                int(m.random.integers(1, 6) if k == "csat" else m.random.integers(0, 11))
                for k in kinds
            ],
            "ticket_id": m.pick([*range(1, 601)], n, 0.4),
        }
    ).astype({"customer_id": "Int64", "ticket_id": "Int64"})


def _readings(m: _Maker) -> pd.DataFrame:
    kinds = ["cpu_load", "memory_load", "disk_used", "latency_ms", "error_rate", "requests"]
    at = [datetime(2026, 6, 1) + timedelta(hours=h) for h in range(0, 24 * 32, 5)]
    rows = [
        (s, k, t, round(float(m.random.random() * 100), 3))
        for s in (1, 2, 3)
        for k in kinds
        for t in at
    ]
    return pd.DataFrame(rows, columns=["service_id", "metric", "measured_at", "value"])
