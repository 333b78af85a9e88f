"""`deskwise catalogue`: check, describe and import what questions can be about."""

from __future__ import annotations

from pathlib import Path

import click

from analytics.catalogue import load_catalogue
from analytics.catalogue.describing import described, overview
from analytics.catalogue.importers import DbtImport, import_dbt, write_catalogue
from analytics.catalogue.loader import lines_of, problems_of
from analytics.catalogue.nodes import Problem
from analytics.query.catalogue_check import DataCheck, known_columns
from assistant.cli.output import json_option, say, working, write_json
from assistant.cli.settings import current_settings, home_option
from assistant.warehouses import open_tables

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group()
def catalogue() -> None:
    """The metric catalogue: check one, describe what is in it, import another tool's."""


@catalogue.command("check")
@click.option("--catalogue", "folder", type=FOLDER, help="A folder of one's own. [the shipped one]")
@click.option("--warehouse", type=FOLDER, help="Tables to check columns, keys and numbers against.")
@home_option
@json_option
def check(folder: Path | None, warehouse: Path | None, json_file: str | None) -> None:
    """Say what is wrong in a catalogue, each with file, line and what to do; exit code 1 then."""
    folder = folder or current_settings().analytics_catalogue_dir
    problems = _problems(folder, warehouse)
    loaded = None if problems else load_catalogue(folder)
    shown = {"ok": not problems, "problems": [_plain(problem) for problem in problems]}
    write_json({**shown, "version": loaded.version if loaded is not None else None}, json_file)
    if json_file != "-":
        for problem in problems:
            say(str(problem))
        if loaded is not None:
            n = f"{len(loaded.metrics)} metrics, {len(loaded.dimensions)} dimensions"
            say(f"The catalogue is sound: {n}, version {loaded.version}.")
    if problems:
        click.get_current_context().exit(1)


def _problems(folder: Path | None, warehouse: Path | None) -> list[Problem]:
    if warehouse is None:
        columns = known_columns() if folder is None else None
        return problems_of(folder, columns=columns)
    problems = problems_of(folder)
    if problems:
        return problems
    loaded = load_catalogue(folder)
    tables = open_tables(warehouse, loaded, current_settings())
    problems = problems_of(folder, columns=known_columns(tables.columns))
    if problems:
        return problems
    with working("Computing every metric and every split once …") as show:
        return DataCheck(
            catalogue=loaded, warehouse=tables, lines=lines_of(folder), show=show
        ).problems()


def _plain(problem: Problem) -> dict[str, object]:
    return {
        "code": problem.code,
        "file": problem.file,
        "line": problem.line,
        "message": problem.message,
        "fix": problem.fix,
    }


@catalogue.command("describe")
@click.argument("name", required=False)
@click.option("--catalogue", "folder", type=FOLDER, help="A folder of one's own. [the shipped one]")
@home_option
@json_option
def describe(name: str | None, folder: Path | None, json_file: str | None) -> None:
    """Describe one metric or dimension, or list all of them with their versions."""
    loaded = load_catalogue(folder or current_settings().analytics_catalogue_dir)
    if name is None:
        write_json(overview(loaded), json_file)
        if json_file != "-":
            for metric in loaded.metrics.values():
                say(f"{metric.name:<32} {metric.kind:<16} {metric.version}  {metric.definition}")
            say()
            say("Dimensions: " + ", ".join(loaded.dimensions))
        return
    found = described(name, loaded)
    write_json(found, json_file)
    if json_file != "-":
        for key, value in found.items():
            for line in _lines(value):
                say(f"{key:<20} {line}")
                key = ""


def _lines(value: object) -> list[str]:
    if isinstance(value, dict):
        return [f"{name}: {words}" for name, words in value.items()]
    if isinstance(value, list):
        return [", ".join(str(part) for part in value)] if value else []
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [] if value in (None, "") else [str(value)]


@catalogue.group("import")
def import_group() -> None:
    """Take over what another tool already defines."""


@import_group.command("dbt")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False))
@home_option
@json_option
def import_from_dbt(path: Path, out: Path, json_file: str | None) -> None:
    """Make a catalogue of dbt semantic models (a YAML file, or a folder of them)."""
    taken: DbtImport = import_dbt(path)
    write_catalogue(taken, out)
    left = [{"name": item.name, "kind": item.kind, "reason": item.reason} for item in taken.left]
    write_json({"metrics": list(taken.metrics), "left_out": left}, json_file)
    if json_file != "-":
        say(f"{len(taken.metrics)} metrics and {len(taken.dimensions)} dimensions in {out}.")
        for item in taken.left:
            say(f"Not taken over: {item.kind} {item.name}: {item.reason}")
        say(f"Check it with `deskwise catalogue check --catalogue {out} --warehouse DIR`.")
