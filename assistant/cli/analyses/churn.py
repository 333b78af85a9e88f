"""`deskwise analyse churn`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from analytics.errors import InputError
from analytics.tables.churn import MIN_ROWS, ChurnOptions, analyse_churn
from analytics.tables.reading import read_table
from assistant.cli.analyse import input_option, names, tell


@click.command("churn")
@click.option("--target", required=True, help="Column with what became of the customer.")
@click.option("--positive", help="The value that means leaving, if it is not called so.")
@click.option("--id", "id_column", help="Column with the customer.")
@click.option("--cv", default="5x5", show_default=True, help="Repeats x folds.")
@click.option("--sensitive", help="Columns to audit for fairness, with commas.")
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True)
@click.option(
    "--predictions",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of each customer's probability, by a model that had not seen them.",
)
@input_option
def command(
    input_path: Path,
    json_file: str | None,
    predictions: Path | None,
    cv: str,
    **given: str | int | None,
) -> None:
    """Predict who leaves, say why, and how far that can be trusted."""
    n_repeats, n_folds = _cv(cv)
    options = ChurnOptions(
        target=str(given["target"]),
        positive=_text(given["positive"]),
        id=_text(given["id_column"]),
        sensitive=names(_text(given["sensitive"])),
        n_repeats=n_repeats,
        n_folds=n_folds,
        seed=int(given["seed"] or 0),
    )
    report = analyse_churn(read_table(input_path, min_rows=MIN_ROWS), options)
    tell(report, json_file, {"predictions": predictions})


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)


def _cv(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)x(\d+)", text.strip().lower())
    if found is None or int(found[1]) < 1 or int(found[2]) < 2:
        raise InputError(
            f"--cv {text!r} is no number of repeats and folds.",
            hint="Write --cv 5x5 for five repeats of five folds.",
        )
    return int(found[1]), int(found[2])
