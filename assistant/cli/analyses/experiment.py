"""`deskwise analyse experiment`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from analytics.errors import InputError
from analytics.tables.experiment import ExperimentOptions, analyse_experiment
from analytics.tables.reading import read_table
from assistant.cli.analyse import input_option, names, tell


@click.command("experiment")
@click.option("--variant", required=True, help="Column with the group of each row.")
@click.option("--metric", required=True, help="Column with what was measured.")
@click.option("--control", help="Name of the control group, if it is not called so.")
@click.option("--covariate", help="Column known before the experiment; makes the result sharper.")
@click.option("--split", help="Planned weights, as control=1,b=1; equal without it.")
@input_option
def command(input_path: Path, json_file: str | None, split: str | None, **given: Any) -> None:
    """Read an experiment: the split, each variant's effect and how sure it is."""
    options = ExperimentOptions(split=_weights(split) if split else None, **given)
    tell(analyse_experiment(read_table(input_path, min_rows=4), options), json_file, {})


def _weights(text: str) -> dict[str, float]:
    weights = {}
    for part in names(text):
        name, _, weight = part.rpartition("=")
        try:
            weights[name.strip()] = float(weight)
        except ValueError:
            raise InputError(
                f"{part!r} is no planned weight.", hint="Write --split control=1,b=1."
            ) from None
    return weights
