"""`deskwise questions`: verified readings, saved questions, digests and alerts."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import click

from analytics.errors import InputError
from analytics.insights import CatalogueInsights
from analytics.questions.digest import Run, digest_text, is_due, run_saved
from analytics.questions.model import Alert, Every, SavedQuestion
from analytics.questions.verified import Vouching, staleness, verify
from assistant.bootstrap import Parts
from assistant.cli.output import json_option, say, write_json
from assistant.cli.settings import current_settings, home_option

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}")


@click.group()
def questions() -> None:
    """Questions that are kept: verify a reading, save, run as a digest, raise alerts."""


@questions.command("list")
@home_option
@json_option
def list_questions(json_file: str | None) -> None:
    """List verified questions, with those that are out of date, and saved ones."""
    parts = Parts(current_settings())
    kept = parts.questions.kept()
    insights = _insights(parts) if kept.verified else None
    rows: list[dict[str, Any]] = []
    for entry in kept.verified.values():
        assert insights is not None
        stale = staleness(entry, catalogue=parts.catalogue, understands=insights.query_of)
        rows.append({"verified": entry, "stale": stale})
    write_json({"verified": rows, "saved": list(kept.saved.values())}, json_file)
    if json_file == "-":
        return
    for row in rows:
        entry = row["verified"]
        say(f"verified  “{entry.question}” = “{entry.reading}”  ({entry.owner})")
        if row["stale"]:
            say(f"          out of date: {row['stale']}")
    for saved in kept.saved.values():
        say(f"saved     {saved.name}: “{saved.question}”, every {saved.every}{_alert(saved)}")
    say(f"{len(rows):,} verified, {len(kept.saved):,} saved")


@questions.command("verify")
@click.argument("question")
@click.option("--as", "reading", help="A plain question that says what is meant.")
@click.option("--owner", required=True, help="Who vouches for it.")
@home_option
def verify_question(question: str, reading: str | None, owner: str) -> None:
    """Pin QUESTION to what it, or the plain question of --as, is understood as now."""
    parts = Parts(current_settings())
    insights = _insights(parts)
    entry = verify(
        question,
        reading=reading or question,
        by=Vouching(owner=owner, on=parts.clock.now().date()),
        as_of=parts.tables.as_of(),
        catalogue=parts.catalogue,
        understands=insights.query_of,
    )
    parts.questions.put_verified(entry)
    say(f"verified: “{entry.question}” = “{entry.reading}”")
    for name, version in entry.versions.items():
        say(f"          {name}, version {version}")


@questions.command("save")
@click.argument("name")
@click.argument("question")
@click.option("--every", type=click.Choice(["day", "week", "month"]), default="day")
@click.option("--above", type=float, help="Alert when the number is above this.")
@click.option("--below", type=float, help="Alert when the number is below this.")
@click.option("--unusual", is_flag=True, help="Alert when the newest day is unusual.")
@click.option("--owner", default="", help="Whose question it is.")
@home_option
def save_question(
    name: str, question: str, every: Every, owner: str, **alerts: float | bool | None
) -> None:
    """Keep QUESTION under NAME, to be asked again by `deskwise questions run`."""
    if not _NAME.fullmatch(name):
        raise click.UsageError("NAME has up to 64 letters, digits, spaces and _ . -")
    alert = _alert_of(alerts)
    parts = Parts(current_settings())
    if not _insights(parts).is_answerable(question):
        raise InputError(
            f"“{question}” cannot be answered, so it is not saved.",
            hint="`deskwise ask` tells what is unknown in it.",
        )
    saved = SavedQuestion(
        name=name,
        question=question,
        owner=owner,
        saved_on=parts.clock.now().date(),
        every=every,
        alert=alert,
    )
    parts.questions.put_saved(saved)
    say(f"saved: {name}, every {every}{_alert(saved)}")


@questions.command("remove")
@click.argument("name")
@home_option
def remove_question(name: str) -> None:
    """Forget a saved question by its NAME, or a verified one by its words."""
    if not Parts(current_settings()).questions.remove(name):
        raise click.ClickException(f"Nothing is kept as {name!r}. `deskwise questions list` tells.")
    say(f"removed: {name}")


@questions.command("run")
@click.argument("names", nargs=-1)
@click.option("--due", is_flag=True, help="Those that are due, for a scheduler such as cron.")
@click.option("--alerts-only", is_flag=True, help="Tell only what an alert fires for.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it there.")
@home_option
@json_option
def run_questions(
    names: tuple[str, ...], due: bool, alerts_only: bool, out: Path | None, json_file: str | None
) -> None:
    """Ask saved questions again and write a digest; exit code 3 when an alert fires."""
    if bool(names) == due:
        raise click.UsageError("Name saved questions, or give --due.")
    parts = Parts(current_settings())
    today = parts.clock.now().date()
    chosen = _chosen(parts, names, today)
    insights = _insights(parts) if chosen else None
    runs: tuple[Run, ...] = ()
    if insights is not None:
        runs = run_saved(
            chosen, asks=insights.ask, answers=insights.compute, today=today, book=parts.questions
        )
    told = tuple(run for run in runs if run.alert or run.over or not alerts_only)
    text = digest_text(told, today)
    write_json({"today": today, "runs": told}, json_file)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    elif json_file != "-":
        say(text.rstrip())
    if any(run.alert for run in runs):
        click.get_current_context().exit(3)


def _chosen(parts: Parts, names: tuple[str, ...], today: date) -> list[SavedQuestion]:
    saved = parts.questions.kept().saved
    unknown = [name for name in names if name not in saved]
    if unknown:
        raise click.ClickException(f"Nothing is saved as {', '.join(map(repr, unknown))}.")
    if names:
        return [saved[name] for name in names]
    return [question for question in saved.values() if is_due(question, today)]


def _insights(parts: Parts) -> CatalogueInsights:
    """Return analytics with an operator's rights: everything."""
    return parts.insights_over(parts.tables, parts.catalogue)


def _alert_of(given: dict[str, Any]) -> Alert | None:
    wanted = {name: value for name, value in given.items() if value not in (None, False)}
    if len(wanted) > 1:
        raise click.UsageError("Give one of --above, --below and --unusual.")
    if "unusual" in wanted:
        return Alert(kind="unusual")
    if "above" in wanted:
        return Alert(kind="above", limit=float(wanted["above"]))
    return Alert(kind="below", limit=float(wanted["below"])) if wanted else None


def _alert(saved: SavedQuestion) -> str:
    if saved.alert is None:
        return ""
    limit = "" if saved.alert.limit is None else f" {saved.alert.limit:g}"
    since = f", firing since {saved.fired_on.isoformat()}" if saved.fired_on else ""
    return f", alert when {saved.alert.kind}{limit}{since}"
