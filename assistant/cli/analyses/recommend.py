"""`deskwise analyse recommend`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from analytics.tables.reading import read_table
from analytics.tables.recommend import MIN_ROWS, RecommendOptions, analyse_recommend
from assistant.cli.analyse import input_option, tell


@click.command("recommend")
@click.option("--customer", required=True, help="Column with the customer.")
@click.option("--item", required=True, help="Column with what was bought.")
@click.option("--date", help="Column with the time of a purchase; the order of rows without it.")
@input_option
def command(input_path: Path, json_file: str | None, **given: Any) -> None:
    """Say what customers buy next and together, against the most popular items."""
    table = read_table(input_path, min_rows=MIN_ROWS)
    tell(analyse_recommend(table, RecommendOptions(**given)), json_file, {})
