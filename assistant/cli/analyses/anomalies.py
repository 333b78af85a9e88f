"""`deskwise analyse anomalies`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from analytics.tables.anomalies import MIN_ROWS, AnomalyOptions, analyse_anomalies
from analytics.tables.reading import read_table
from assistant.cli.analyse import input_option, tell


@click.command("anomalies")
@click.option("--time", required=True, help="Column with the time of a row.")
@click.option("--value", required=True, help="Column with the value.")
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1, max_open=True),
    help="Score from which on a row is flagged.",
)
@click.option(
    "--scores", type=click.Path(path_type=Path, dir_okay=False), help="CSV of all rows' scores."
)
@input_option
def command(
    input_path: Path,
    json_file: str | None,
    scores: Path | None,
    threshold: float | None,
    **given: Any,
) -> None:
    """Find what deviates more than ever before, told from the past alone."""
    options = (
        AnomalyOptions(**given)
        if threshold is None
        else AnomalyOptions(threshold=threshold, **given)
    )
    report = analyse_anomalies(read_table(input_path, min_rows=MIN_ROWS), options)
    tell(report, json_file, {"scores": scores})
