"""Reads the catalogue files into frozen values and refuses contradictions."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from analytics.catalogue.build import built
from analytics.catalogue.checks import Columns, Files
from analytics.catalogue.checks_dimensions import dimension_problems
from analytics.catalogue.checks_facts import fact_problems
from analytics.catalogue.checks_metrics import metric_problems
from analytics.catalogue.entries import Catalogue
from analytics.catalogue.nodes import Lines, Problem, read_nodes
from analytics.catalogue.schema import DimensionsFile, FactsFile, MetricsFile
from analytics.errors import CatalogueError

File = TypeVar("File", bound=BaseModel)
NAMES = ("facts.yaml", "metrics.yaml", "dimensions.yaml")
"""The files of a catalogue."""


def load_catalogue(folder: Path | None = None, *, columns: Columns | None = None) -> Catalogue:
    """Read facts.yaml, metrics.yaml and dimensions.yaml.

    Parameters
    ----------
    folder : Path, optional
        Where the three files are; without it, those that come with the package.
    columns : Mapping[str, Collection[str]], optional
        The columns of each table, to check names against; without it they are not checked.

    Returns
    -------
    Catalogue
        Checked: every name that an entry uses exists, no name is used twice.

    Raises
    ------
    CatalogueError
        When a file is missing or malformed, or entries contradict one another; its message names
        file and line of the first problem, `problems` lists all of them.
    """
    found, problems = _read_all(folder)
    if found is not None and not problems:
        problems = _contradictions(found, columns)
    if problems or found is None:
        raise _error(problems)
    return built(found.facts, found.metrics, found.dimensions)


def problems_of(folder: Path | None = None, *, columns: Columns | None = None) -> list[Problem]:
    """Return everything that is wrong with the files of a catalogue, in file order.

    Raises
    ------
    CatalogueError
        When a file cannot be read at all.
    """
    found, problems = _read_all(folder)
    if found is None or problems:
        return problems
    return _contradictions(found, columns)


def lines_of(folder: Path | None = None) -> tuple[Lines, Lines, Lines]:
    """Return where the entries of facts.yaml, metrics.yaml and dimensions.yaml stand.

    Raises
    ------
    CatalogueError
        When the files are missing or malformed.
    """
    found, problems = _read_all(folder)
    if found is None:
        raise _error(problems)
    return found.lines


def _contradictions(files: Files, columns: Columns | None) -> list[Problem]:
    return [
        *fact_problems(files, columns),
        *metric_problems(files, columns),
        *dimension_problems(files, columns),
    ]


def _error(problems: list[Problem]) -> CatalogueError:
    first = problems[0]
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return CatalogueError(
        f"{first.file}:{first.line}: {first.message}{more}",
        hint=first.fix,
        problems=tuple(str(problem) for problem in problems),
    )


def _read_all(folder: Path | None) -> tuple[Files | None, list[Problem]]:
    problems: list[Problem] = []
    facts, facts_lines = _read(folder, NAMES[0], FactsFile, problems)
    metrics, metrics_lines = _read(folder, NAMES[1], MetricsFile, problems)
    dimensions, dimensions_lines = _read(folder, NAMES[2], DimensionsFile, problems)
    if facts is None or metrics is None or dimensions is None:
        return None, problems
    found = Files(
        facts=facts,
        metrics=metrics,
        dimensions=dimensions,
        lines=(facts_lines, metrics_lines, dimensions_lines),
    )
    return found, problems


def _read(
    folder: Path | None, name: str, shape: type[File], problems: list[Problem]
) -> tuple[File | None, Lines]:
    place = files("analytics.catalogue").joinpath(name) if folder is None else folder / name
    try:
        content, lines, twice = read_nodes(name, place.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogueError(
            f"Cannot read the catalogue file {name}: {error}.",
            hint=f"Put {', '.join(NAMES[:-1])} and {NAMES[-1]} into one folder.",
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = 0 if mark is None else mark.line + 1
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        fix = "Check indentation, brackets and quotes around this line."
        message = f"This is not YAML: {what}."
        problems.append(Problem(code="not_yaml", file=name, line=line, message=message, fix=fix))
        return None, Lines(name, {})
    problems.extend(twice)
    try:
        return shape.model_validate(content), lines
    except ValidationError as error:
        problems.extend(_misshapen(error, lines))
        return None, lines


def _misshapen(error: ValidationError, lines: Lines) -> list[Problem]:
    """Say each wrong shape once, at its line."""
    found: dict[tuple[int, str], Problem] = {}
    for wrong in error.errors():
        path = wrong["loc"]
        where = " → ".join(str(part) for part in path) or "the file"
        said = wrong["msg"][:1].lower() + wrong["msg"][1:]
        message = f"{where}: {said}."
        fix = "The comment at the top of the file says which keys an entry has."
        if wrong["type"] == "extra_forbidden":
            message = f"{where}: there is no such key."
        elif wrong["type"] == "missing":
            message = f"{where} is missing."
        problem = lines.problem("wrong_shape", path, message, fix)
        found.setdefault((problem.line, problem.message), problem)
    return list(found.values())
