"""`deskwise analyse forecast`."""

from __future__ import annotations

from pathlib import Path

import click

from analytics.errors import InputError
from analytics.tables.forecast import MIN_ROWS, ForecastOptions, analyse_forecast
from analytics.tables.reading import read_table
from assistant.cli.analyse import input_option, names, tell


@click.command("forecast")
@click.option("--time", required=True, help="Column with the time of a row.")
@click.option("--value", required=True, help="Column with the value.")
@click.option("--horizon", required=True, type=click.IntRange(1, 5_000), help="Steps ahead.")
@click.option("--level", default="80,95", show_default=True, help="Intervals, in percent.")
@click.option("--limit", type=float, help="Say when this value is crossed.")
@click.option("--predictions", type=click.Path(path_type=Path, dir_okay=False), help="CSV.")
@input_option
def command(
    input_path: Path,
    json_file: str | None,
    predictions: Path | None,
    level: str,
    **given: str | int | float | None,
) -> None:
    """Foretell a series with intervals, by the method that missed least so far."""
    options = ForecastOptions(levels=_levels(level), **given)  # type: ignore[arg-type]
    report = analyse_forecast(read_table(input_path, min_rows=MIN_ROWS), options)
    tell(report, json_file, {"predictions": predictions})


def _levels(text: str) -> tuple[float, ...]:
    try:
        found = sorted({float(each) / 100 for each in names(text)})
    except ValueError:
        found = []
    if not found or not 0 < found[0] <= found[-1] < 1:
        raise InputError(
            f"--level {text!r} is no list of percentages between 0 and 100.", hint="Write 80,95."
        )
    return tuple(found)
