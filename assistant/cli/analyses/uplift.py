"""`deskwise analyse uplift`."""

from __future__ import annotations

from pathlib import Path

import click

from analytics.tables.reading import read_table
from analytics.tables.uplift import MIN_ROWS, UpliftOptions, analyse_uplift
from assistant.cli.analyse import input_option, names, tell


@click.command("uplift")
@click.option("--treatment", required=True, help="Column with 1 for treated people, 0 for others.")
@click.option("--outcome", required=True, help="Column with what came of it.")
@click.option("--features", help="Columns known beforehand, with commas; all others without it.")
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
@input_option
def command(
    input_path: Path,
    json_file: str | None,
    treatment: str,
    outcome: str,
    features: str | None,
    seed: int,
) -> None:
    """Say whom an action changes, and what choosing them is worth."""
    options = UpliftOptions(
        treatment=treatment, outcome=outcome, features=names(features), seed=seed
    )
    tell(analyse_uplift(read_table(input_path, min_rows=MIN_ROWS), options), json_file, {})
