"""`deskwise data`: the demo warehouse, a user's own data, the quality report."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from analytics.customers.record_file import write_record
from analytics.demo import generate
from analytics.errors import InputError
from analytics.load import check as run_check
from analytics.load import load as run_load
from assistant.cli.output import json_option, say, working, write_json
from assistant.cli.settings import current_settings, home_option
from assistant.warehouses import limits_of

DEFAULT_UNTIL = date(2026, 6, 30)
DATE = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def data() -> None:
    """The warehouse: make the demo company's, load one's own, check it."""


@data.command("demo")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--customers", type=click.IntRange(min=1), default=20_000, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option(
    "--until", type=DATE, help="The as-of date; the newest rows are of the day before. [2026-06-30]"
)
@home_option
@json_option
def data_demo(
    out: Path, customers: int, seed: int, until: datetime | None, json_file: str | None
) -> None:
    """Make the demo warehouse: one Parquet file a table, and truth.json with what was planted."""
    with working("Making the demo warehouse …") as show:
        summary = generate(
            out=out,
            n_customers=customers,
            seed=seed,
            until=until.date() if until else DEFAULT_UNTIL,
            progress=show,
        )
    write_json({"rows": dict(summary.rows), "seconds": round(summary.seconds_s, 2)}, json_file)
    if json_file != "-":
        width = max(len(name) for name in summary.rows)
        for name, n_rows in summary.rows.items():
            say(f"{name:<{width}}  {n_rows:>9,}")
        say(f"{sum(summary.rows.values()):,} rows in {out}, {summary.seconds_s:.1f} s")


@data.command("load")
@click.argument("path")
@click.option("--mapping", type=click.Path(path_type=Path, dir_okay=False), help="A YAML file.")
@click.option("--update", is_flag=True, help="Keep rows that the source lacks; replace by key.")
@home_option
@json_option
def data_load(path: str, mapping: Path | None, update: bool, json_file: str | None) -> None:
    """Load one's own tables into the warehouse; nothing is dropped without being named."""
    settings = current_settings()
    with working("Loading …") as show:
        report = run_load(
            path,
            warehouse_dir=settings.warehouse_dir,
            mapping=mapping,
            progress=show,
            update=update,
        )
    write_json(report, json_file)
    if json_file != "-":
        for line in report.lines():
            say(line)


@data.command("check")
@home_option
@json_option
def data_check(json_file: str | None) -> None:
    """Report the quality of the warehouse's data."""
    report = run_check(current_settings().warehouse_dir)
    write_json(report, json_file)
    if json_file != "-":
        for line in report.lines():
            say(line)


@data.command("record")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as-of", type=DATE, help="Nothing dated on or after it is seen. [newest data]")
@home_option
@json_option
def data_record(out: Path, as_of: datetime | None, json_file: str | None) -> None:
    """Write the customer record: one row per customer with features and scores, as Parquet."""
    settings = current_settings()
    if settings.warehouse:
        raise InputError(
            "The customer record is made from a folder of Parquet files, not from a database.",
            hint="Load the tables with `deskwise data load`; leave the setting warehouse empty.",
        )
    with working("Reading the warehouse …") as show:
        summary = write_record(
            settings.warehouse_dir,
            out,
            as_of=as_of.date() if as_of else None,
            limits=limits_of(settings),
            progress=show,
        )
    told = {
        "as_of": summary.as_of.isoformat(),
        "customers": summary.n_customers,
        "columns": summary.n_columns,
        "measured": summary.n_measured,
        "seconds": round(summary.seconds_s, 2),
    }
    write_json(told, json_file)
    if json_file != "-":
        say(
            f"{summary.n_customers:,} customers as of {summary.as_of}, {summary.n_columns} columns "
            f"in {out}, {summary.seconds_s:.1f} s"
        )
