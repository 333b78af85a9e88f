"""`deskwise analyse segments`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from analytics.errors import InputError
from analytics.tables.reading import read_table
from analytics.tables.segments import METHODS, MIN_ROWS, SegmentOptions, analyse_segments
from assistant.cli.analyse import input_option, names, tell


@click.command("segments")
@click.option("--id", "id_column", help="Column with the customer.")
@click.option("--features", help="Columns to group by, with commas; all others without it.")
@click.option("--method", type=click.Choice(METHODS), default="auto", show_default=True)
@click.option("--k", "wanted", default="auto", show_default=True, help="auto, or a number.")
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
@click.option(
    "--assignments",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of each customer's segment.",
)
@input_option
def command(
    input_path: Path,
    json_file: str | None,
    assignments: Path | None,
    wanted: str,
    **given: Any,
) -> None:
    """Group customers who are alike, or say that there are no groups."""
    options = SegmentOptions(
        id=given["id_column"],
        features=names(given["features"]),
        method=given["method"],
        k=_number(wanted),
        seed=given["seed"],
    )
    report = analyse_segments(read_table(input_path, min_rows=MIN_ROWS), options)
    tell(report, json_file, {"assignments": assignments})


def _number(text: str) -> int | None:
    if text == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        raise InputError(
            f"--k {text!r} is no number of segments.", hint="Write --k auto or --k 4."
        ) from None
