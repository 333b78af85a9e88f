"""A warehouse in which messages change early adopters alone, and one kind of message nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

N: int = 1_600
EFFECT: float = 0.3
MARGIN: float = 40.0
COST: float = 2.0
STARTS = (datetime(2025, 9, 1), datetime(2025, 12, 1), datetime(2026, 3, 1))


def tables() -> dict[str, pd.DataFrame]:
    """Return customers, orders, campaigns and contacts.

    In the South every early adopter is young and nobody else is; elsewhere age says nothing.
    """
    random = np.random.default_rng(11)
    ids = np.arange(1, N + 1)
    region = np.where(ids % 16 == 0, "South", np.array(["North", "East", "West"])[ids % 3])
    early = random.random(N) < 0.4
    young = np.where(region == "South", early, random.random(N) < 0.4)
    people = pd.DataFrame(
        {
            "customer_id": ids,
            "full_name": [f"=Person {n}" for n in ids],
            "birth_date": [pd.Timestamp(2000 if y else 1980, 1, 1).date() for y in young],
            "gender": np.where(random.random(N) < 0.5, "female", "male"),
            "region": region,
            "lifestyle": np.where(early, "early adopter", "brand loyal"),
            "plan": "none",
            "status": "active",
            "signed_up_at": datetime(2024, 1, 1),
        }
    )
    return {"customers": people, **_orders(ids), **_messages(random, ids, early)}


def _orders(ids: np.ndarray) -> dict[str, pd.DataFrame]:
    """Give everybody one order of long ago, and one a day before the data ends to a stranger."""
    number = np.append(ids, N + 1)
    at = [datetime(2025, 2, 1) + timedelta(minutes=int(n)) for n in ids]
    orders = pd.DataFrame(
        {
            "order_id": number,
            "customer_id": number,
            "ordered_at": [*at, datetime(2026, 6, 29, 12)],
            "channel": "web",
            "status": "completed",
            "discount_amount": 0.0,
        }
    )
    lines = pd.DataFrame(
        {"order_id": number, "line_no": 1, "product_id": 1, "quantity": 1,
         "unit_price": 100.0, "unit_cost": 100.0 - MARGIN}
    )  # fmt: skip
    products = pd.DataFrame([(1, "Lamp", "Audio")], columns=["product_id", "name", "category"])
    return {"orders": orders, "order_lines": lines, "products": products}


def _messages(
    random: np.random.Generator, ids: np.ndarray, early: np.ndarray
) -> dict[str, pd.DataFrame]:
    campaigns, contacts = [], []
    kinds = [(n, "Come Home", "win-back", "email", EFFECT, 0.35) for n in (1, 2, 3)]
    kinds += [(4, "Wall Posts", "win-back", "social", 0.0, 0.35)]
    kinds += [(5, "Catalogue Spring", "win-back", "direct mail", 0.0, 0.0)]
    for number, name, objective, channel, effect, control in kinds:
        start = STARTS[(number - 1) % 3]
        held = random.random(len(ids)) < control
        chance = 0.1 + np.where(early & ~held, effect, 0.0)
        came = random.random(len(ids)) < chance
        sent_at = start + timedelta(hours=9)
        rows = pd.DataFrame({"campaign_id": number, "customer_id": ids})
        rows["variant"] = np.where(held, "control", "A")
        rows["sent_at"] = [None if h else sent_at for h in held]
        rows["converted_at"] = [sent_at + timedelta(days=2) if c else None for c in came]
        rows["revenue"] = np.where(came, 100.0, 0.0)
        contacts.append(rows)
        spend = COST * int((~held).sum())
        campaigns.append((number, f"{name} {number}", channel, objective, start.date(),
                          (start + timedelta(days=10)).date(), spend, spend))  # fmt: skip
    columns = ["campaign_id", "name", "channel", "objective", "started_on", "ended_on", "budget",
               "spend"]  # fmt: skip
    return {
        "campaigns": pd.DataFrame(campaigns, columns=columns),
        "campaign_contacts": pd.concat(contacts, ignore_index=True),
    }
