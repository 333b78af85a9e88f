"""truth.json: what was planted, with the parameters and the ids it touches."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from analytics.demo import planted
from analytics.demo.baskets import UPSELL_PRODUCTS, Orders
from analytics.demo.campaign_plan import RESPONSE_WINDOW_DAYS, Campaign
from analytics.demo.campaigns import CONTROL, VARIANT_A, VARIANT_B, Contacts
from analytics.demo.catalog import PAIRS, Catalog
from analytics.demo.customers import (
    INCOME_ORDER_FACTOR,
    PLAN_ORDER_FACTOR,
    REGION_INCOME,
    REGION_ORDER_FACTOR,
    Customers,
)
from analytics.demo.experiments import DESIGNS, Assignments
from analytics.demo.metrics_series import Anomaly, disk_full_hour
from analytics.demo.operations import Incidents, current_major, past_major
from analytics.demo.sampling import DAY_S, HOUR_S, NEVER, Bools, Ints
from analytics.demo.segments import SEGMENTS
from analytics.demo.services import (
    FOOTPRINTS,
    SERVICES,
    SYMPTOM_PROBABILITIES,
    SYMPTOMS,
    service_position,
)
from analytics.demo.ticket_texts import DOCK_POSITION
from analytics.demo.tickets import RESOLVE_MEDIAN_HOURS, TARGET_HOURS, Requests
from analytics.demo.timeline import (
    SHOPPING_WEEK,
    SHOPPING_YEAR,
    START,
    SUPPORT_WEEK,
    SUPPORT_YEAR,
    Timeline,
    black_fridays,
)
from analytics.demo.web import STEP_PROBABILITIES, scraper_day
from analytics.schema import DEVICES, ROOT_CAUSES

FORMAT = 1
_MONTHS = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that was drawn, for the record of what was planted."""

    seed: int
    timeline: Timeline
    catalog: Catalog
    customers: Customers
    campaigns: tuple[Campaign, ...]
    contacts: Contacts
    assignments: Assignments
    orders: Orders
    incidents: Incidents
    requests: Requests
    anomalies: list[Anomaly]


def describe(world: World) -> dict[str, Any]:
    """Say what was planted in plain values (dict, list, str, numbers, None).

    Ids are those of the tables; times are ISO 8601 without a zone, in UTC as in the tables.
    """
    timeline = world.timeline
    return {
        "format": FORMAT,
        "seed": world.seed,
        "n_customers": len(world.customers),
        "from": START.isoformat(),
        "until": timeline.until.isoformat(),
        "segments": _segments(world.customers),
        "churn": _churn(world),
        "demand": _demand(timeline),
        "campaigns": [_campaign(world, place) for place in range(len(world.campaigns))],
        "experiments": _experiments(world),
        "pairs": _pairs(world.orders, world.catalog),
        "returns": {
            "product_id": world.catalog.position(planted.DEFECTIVE_PRODUCT) + 1,
            "return_probability": planted.DEFECTIVE_RETURN_PROBABILITY,
            "usual_return_probability": planted.RETURN_PROBABILITY,
            "note": "in the store 0.7 of it; an order can be cancelled first",
        },
        "funnel": _funnel(timeline),
        "web_traffic": _web_traffic(timeline),
        "incidents": _incidents(world),
        "major_incidents": _majors(world),
        "service_metrics": _series(world),
        "tickets": _tickets(world),
        "surveys": _surveys(),
    }


def _moment(second_s: int) -> str | None:
    if second_s == NEVER:
        return None
    start = datetime.combine(START, datetime.min.time())
    return (start + timedelta(seconds=int(second_s))).isoformat()


def _ids(chosen: Bools | Ints) -> list[int]:
    """Ids of the positions that a mask selects, or of the positions given."""
    positions = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
    return [int(position) + 1 for position in positions]


