"""`deskwise analyse lifetime-value`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pandas as pd

from analytics.customers.purchase_models import PARAMETERS
from analytics.tables.lifetime_value import LifetimeOptions, analyse_lifetime_value
from analytics.tables.reading import read_table
from assistant.cli.analyse import input_option, tell

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("lifetime-value")
@click.option("--customer", required=True, help="Column with the customer.")
@click.option("--date", required=True, help="Column with the day of a purchase.")
@click.option("--value", required=True, help="Column with what a purchase was worth.")
@click.option("--calibration-end", type=_DAY, help="Last day that the model learns from.")
@click.option("--holdout-end", type=_DAY, help="Last day that it is tested on.")
@click.option("--unit", type=click.Choice(["day", "week"]), default="week", show_default=True)
@click.option("--model", type=click.Choice(list(PARAMETERS)), default="bg/nbd", show_default=True)
@click.option("--horizon", type=click.FloatRange(min=0, min_open=True), help="Units; a year.")
@click.option(
    "--discount", type=click.FloatRange(0, 1), default=0.1, show_default=True, help="A year."
)
@click.option("--predictions", type=click.Path(path_type=Path, dir_okay=False), help="CSV.")
@input_option
def command(
    input_path: Path,
    json_file: str | None,
    predictions: Path | None,
    calibration_end: datetime | None,
    holdout_end: datetime | None,
    **given: Any,
) -> None:
    """Say what customers without a contract will buy, and what that is worth."""
    options = LifetimeOptions(
        calibration_end=pd.Timestamp(calibration_end) if calibration_end else None,
        holdout_end=pd.Timestamp(holdout_end) if holdout_end else None,
        **given,
    )
    report = analyse_lifetime_value(read_table(input_path), options)
    tell(report, json_file, {"predictions": predictions})
