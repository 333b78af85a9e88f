"""`deskwise users export` and `erase`: one person's data handed over, and erased."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from assistant.accounts.errors import UserNotFoundError
from assistant.bootstrap import Parts
from assistant.bootstrap.privacy import erasure_of, subject_of
from assistant.cli.output import json_option, say, working, write_json
from assistant.cli.settings import current_settings, home_option
from assistant.config import Settings
from assistant.privacy import Erased, Subject, erase_person, export_person, unfinished
from assistant.privacy.erasing import require_alone


@click.command("export")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The ZIP to write.")
@home_option
@json_option
def export(name: str, out: Path, json_file: str | None) -> None:
    """Write everything that is kept of a person as one ZIP of JSON files."""
    settings = current_settings()
    parts = Parts(settings)
    subject = subject_of(parts.accounts.named(name))
    counts = export_person(parts.database, subject, questions_path=settings.questions_path, to=out)
    write_json({"file": str(out), "records": counts}, json_file)
    if json_file != "-":
        for what, n_records in counts.items():
            say(f"{n_records:>7,}  {what.replace('_', ' ')}")
        say(f"{out} is readable by you alone.")


@click.command("erase")
@click.argument("name")
@click.option(
    "--also",
    multiple=True,
    metavar="TEXT",
    help="A further word that means them (a full name, a number), masked wherever it stands. "
    "May be repeated.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@home_option
@json_option
def erase(name: str, also: tuple[str, ...], yes: bool, json_file: str | None) -> None:
    """Erase a person: account, conversations, votes, boards, and what they wrote in tickets.

    Tickets stay as numbers; articles and past tickets keep their text without what names the
    person; the audit log stays whole. It cannot be taken back.
    """
    settings = current_settings()
    require_alone(settings.database_path)
    subject = _subject(settings, name, also)
    if not yes:
        click.confirm(f"Erase {subject.name} for good?", abort=True, err=True)
    with working("Erasing …"):
        done = erase_person(erasure_of(settings), subject)
    write_json(
        {
            "removed": dict(done.removed),
            "masked": dict(done.masked),
            "still_named_in": list(done.still_named_in),
            "advice": list(done.advice),
        },
        json_file,
    )
    if json_file != "-":
        _tell(done)


def _subject(settings: Settings, name: str, also: tuple[str, ...]) -> Subject:
    begun = unfinished(settings.home)
    parts = Parts(settings)
    try:
        found = subject_of(parts.accounts.named(name), also)
    except UserNotFoundError:
        if begun is None or name.strip().lower() not in (begun.name, begun.email):
            raise
        found = begun
    finally:
        parts.database.dispose()
    if begun is not None and begun.user_id == found.user_id:
        return replace(begun, also=tuple(dict.fromkeys((*begun.also, *also))))
    return found


def _tell(done: Erased) -> None:
    for what, n_removed in done.removed.items():
        say(f"{n_removed:>7,}  {what} removed")
    for where, n_masked in done.masked.items():
        say(f"{n_masked:>7,}  mentions masked in {where.replace('_', ' ')}")
    for name in done.still_named_in:
        say(f"still named in {name}: look at it yourself")
    for line in done.advice:
        say(line)