def _segments(customers: Customers) -> dict[str, Any]:
    return {
        "names": [segment.name for segment in SEGMENTS],
        "parameters": [asdict(segment) for segment in SEGMENTS],
        "labels": "".join(map(str, customers.segment.tolist())),
        "note": "character i of labels is the position in names of customer_id i + 1",
    }


def _churn(world: World) -> dict[str, Any]:
    churned = world.customers.churned_s < world.timeline.end_s
    return {
        "model": "logit of leaving in the next calendar month = intercept + sum of log-odds; "
        "features on the first of the month, for customers who signed up before it",
        "intercept": planted.CHURN_INTERCEPT,
        "log_odds": planted.CHURN_LOG_ODDS,
        "features": planted.CHURN_FEATURES,
        "no_direct_effect": list(planted.CHURN_WITHOUT_EFFECT),
        "n_churned": int(churned.sum()),
        "fading": {
            "probability": planted.FADE_PROBABILITY,
            "orders_kept_fraction": planted.FADE_KEPT_FRACTION,
        },
    }


def _demand(timeline: Timeline) -> dict[str, Any]:
    return {
        "shopping_by_weekday": dict(zip(_DAYS, SHOPPING_WEEK, strict=True)),
        "shopping_by_month": dict(zip(_MONTHS, SHOPPING_YEAR, strict=True)),
        "support_by_weekday": dict(zip(_DAYS, SUPPORT_WEEK, strict=True)),
        "support_by_month": dict(zip(_MONTHS, SUPPORT_YEAR, strict=True)),
        "black_fridays": [day.isoformat() for day in black_fridays(timeline)],
        "category_season": {
            name: {"months": list(months), "factor": factor}
            for name, (months, factor) in planted.CATEGORY_SEASON.items()
        },
        "sign_ups": {
            "growth_per_year": planted.SIGN_UP_GROWTH_PER_YEAR,
            "opening_rush": planted.SIGN_UP_OPENING_RUSH,
            "opening_days": planted.SIGN_UP_OPENING_DAYS,
        },
        "price_drift_per_year_back": planted.PRICE_DRIFT_PER_YEAR_BACK,
        "order_factor_by_region": REGION_ORDER_FACTOR,
        "order_factor_by_income_band": INCOME_ORDER_FACTOR,
        "order_factor_by_plan": PLAN_ORDER_FACTOR,
        "income_by_region": {name: list(shares) for name, shares in REGION_INCOME.items()},
        "region_drop": _story(
            timeline,
            planted.SOUTH_DROP_FROM,
            {"region": planted.SOUTH_REGION, "orders_lost_fraction": planted.SOUTH_DROP_FRACTION},
        ),
    }


def _story(timeline: Timeline, first_day: date, details: dict[str, Any]) -> dict[str, Any]:
    return {"from": first_day.isoformat(), "happened": timeline.covers(first_day), **details}


def _campaign(world: World, place: int) -> dict[str, Any]:
    campaign, contacts = world.campaigns[place], world.contacts
    theme = campaign.theme
    own = contacts.campaign == place
    counts = np.bincount(contacts.variant[own], minlength=3).tolist()
    variants = {"A": VARIANT_A, "B": VARIANT_B}
    effects = {"A": theme.effect_a, "B": theme.effect_b}
    uplift = np.array([segment.uplift for segment in SEGMENTS])
    reached = uplift[world.customers.segment[contacts.customer]]

    def mean_effect(name: str) -> float:
        those = own & (contacts.variant == variants[name])
        mean_uplift = float(reached[those].mean()) if those.any() else 0.0
        return round(effects[name] * campaign.strength * mean_uplift, 5)

    return {
        "campaign_id": campaign.campaign_id,
        "name": campaign.name,
        "response_window_days": RESPONSE_WINDOW_DAYS,
        "n_contacts": {"A": counts[VARIANT_A], "B": counts[VARIANT_B], "control": counts[CONTROL]},
        "effect_per_uplift_1": {
            name: round(effect * campaign.strength, 5) for name, effect in effects.items()
        },
        "mean_effect": {name: mean_effect(name) for name in effects},
        "opens": {"A": theme.opens_a, "B": theme.opens_b},
        "clicks_given_open": theme.clicks,
        "caused_orders": int(contacts.caused[own].sum()),
        "better_variant": None
        if theme.effect_a == theme.effect_b
        else ("A" if theme.effect_a > theme.effect_b else "B"),
    }


