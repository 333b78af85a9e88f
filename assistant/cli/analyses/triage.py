"""`deskwise analyse triage`."""

from __future__ import annotations

from pathlib import Path

import click

from analytics.errors import InputError
from analytics.tables.reading import read_table
from analytics.tables.triage import MIN_ROWS, TriageOptions, analyse_triage
from assistant.cli.analyse import input_option, names, tell


@click.command("triage")
@click.option("--text", required=True, help="Columns with the text, with commas.")
@click.option("--target", required=True, help="Column with the class: category, team, spam.")
@click.option(
    "--split",
    type=click.Choice(["time", "random"]),
    default="random",
    show_default=True,
    help="By time: later rows of the file are foretold from earlier ones.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--predictions", type=click.Path(path_type=Path, dir_okay=False), help="CSV.")
@input_option
def command(
    input_path: Path,
    json_file: str | None,
    predictions: Path | None,
    text: str,
    **given: str | int,
) -> None:
    """Learn the class of tickets from their text, and say when it may be assigned unseen."""
    columns = names(text)
    if not columns:
        raise InputError("--text names no column.", hint="Write --text subject,body.")
    options = TriageOptions(text=columns, **given)  # type: ignore[arg-type]
    report = analyse_triage(read_table(input_path, min_rows=MIN_ROWS), options)
    tell(report, json_file, {"predictions": predictions})
