"""Files that a command leaves behind: an answer's chart as a picture, its figures as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from analytics.describe.export import ExportKind, exported
from analytics.describe.pictures import PictureKind, picture
from analytics.errors import InputError
from analytics.model import Finding
from assistant.errors import FindingNotFoundError
from assistant.model import Answered, Outcome


def check_names(*, chart: str | None, export: str | None) -> None:
    """Refuse a file name with another ending before anything is asked.

    Raises
    ------
    InputError
    """
    if chart is not None:
        _ending(chart, get_args(PictureKind), option="--chart")
    if export is not None:
        _ending(export, get_args(ExportKind), option="--export")


def save_files(outcome: Outcome, *, chart: str | None, export: str | None) -> tuple[str, ...]:
    """Write the files that were asked for and return their names.

    Raises
    ------
    FindingNotFoundError
        When the answer has no figures.
    PictureError
        When they have no chart, or nothing can draw it.
    InputError
        When a file cannot be written.
    """
    if chart is None and export is None:
        return ()
    finding = _finding(outcome)
    if export is not None:
        kind: ExportKind = "csv" if export.lower().endswith(".csv") else "xlsx"
        _write(export, exported(finding, kind))
    if chart is not None:
        form: Literal["png", "svg"] = "svg" if chart.lower().endswith(".svg") else "png"
        _write(chart, picture(finding, form))
    return tuple(name for name in (export, chart) if name is not None)


def _finding(outcome: Outcome) -> Finding:
    found = outcome.finding if isinstance(outcome, Answered) else None
    if found is None:
        raise FindingNotFoundError(
            "The answer has no figures, so no file was written.",
            hint="Ask about a metric, or leave --chart and --export out.",
        )
    return found


def _ending(name: str, endings: tuple[str, ...], *, option: str) -> None:
    if Path(name).suffix.lower().removeprefix(".") not in endings:
        raise InputError(
            f"{option} {name}: the file's ending must be {' or '.join(f'.{e}' for e in endings)}.",
            hint=f"For instance {option} answer.{endings[0]}",
        )


def _write(name: str, content: bytes) -> None:
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise InputError(
            f"Cannot write {name}: {error.strerror}.", hint="Name a file in a folder that exists."
        ) from error
