"""The services of the demo company, what they stand on, and how each kind of cause shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.demo.sampling import Ints
from analytics.demo.writer import Coded, Table
from analytics.schema import ROOT_CAUSES, SERVICE_METRICS, TEAMS

SYMPTOMS = (
    "cpu_load", "memory_load", "delay", "error_1000", "error_1001", "error_1002", "error_1003",
)  # fmt: skip
ALL_METRICS = SERVICE_METRICS
FEW_METRICS = ("cpu_load", "memory_load", "disk_used", "requests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service.

    `exposure` scales the share of customers an incident reaches (0 for internal services),
    `incidents` is the relative number of incidents, `requests_per_hour` the load on an average
    hour, `latency_ms` the usual delay, `disk_start` the percentage of disk used at the start.
    `office` tells that it is used in office hours rather than at shopping hours.
    """

    name: str
    team: str
    tier: int
    depends_on: tuple[str, ...]
    exposure: float
    incidents: float
    requests_per_hour: float
    latency_ms: float
    disk_start: float
    metrics: tuple[str, ...]
    office: bool


SERVICES = (
    Service(
        name="Web shop", team="Applications", tier=1,
        depends_on=("Product search", "Checkout", "Edge network", "Larkfield ID"),
        exposure=1.0, incidents=1.5, requests_per_hour=52_000, latency_ms=210, disk_start=38,
        metrics=ALL_METRICS, office=False,
    ),
    Service(
        name="Checkout", team="Applications", tier=1,
        depends_on=("Orders database", "Payment gateway", "Message queue"),
        exposure=0.8, incidents=1.3, requests_per_hour=6_400, latency_ms=340, disk_start=33,
        metrics=ALL_METRICS, office=False,
    ),
    Service(
        name="Payment gateway", team="Billing", tier=1,
        depends_on=("Edge network",),
        exposure=0.7, incidents=1.0, requests_per_hour=4_100, latency_ms=520, disk_start=29,
        metrics=ALL_METRICS, office=False,
    ),
    Service(
        name="Orders database", team="Applications", tier=1,
        depends_on=("Storage cluster",),
        exposure=0.9, incidents=0.9, requests_per_hour=71_000, latency_ms=18, disk_start=52,
        metrics=ALL_METRICS, office=False,
    ),
    Service(
        name="Larkfield ID", team="Security", tier=1,
        depends_on=("Edge network", "Storage cluster"),
        exposure=0.8, incidents=0.9, requests_per_hour=9_800, latency_ms=95, disk_start=41,
        metrics=ALL_METRICS, office=False,
    ),
    Service(
        name="Product search", team="Applications", tier=2,
        depends_on=("Message queue", "Storage cluster"),
        exposure=0.5, incidents=1.3, requests_per_hour=21_000, latency_ms=120, disk_start=58,
        metrics=ALL_METRICS, office=False,
    ),
    Service(
        name="Orderdesk", team="Applications", tier=2,
        depends_on=("Orders database", "Larkfield ID"),
        exposure=0.3, incidents=1.4, requests_per_hour=2_900, latency_ms=390, disk_start=47,
        metrics=ALL_METRICS, office=True,
    ),
    Service(
        name="Till", team="Workplace", tier=2,
        depends_on=("Orders database", "Payment gateway"),
        exposure=0.3, incidents=1.1, requests_per_hour=1_800, latency_ms=160, disk_start=44,
        metrics=ALL_METRICS, office=True,
    ),
    Service(
        name="Message queue", team="Network", tier=2,
        depends_on=("Storage cluster",),
        exposure=0.4, incidents=0.8, requests_per_hour=64_000, latency_ms=9, disk_start=36,
        metrics=ALL_METRICS, office=False,
    ),
    Service(
        name="Edge network", team="Network", tier=1,
        depends_on=(),
        exposure=1.0, incidents=0.8, requests_per_hour=88_000, latency_ms=24, disk_start=22,
        metrics=ALL_METRICS, office=False,
    ),
    Service(
        name="Storage cluster", team="Network", tier=2,
        depends_on=(),
        exposure=0.4, incidents=0.7, requests_per_hour=45_000, latency_ms=6, disk_start=61,
        metrics=FEW_METRICS, office=False,
    ),
    Service(
        name="LarkVPN", team="Network", tier=2,
        depends_on=("Edge network", "Larkfield ID"),
        exposure=0.0, incidents=1.2, requests_per_hour=1_250, latency_ms=70, disk_start=31,
        metrics=FEW_METRICS, office=True,
    ),
    Service(
        name="Peoplehub", team="Service Desk", tier=3,
        depends_on=("Larkfield ID",),
        exposure=0.0, incidents=0.9, requests_per_hour=420, latency_ms=280, disk_start=40,
        metrics=FEW_METRICS, office=True,
    ),
    Service(
        name="FollowPrint", team="Workplace", tier=3,
        depends_on=("Edge network",),
        exposure=0.0, incidents=1.1, requests_per_hour=310, latency_ms=130, disk_start=49,
        metrics=FEW_METRICS, office=True,
    ),
)  # fmt: skip

