"""Warehouses with a change whose cause is known."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from tests.contract.analytics.frame_warehouse import FrameWarehouse

REGIONS = ("North", "South", "East", "West")
CHANNELS = ("web", "app", "store", "phone")
PLANS = ("none", "basic", "plus", "premium")
MAY, JUNE = datetime(2026, 5, 1), datetime(2026, 6, 1)
APRIL = datetime(2026, 4, 1)


def shop(
    seed: int,
    *,
    kept: dict[str, float] | None = None,
    all_kept: float = 1.0,
    n_orders: int = 4_000,
) -> FrameWarehouse:
    """Orders of April and May 2026; in May a part of some regions' orders is missing.

    Parameters
    ----------
    kept
        Region → fraction of its orders in May.
    all_kept
        Fraction of everybody's orders in May.
    """
    random = np.random.default_rng(seed)
    customers = _customers(random, 1_500)
    rows = []
    region_of = dict(zip(customers.customer_id, customers.region, strict=True))
    for start, end, is_may in ((APRIL, MAY, False), (MAY, JUNE, True)):
        for _ in range(n_orders):
            customer = int(random.integers(1, 1_501))
            fraction = (kept or {}).get(region_of[customer] or "", 1.0) * all_kept
            if is_may and random.random() > fraction:
                continue
            at = start + timedelta(seconds=int(random.integers(0, (end - start).total_seconds())))
            rows.append((customer, at, random.choice(CHANNELS), "completed", 0.0))
    orders = pd.DataFrame(
        rows, columns=["customer_id", "ordered_at", "channel", "status", "discount_amount"]
    )
    orders.insert(0, "order_id", range(1, len(orders) + 1))
    return FrameWarehouse(
        {"customers": customers, "orders": orders, "order_lines": _lines(orders, random)}
    )


def _customers(random: np.random.Generator, n: int) -> pd.DataFrame:
    regions = [str(r) if random.random() > 0.03 else None for r in random.choice(REGIONS, n)]
    return pd.DataFrame(
        {
            "customer_id": range(1, n + 1),
            "full_name": [f"Customer {i}" for i in range(1, n + 1)],
            "region": regions,
            "plan": random.choice(PLANS, n),
            "gender": random.choice(["female", "male", "other"], n),
            "country": random.choice(["Spain", "France", "Italy"], n),
            "city": random.choice([f"Town {i}" for i in range(30)], n),
            "income_band": random.choice(["low", "middle", "high"], n),
            "acquisition_channel": random.choice(["search", "social", "email"], n),
            "signed_up_at": datetime(2024, 1, 1),
            "status": "active",
        }
    )


def _lines(orders: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    n = len(orders)
    return pd.DataFrame(
        {
            "order_id": orders.order_id,
            "line_no": 1,
            "product_id": random.integers(1, 9, n),
            "quantity": 1,
            "unit_price": random.gamma(2.0, 50.0, n).round(2),
            "unit_cost": 10.0,
        }
    )


def paradox() -> FrameWarehouse:
    """Sessions whose conversion rate falls although it rises on every device."""
    counts = {  # device: (April sessions, converted), (May sessions, converted)
        "desktop": ((800, 80), (200, 24)),
        "mobile": ((200, 4), (800, 24)),
    }
    rows = []
    for device, (april, may) in counts.items():
        for start, (n, converted) in ((APRIL, april), (MAY, may)):
            rows += [(device, start + timedelta(minutes=40 * i), i < converted) for i in range(n)]
    sessions = pd.DataFrame(rows, columns=["device", "started_at", "converted"])
    sessions.insert(0, "session_id", range(1, len(sessions) + 1))
    sessions["visitor_id"] = sessions.session_id
    sessions["is_bounce"] = False
    sessions["pageviews"] = 3
    sessions["duration_s"] = 60
    return FrameWarehouse({"web_sessions": sessions})
