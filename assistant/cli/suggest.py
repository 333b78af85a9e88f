"""`deskwise suggest`."""

from __future__ import annotations

from datetime import datetime

import click

from assistant.bootstrap import build_assistant
from assistant.cli.output import json_option, say, write_json
from assistant.cli.settings import current_settings, home_option
from assistant.model import Asker
from assistant.suggestions import SimilarTicket, Suggestions
from knowledge_base.model import EVERYONE

AGENTS = "agents"
N_SHOWN = 5


@click.command()
@click.option("--ticket", "ticket_id", help="A past ticket, or the number of one opened here.")
@click.option("--text", help="What somebody writes; a short first line is taken as the subject.")
@click.option("--as", "user_id", default="cli", show_default=True, help="Who asks.")
@click.option(
    "--group",
    "groups",
    multiple=True,
    help=f"A group the asker is in; repeatable. Without any: {AGENTS}.",
)
@home_option
@json_option
def suggest(
    ticket_id: str | None,
    text: str | None,
    user_id: str,
    groups: tuple[str, ...],
    json_file: str | None,
) -> None:
    """Suggest to an agent what fixed the same thing before."""
    if (ticket_id is None) == (text is None):
        raise click.UsageError("Give either --ticket ID or --text TEXT.")
    assistant = build_assistant(current_settings())
    asker = Asker(user_id=user_id, groups=tuple(dict.fromkeys((EVERYONE, *(groups or (AGENTS,))))))
    if ticket_id is not None:
        found = assistant.suggest_for_ticket(ticket_id, asker=asker)
    else:
        found = assistant.suggest_for_text(text or "", asker=asker)
    write_json(found, json_file)
    if json_file != "-":
        for line in plain_lines(found):
            say(line)


def plain_lines(found: Suggestions) -> list[str]:
    """Return suggestions as lines for a terminal."""
    lines: list[str] = []
    if found.consensus is not None:
        lines.append(found.consensus.text)
        lines.append(
            f"  confidence {found.consensus.confidence:.0%}, tickets "
            + ", ".join(found.consensus.cluster.ticket_ids)
        )
    else:
        lines.append(
            f"No consensus: nothing among {found.n_history:,} solved tickets is near enough."
        )
    if found.duplicates:
        lines += ["", "Probably the same as:"]
        lines += [
            f"  {item.ticket_id} {item.subject} ({item.status}, {item.confidence:.0%})"
            for item in found.duplicates
        ]
    if found.similar:
        lines += ["", "Similar solved tickets:"]
        lines += [_line(item) for item in found.similar[:N_SHOWN]]
    if found.open_similar:
        lines += ["", "Similar open tickets:"]
        lines += [f"  {item.ticket_id} {item.subject}" for item in found.open_similar]
    if found.articles:
        lines += ["", "Articles:"]
        lines += [
            f"  {item.relevance:4.0%}  {item.title} [{item.document_id}]" for item in found.articles
        ]
    if found.triage:
        lines += ["", "Predicted:"]
        lines += [
            f"  {name}: {item.value} ({item.confidence:.0%}, {item.method})"
            for name, item in found.triage.items()
        ]
    if found.draft is not None:
        lines += ["", "Draft:", *(f"  {line}" for line in found.draft.text.splitlines())]
    return lines


def _line(item: SimilarTicket) -> str:
    said = "confirmed" if item.is_confirmed else "not confirmed"
    if item.is_contradicted:
        said = "did not last"
    return (
        f"  {item.relevance:4.0%}  {item.ticket_id} {item.subject} "
        f"({said}, {_day(item.resolved_at)})"
    )


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "open"