def _experiments(world: World) -> list[dict[str, Any]]:
    found = []
    for place, design in enumerate(DESIGNS):
        own = world.assignments.experiment == place
        counts = np.bincount(world.assignments.variant[own], minlength=2).tolist()
        found.append({
            "experiment_id": place + 1,
            "name": design.name,
            "kind": design.kind,
            "extra_order_probability": design.extra_orders,
            "extra_line_probability": design.upsell,
            "extra_line_products": list(UPSELL_PRODUCTS) if design.upsell else [],
            "lost_treatment_without_order": design.lost_treatment,
            "intended_split": {"control": 0.5, "treatment": 0.5},
            "n_assigned": {"control": counts[0], "treatment": counts[1]},
        })  # fmt: skip
    return found


def _pairs(orders: Orders, catalog: Catalog) -> list[dict[str, Any]]:
    n_orders = max(1, len(orders.drafts))
    found = []
    for first, second, probability in PAIRS:
        having_first = orders.line_order[orders.line_product == catalog.position(first)]
        having_second = orders.line_order[orders.line_product == catalog.position(second)]
        both = len(np.intersect1d(having_first, having_second, assume_unique=True))
        expected = len(having_first) * len(having_second) / n_orders
        found.append({
            "product_id": catalog.position(first) + 1,
            "with_product_id": catalog.position(second) + 1,
            "names": [first, second],
            "added_probability": probability,
            "orders_with_both": both,
            "lift_over_all_orders": round(both / expected, 3) if expected else None,
        })  # fmt: skip
    return found


def _funnel(timeline: Timeline) -> dict[str, Any]:
    leak = {"mobile": planted.CHECKOUT_COMPLETION_MOBILE_AFTER}
    return {
        "step_probability": {
            device: dict(zip(("product_view", "add_to_cart", "checkout"), row, strict=True))
            for device, row in zip(DEVICES, STEP_PROBABILITIES.tolist(), strict=True)
        },
        "purchase_after_checkout": planted.CHECKOUT_COMPLETION,
        "leak": _story(timeline, planted.CHECKOUT_LEAK_FROM, {"purchase_after_checkout": leak}),
        "note": "visits opened by a click on a campaign end before the checkout",
    }


def _web_traffic(timeline: Timeline) -> dict[str, Any]:
    gap = [day.isoformat() for day in planted.TRACKING_GAP_DAYS if timeline.covers(day)]
    return {
        "scraper": {
            "day": (START + timedelta(days=scraper_day(timeline))).isoformat(),
            "sessions_factor": planted.SCRAPER_FACTOR,
            "device": "desktop",
        },
        "tracking_gap": {"days": gap, "kept_fraction": planted.TRACKING_GAP_KEPT_FRACTION},
    }


def _incidents(world: World) -> dict[str, Any]:
    incidents = world.incidents
    followed = np.flatnonzero(incidents.parent != NEVER)
    return {
        "symptoms": list(SYMPTOMS),
        "symptom_probability": {cause: list(row) for cause, row in SYMPTOM_PROBABILITIES.items()},
        "root_causes": list(ROOT_CAUSES),
        "true_cause": "".join(map(str, incidents.cause.tolist())),
        "note": "character i of true_cause is the position in root_causes of incident_id i + 1, "
        "also where the table says NULL",
        "cascades": [
            {"incident_id": int(place) + 1, "followed_from": int(incidents.parent[place]) + 1}
            for place in followed
        ],
        "metric_footprints": FOOTPRINTS,
    }