# Relative frequency of each root cause.
CAUSE_SHARES = (0.16, 0.15, 0.17, 0.20, 0.13, 0.09, 0.10)

# Probability that a symptom is seen, by root cause: cpu_load, memory_load, delay, error_1000
# (request refused), error_1001 (time-out), error_1002 (data not found), error_1003 (rejected).
SYMPTOM_PROBABILITIES = {
    "memory": (0.38, 0.93, 0.47, 0.62, 0.22, 0.06, 0.05),
    "network delay": (0.08, 0.09, 0.95, 0.12, 0.78, 0.07, 0.06),
    "database issue": (0.34, 0.28, 0.72, 0.10, 0.58, 0.74, 0.12),
    "deployment": (0.22, 0.16, 0.18, 0.48, 0.12, 0.32, 0.66),
    "capacity": (0.94, 0.44, 0.66, 0.50, 0.36, 0.05, 0.07),
    "third party": (0.05, 0.05, 0.56, 0.16, 0.62, 0.08, 0.58),
    "configuration": (0.07, 0.08, 0.12, 0.74, 0.10, 0.42, 0.28),
}

# What an incident adds to the service's metrics while it lasts: added to percentages and the
# error rate, multiplied into latency and requests.
FOOTPRINTS: dict[str, dict[str, float]] = {
    "memory": {"memory_load": 34.0, "latency_ms": 1.5, "error_rate": 0.03},
    "network delay": {"latency_ms": 4.2, "error_rate": 0.02, "requests": 0.8},
    "database issue": {"latency_ms": 2.9, "error_rate": 0.06, "cpu_load": 9.0},
    "deployment": {"error_rate": 0.14, "requests": 0.85},
    "capacity": {"cpu_load": 38.0, "latency_ms": 2.2, "requests": 1.5, "error_rate": 0.02},
    "third party": {"latency_ms": 1.8, "error_rate": 0.08},
    "configuration": {"error_rate": 0.09, "requests": 0.75},
}

# Titles say what was seen, not why; from the gravest to the mildest.
TITLES = (
    "{service} unavailable",
    "{service} down for most users",
    "{service}: requests rejected",
    "{service}: users signed out again and again",
    "{service}: time-outs",
    "{service}: errors for part of the requests",
    "{service}: intermittent failures",
    "{service}: pages load without data",
    "{service}: slow responses",
    "{service}: alarm on load",
)
# How far down the list a title of severity 1..4 can begin and end.
TITLE_RANGES = ((0, 2), (1, 6), (3, 9), (5, 10))


def service_position(name: str) -> int:
    """Position of the service of that name; service_id is the position plus 1."""
    return [service.name for service in SERVICES].index(name)


def dependents() -> dict[int, list[int]]:
    """Positions of the services that stand directly on each service."""
    found: dict[int, list[int]] = {number: [] for number in range(len(SERVICES))}
    for number, service in enumerate(SERVICES):
        for name in service.depends_on:
            found[service_position(name)].append(number)
    return found


def symptom_matrix() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Symptom probabilities by root cause, shape (7, 7), rows as in `ROOT_CAUSES`."""
    return np.array([SYMPTOM_PROBABILITIES[cause] for cause in ROOT_CAUSES])


def services_table() -> Table:
    """Columns of `services`."""
    return {
        "service_id": np.arange(1, len(SERVICES) + 1, dtype=np.int64),
        "name": np.array([service.name for service in SERVICES], dtype=object),
        "owner_team": Coded(
            codes=np.array([TEAMS.index(service.team) for service in SERVICES]), words=TEAMS
        ),
        "tier": np.array([service.tier for service in SERVICES]),
    }


def dependencies_table() -> Table:
    """Columns of `service_dependencies`, ordered by service and what it stands on."""
    edges = sorted(
        (number + 1, service_position(name) + 1)
        for number, service in enumerate(SERVICES)
        for name in service.depends_on
    )
    pairs: Ints = np.array(edges, dtype=np.int64)
    return {"service_id": pairs[:, 0], "depends_on_service_id": pairs[:, 1]}
