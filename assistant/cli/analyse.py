"""`deskwise analyse`: the analyses of the chat, on a table of one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import click

from analytics.errors import InputError
from analytics.tables.report import Report
from assistant.cli.output import json_option, say, write_json


class AnalysisGroup(click.Group):
    """Imports a kind of analysis only when it is named."""

    kinds: ClassVar[dict[str, str]] = {
        "segments": "segments",
        "churn": "churn",
        "lifetime-value": "lifetime_value",
        "recommend": "recommend",
        "experiment": "experiment",
        "uplift": "uplift",
        "anomalies": "anomalies",
        "forecast": "forecast",
        "root-cause": "root_cause",
        "triage": "triage",
    }
    """Name of the contract → module in `assistant.cli.analyses`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the kinds in the order of the contract."""
        return list(self.kinds)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return a kind."""
        if name not in self.kinds:
            return None
        module = import_module(f"assistant.cli.analyses.{self.kinds[name]}")
        command: click.Command = module.command
        return command


@click.command(cls=AnalysisGroup)
def analyse() -> None:
    """Analyse a CSV, Parquet or XLSX table with the code that answers in chat."""


def input_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--input FILE` and `--json FILE`."""
    given = click.option(
        "--input",
        "input_path",
        required=True,
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        help="CSV, TSV (also gzipped), Parquet or XLSX.",
    )
    return given(json_option(command))


def names(text: str | None) -> tuple[str, ...]:
    """Return the names of a list with commas; empty for None."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def tell(report: Report, json_file: str | None, tables: Mapping[str, Path | None]) -> None:
    """Print a report, and write its values and the tables that were asked for.

    Raises
    ------
    InputError
        When a file cannot be written.
    """
    if json_file != "-":
        for line in report.lines:
            say(line)
    for name, path in tables.items():
        if path is None:
            continue
        try:
            report.tables[name].to_csv(path, index=False)
        except OSError as error:
            raise InputError(
                f"Cannot write {path}: {error.strerror}.",
                hint="Name a file in a folder that exists.",
            ) from error
    write_json(report.values, json_file)
