"""`deskwise analyse root-cause`."""

from __future__ import annotations

from pathlib import Path

import click

from analytics.errors import InputError
from analytics.tables.reading import read_table
from analytics.tables.report import Report
from assistant.cli.analyse import names, tell
from assistant.cli.output import json_option

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("root-cause")
@click.option("--input", "input_path", type=_FILE, help="Table of incidents: CSV, Parquet, XLSX.")
@click.option("--target", help="Column with the cause; with --metrics the node that suffers.")
@click.option("--features", help="Columns with symptoms, with commas; all others without it.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--metrics", type=_FILE, multiple=True, help="CSV of services' metrics; repeatable.")
@click.option("--graph", type=_FILE, help="CSV of calls: caller, callee, or a square of 0 and 1.")
@click.option("--at", help="When it was noticed: ISO time (UTC) or Unix seconds.")
@click.option("--metric", help="What suffers, such as latency or availability.")
@click.option("--tolerance", type=click.FloatRange(min=0), default=10, help="Minutes.")
@click.option("--predictions", type=click.Path(path_type=Path, dir_okay=False), help="CSV.")
@json_option
def command(
    input_path: Path | None,
    metrics: tuple[Path, ...],
    json_file: str | None,
    predictions: Path | None,
    **given: str | int | float | Path | None,
) -> None:
    """Name the cause: of incidents by their symptoms, or the service to blame around a time."""
    if bool(input_path) == bool(metrics):
        raise InputError(
            "Either --input (a table of incidents) or --metrics (services) is needed.",
            hint="deskwise analyse root-cause --help shows both.",
        )
    report = _services(metrics, given) if metrics else _incidents(input_path, given)
    tell(report, json_file, {"predictions": predictions})


def _incidents(path: Path | None, given: dict[str, str | int | float | Path | None]) -> Report:
    from analytics.tables.root_cause import MIN_ROWS, CauseOptions, analyse_root_cause

    assert path is not None
    if given["target"] is None:
        raise InputError("--target is missing.", hint="Name the column that holds the cause.")
    options = CauseOptions(
        target=str(given["target"]),
        features=names(given["features"]),  # type: ignore[arg-type]
        seed=given["seed"],  # type: ignore[arg-type]
    )
    return analyse_root_cause(read_table(path, min_rows=MIN_ROWS), options)


def _services(
    metrics: tuple[Path, ...], given: dict[str, str | int | float | Path | None]
) -> Report:
    from analytics.tables.service_causes import ServiceOptions, analyse_services

    if given["at"] is None:
        raise InputError("--at is missing.", hint="Say when it was noticed: 2025-03-01T10:30.")
    options = ServiceOptions(
        metrics=metrics,
        graph=given["graph"],  # type: ignore[arg-type]
        at=str(given["at"]),
        node=given["target"],  # type: ignore[arg-type]
        metric=given["metric"],  # type: ignore[arg-type]
        tolerance_minutes=given["tolerance"],  # type: ignore[arg-type]
    )
    return analyse_services(options)