def _majors(world: World) -> list[dict[str, Any]]:
    incidents, requests = world.incidents, world.requests
    found = []
    for kind, major in (
        ("past", past_major(world.timeline)),
        ("open at the end", current_major(world.timeline)),
    ):
        if major is None:
            continue
        service, started_s = major
        place = int(
            np.flatnonzero((incidents.service == service) & (incidents.started_s == started_s))[0]
        )
        found.append({
            "kind": kind,
            "incident_id": place + 1,
            "service_id": service + 1,
            "started_at": _moment(started_s),
            "resolved_at": _moment(int(incidents.resolved_s[place])),
            "true_cause": ROOT_CAUSES[int(incidents.cause[place])],
            "ticket_ids": _ids(requests.incident == place),
        })  # fmt: skip
    return found


def _series(world: World) -> dict[str, Any]:
    disk = service_position(planted.DISK_SERVICE)
    full_s = disk_full_hour(world.timeline) * HOUR_S
    ninety_s = full_s - round((100.0 - 90.0) / planted.DISK_FILL_PERCENT_PER_DAY * DAY_S)
    return {
        "anomalies": [
            {
                "service_id": item.service + 1,
                "metric": item.metric,
                "kind": item.kind,
                "from": _moment(item.start_hour * HOUR_S),
                "until": _moment(item.end_hour * HOUR_S),
            }
            for item in world.anomalies
        ],
        "disk": {
            "service_id": disk + 1,
            "service": SERVICES[disk].name,
            "percent_per_day": planted.DISK_FILL_PERCENT_PER_DAY,
            "straight_line_from": (
                world.timeline.until - timedelta(days=planted.DISK_FILL_DAYS_BEFORE_END)
            ).isoformat(),
            "reaches_90_percent_at": _moment(ninety_s),
            "reaches_100_percent_at": _moment(full_s),
        },
    }


def _tickets(world: World) -> dict[str, Any]:
    requests, timeline = world.requests, world.timeline
    first_s = timeline.second_of(planted.DOCK_FIRMWARE_FROM)
    last_s = timeline.second_of(planted.DOCK_FIRMWARE_UNTIL)
    rise = (requests.topic == DOCK_POSITION) & (requests.opened_s >= first_s)
    rise &= requests.opened_s < last_s
    by_incident = (requests.incident != NEVER).sum()
    return {
        "dock_firmware": _story(
            timeline,
            planted.DOCK_FIRMWARE_FROM,
            {
                "until": planted.DOCK_FIRMWARE_UNTIL.isoformat(),
                "category": "hardware",
                "subcategory": "docking station",
                "ticket_ids": _ids(rise),
                "note": "the few tickets about docks that come anyway are among the ids",
            },
        ),
        "target_hours": dict(zip(("low", "medium", "high", "urgent"), TARGET_HOURS, strict=True)),
        "median_hours_to_resolve": dict(
            zip(("low", "medium", "high", "urgent"), RESOLVE_MEDIAN_HOURS, strict=True)
        ),
        "n_caused_by_incidents": int(by_incident),
    }


def _surveys() -> dict[str, Any]:
    return {
        "csat": {
            "base": planted.CSAT_BASE,
            "per_log_of_hours_over_median": planted.CSAT_PER_LOG_SLOWNESS,
            "late": planted.CSAT_LATE,
            "reopened": planted.CSAT_REOPENED,
            "noise_sd": planted.CSAT_NOISE,
            "note": "rounded and clipped to 1..5; only for surveys with a ticket_id",
        },
        "nps": {
            "base": planted.NPS_BASE,
            "late_ticket_180d": planted.NPS_LATE_TICKET,
            "sev1_incident_180d": planted.NPS_SEV1,
            "premium": planted.NPS_PREMIUM,
            "noise_sd": planted.NPS_NOISE,
            "note": "the segment's nps_shift is added; rounded and clipped to 0..10",
        },
    }
