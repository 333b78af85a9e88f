"""Makes the demo warehouse: draws the company's two and a half years and writes the tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from analytics.demo.baskets import Orders, fill_baskets, order_lines_table, orders_table
from analytics.demo.campaign_plan import plan_campaigns
from analytics.demo.campaigns import (
    campaigns_table,
    contacts_table,
    credit_clicks,
    draw_contacts,
)
from analytics.demo.catalog import make_catalog, products_table
from analytics.demo.churn import draw_churn, make_history
from analytics.demo.customers import customers_table, make_customers
from analytics.demo.employees import Employees, make_employees
from analytics.demo.errors import DemoArgumentError, DemoWriteError
from analytics.demo.experiments import assignments_table, experiments_table, run_experiments
from analytics.demo.metrics_series import plan_anomalies, service_metrics_table
from analytics.demo.operations import (
    draw_incidents,
    incident_customers_table,
    incidents_table,
    keep_present,
)
from analytics.demo.orders import credit_first_orders, draw_orders, join_drafts
from analytics.demo.sampling import Streams
from analytics.demo.services import dependencies_table, services_table
from analytics.demo.surveys import surveys_table
from analytics.demo.ticket_table import tickets_table
from analytics.demo.tickets import draw_requests, requests_of_present
from analytics.demo.timeline import Timeline
from analytics.demo.truth import World, describe
from analytics.demo.web import Visits, draw_visits
from analytics.demo.web_tables import events_table, sessions_table
from analytics.demo.writer import Table, write_table, write_truth

MIN_CUSTOMERS = 100
EARLIEST_UNTIL = date(2024, 3, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSummary:
    """What was written.

    Attributes
    ----------
    path : Path
        Folder that holds the Parquet files and truth.json.
    rows : mapping of str to int
        Rows of each table, in the order of the warehouse.
    seconds_s : float
        Time it took, in seconds.
    """

    path: Path
    rows: Mapping[str, int]
    seconds_s: float


def generate(
    *,
    out: Path,
    n_customers: int = 20_000,
    seed: int = 7,
    until: date = date(2026, 6, 30),
    progress: Callable[[str], None] | None = None,
) -> DemoSummary:
    """Write the demo warehouse: one Parquet file per table, and truth.json.

    The same arguments and the same versions of NumPy and PyArrow give the same bytes.

    Parameters
    ----------
    out : Path
        Folder to write to; made if absent. Files of the same names are replaced.
    n_customers : int
        Customers, ≥ 100. Orders, sessions, tickets and contacts grow with them.
    seed : int
        Seed of all randomness, ≥ 0.
    until : date
        As-of date, after 1 March 2024. Rows are from 1 January 2024 to the day before it.
    progress : callable, optional
        Called with a short line of text as each step begins.

    Returns
    -------
    DemoSummary

    Raises
    ------
    DemoArgumentError
        n_customers, seed or until is out of range, or out is a file.
    DemoWriteError
        The folder or a file cannot be written.
    """
    _check(out, n_customers, seed, until)
    started_s = time.perf_counter()
    tell = progress if progress is not None else _say_nothing
    _make_folder(out)
    streams = Streams(seed=seed)
    tell("Drawing customers, orders, incidents and tickets")
    world, employees = _draw_world(streams, Timeline(until=until), n_customers)
    rows = {}
    for name, columns in _tables(streams, world, employees):
        tell(f"Writing {name}")
        rows[name] = write_table(name, columns, out)
    tell("Writing truth.json")
    write_truth(describe(world), out)
    return DemoSummary(path=out, rows=rows, seconds_s=time.perf_counter() - started_s)


def _check(out: Path, n_customers: int, seed: int, until: date) -> None:
    if n_customers < MIN_CUSTOMERS:
        raise DemoArgumentError(
            f"{n_customers} customers are too few for the demo warehouse; "
            f"at least {MIN_CUSTOMERS} are needed.",
            hint=f"Ask for {MIN_CUSTOMERS} customers or more; 20,000 is the default.",
        )
    if seed < 0:
        raise DemoArgumentError(
            f"The seed {seed} is negative; a whole number from 0 up is needed.",
            hint="Use a seed such as 7.",
        )
    if until < EARLIEST_UNTIL:
        raise DemoArgumentError(
            f"The end {until.isoformat()} is too early: the data starts on 2024-01-01 and needs "
            "two months.",
            hint=f"Choose {EARLIEST_UNTIL.isoformat()} or later; 2026-06-30 is the default.",
        )
    if out.exists() and not out.is_dir():
        raise DemoArgumentError(
            f"{out} is a file; a folder is needed for the tables.",
            hint="Name a folder that is empty or does not exist yet.",
        )


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoWriteError(
            f"The folder {out} cannot be made: {error}.",
            hint="Choose a folder you may write to.",
        ) from error


def _draw_world(streams: Streams, timeline: Timeline, n_customers: int) -> tuple[World, Employees]:
    """Draw everything that tables are made from.

    What customers would do comes first; it decides who leaves, and leaving cuts it off.
    Campaigns and experiments then add the orders they cause.
    """
    catalog, employees = make_catalog(), make_employees(streams)
    campaigns = plan_campaigns(streams, timeline)
    customers = make_customers(streams, timeline, n_customers, campaigns)
    drafts = draw_orders(streams, timeline, customers)
    incidents = draw_incidents(streams, timeline, customers)
    requests = draw_requests(streams, timeline, customers, employees, incidents)
    history = make_history(drafts, requests, incidents)
    customers = draw_churn(streams, timeline, customers, history)
    drafts = drafts.where(drafts.time_s < customers.churned_s[drafts.customer])
    contacts, caused = draw_contacts(streams, timeline, campaigns, customers, drafts)
    drafts = join_drafts(drafts, caused)
    assignments, drafts = run_experiments(streams, timeline, customers, drafts)
    drafts = credit_clicks(streams, campaigns, contacts, drafts)
    drafts = credit_first_orders(streams, customers, drafts)
    return World(
        seed=streams.seed,
        timeline=timeline,
        catalog=catalog,
        customers=customers,
        campaigns=campaigns,
        contacts=contacts,
        assignments=assignments,
        orders=fill_baskets(streams, timeline, catalog, customers, drafts),
        incidents=keep_present(incidents, customers),
        requests=requests_of_present(requests, customers),
        anomalies=plan_anomalies(streams, timeline),
    ), employees


def _tables(streams: Streams, world: World, employees: Employees) -> Iterator[tuple[str, Table]]:
    """Build the tables one after the other, so that only one is held besides the world."""
    timeline, customers, orders = world.timeline, world.customers, world.orders
    yield "customers", customers_table(streams, customers, timeline)
    yield "products", products_table(world.catalog, timeline)
    yield "orders", orders_table(orders)
    yield "order_lines", order_lines_table(orders)
    visits = _visits(streams, world, orders)
    yield "web_sessions", sessions_table(streams, visits, customers, world.campaigns)
    yield "web_events", events_table(streams, visits, orders, world.catalog)
    del visits
    yield "campaigns", campaigns_table(world.campaigns, customers, world.contacts)
    yield "campaign_contacts", contacts_table(timeline, world.campaigns, world.contacts, orders)
    yield "experiments", experiments_table(timeline)
    yield "experiment_assignments", assignments_table(world.assignments, orders)
    yield "surveys", surveys_table(streams, timeline, customers, world.requests, world.incidents)
    yield (
        "tickets",
        tickets_table(
            streams,
            timeline,
            world.requests,
            (customers, employees),
            (world.incidents, orders, world.catalog),
        ),
    )
    yield "services", services_table()
    yield "service_dependencies", dependencies_table()
    yield "incidents", incidents_table(world.incidents)
    yield "incident_customers", incident_customers_table(world.incidents)
    yield (
        "service_metrics",
        service_metrics_table(streams, timeline, world.incidents, world.anomalies),
    )


def _visits(streams: Streams, world: World, orders: Orders) -> Visits:
    ids = np.array([campaign.campaign_id for campaign in world.campaigns], dtype=np.int64)
    return draw_visits(streams, world.timeline, world.customers, orders, (world.contacts, ids))


def _say_nothing(_line: str) -> None:
    """Take a line of progress that nobody asked for."""
