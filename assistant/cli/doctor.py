"""`deskwise doctor`: every part of a home checked, and what can be made anew repaired."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import click

from assistant.bootstrap.upkeep import now, openers
from assistant.cli.output import json_option, say, working, write_json
from assistant.cli.settings import current_settings, home_option
from assistant.config import ENVIRONMENT_PREFIX, Settings
from assistant.errors import SettingsError, UnsoundHomeError
from assistant.upkeep.doctor import examine, mend
from assistant.upkeep.findings import Finding, bad


@click.command()
@click.option(
    "--repair",
    is_flag=True,
    help="Make anew what can be: the index, a damaged vector cache; remove leftovers; close the "
    "home to other users.",
)
@home_option
@json_option
def doctor(repair: bool, json_file: str | None) -> None:
    """Check every part of the home; nothing is changed without --repair."""
    settings, wrong_settings = settings_or_defaults()
    found = (*wrong_settings, *check_home(settings))
    done: tuple[str, ...] = ()
    if repair and any(each.repair for each in found):
        with working("Repairing …"):
            done = mend(openers(settings), found, now_s=now().timestamp())
        found = (*wrong_settings, *check_home(settings))
    counts = Counter(each.status for each in found)
    write_json(
        {
            "home": str(settings.home),
            "ok": counts["ok"],
            "warning": counts["warning"],
            "bad": counts["bad"],
            "repaired": list(done),
            "checks": [finding_json(each) for each in found],
        },
        json_file,
    )
    if json_file != "-":
        _tell(found, done)
    wrong = [each.name for each in found if each.status == "bad"]
    if wrong:
        raise UnsoundHomeError(
            f"{len(wrong)} of {len(found)} checks are bad: {', '.join(wrong)}.",
            hint="" if repair else "`deskwise doctor --repair` makes anew what can be.",
        )


def settings_or_defaults() -> tuple[Settings, tuple[Finding, ...]]:
    """Return the settings; where they are wrong, the defaults, and what is wrong."""
    try:
        return current_settings(), ()
    except SettingsError as error:
        given = click.get_current_context().find_object(dict) or {}
        named = given.get("home") or os.environ.get(f"{ENVIRONMENT_PREFIX}HOME")
        settings = Settings(home=Path(named)) if named else Settings()
        return settings, (bad("settings file", error.message, error.hint),)


def check_home(settings: Settings) -> tuple[Finding, ...]:
    """Check a home with progress shown."""
    with working("Checking …"):
        return examine(openers(settings), now_s=now().timestamp())


def finding_json(found: Finding) -> dict[str, Any]:
    """Return a finding as the JSON of `doctor --json`."""
    return {
        "name": found.name,
        "status": found.status,
        "found": found.found,
        "advice": found.advice,
        "repairable": found.repair is not None,
    }


def _tell(found: tuple[Finding, ...], done: tuple[str, ...]) -> None:
    for line in done:
        say(f"repaired  {line}")
    for each in found:
        say(f"{each.status:<8} {each.name}: {each.found}")
        if each.status != "ok" and each.advice:
            say(f"{'':<8} → {each.advice}")
    counts = Counter(each.status for each in found)
    say(
        f"{len(found)} checks: {counts['ok']} ok, {counts['warning']} to look at, "
        f"{counts['bad']} bad."
    )
