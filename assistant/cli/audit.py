"""`deskwise audit`: what was done by whom, and whether the record is whole."""

from __future__ import annotations

import json
from typing import Any

import click

from assistant.accounts import AuditEntry
from assistant.accounts.errors import AuditBrokenError
from assistant.cli.accounts import accounts_here
from assistant.cli.output import json_option, say, write_json
from assistant.cli.settings import home_option


@click.group()
def audit() -> None:
    """The audit log: sign-ins, changes of accounts, tokens, exports, tickets."""


@audit.command("show")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--action", default="", help="Only actions that begin so: `session`, `user.added`.")
@click.option("--user", "user_name", help="Only what this user did, or what was done to them.")
@home_option
@json_option
def show(limit: int, action: str, user_name: str | None, json_file: str | None) -> None:
    """Show the newest entries."""
    accounts = accounts_here()
    names = {user.user_id: user.name for user in accounts.users()}
    person = accounts.named(user_name).user_id if user_name else ""
    found = accounts.audit.entries(limit=limit, action=action, person=person)
    write_json({"entries": [entry_json(item) for item in found]}, json_file)
    if json_file != "-":
        for item in found:
            say(_line(item, names))


@audit.command("verify")
@click.option("--head", help="A hash that `verify` printed before: it must still be in the chain.")
@home_option
@json_option
def verify(head: str | None, json_file: str | None) -> None:
    """Follow the chain from the first entry to the last; exit code 1 when it is broken."""
    log = accounts_here().audit
    n_entries, last = log.verify()
    if head and not log.has(head):
        raise AuditBrokenError(
            f"No entry has the hash {head[:80]}: the log was cut or written anew.",
            hint="Compare with a backup; find out who could write the database.",
        )
    write_json({"n_entries": n_entries, "head": last}, json_file)
    if json_file != "-":
        say(f"{n_entries:,} entries, whole. The last one's hash: {last}")


def entry_json(item: AuditEntry) -> dict[str, Any]:
    """Return an entry as JSON."""
    return {
        "number": item.number,
        "at": item.at.isoformat(),
        "action": item.note.action,
        "actor": item.note.actor,
        "subject": item.note.subject,
        "address": item.note.address,
        "detail": dict(item.note.detail),
        "hash": item.entry_hash,
    }


def _line(item: AuditEntry, names: dict[str, str]) -> str:
    note = item.note
    actor, subject = (names.get(text, text) for text in (note.actor, note.subject))
    detail = json.dumps(dict(note.detail), ensure_ascii=False) if note.detail else ""
    whom = f" → {subject}" if subject and subject != actor else ""
    place = f" from {note.address}" if note.address else ""
    when = f"{item.number:>6}  {item.at:%Y-%m-%d %H:%M:%S}"
    return f"{when}  {note.action:<22} {actor}{whom}{place} {detail}".rstrip()
