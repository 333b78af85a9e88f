"""`deskwise feedback`: what people did with documents, what it moves, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from assistant.bootstrap import Parts
from assistant.cli.models import OWN_EXAMPLES
from assistant.cli.output import json_option, say, write_json
from assistant.cli.settings import current_settings, home_option
from assistant.model import ROUTES, Route
from assistant.routing.examples import correct_route
from knowledge_base.feedback import FeedbackEvent
from knowledge_base.model import EVERYONE, DocumentHit

MOST_QUESTION_CHARS = 60


@click.group()
def feedback() -> None:
    """People's feedback on documents: list it, see its effect, take it back."""


@feedback.command("list")
@click.option("--document", "document_id", help="Only on this document.")
@click.option("--person", help="Only of this person.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
@home_option
@json_option
def list_feedback(
    document_id: str | None, person: str | None, limit: int, json_file: str | None
) -> None:
    """List the newest events with their ids."""
    found = [
        event
        for event in reversed(Parts(current_settings()).feedback_store.events())
        if document_id in (None, event.document_id) and person in (None, event.person)
    ]
    write_json({"n_events": len(found), "events": found[:limit]}, json_file)
    if json_file != "-":
        for line in event_lines(found[:limit]):
            say(line)
        say(f"{min(limit, len(found)):,} of {len(found):,} events")


@feedback.command("undo")
@click.argument("event_ids", nargs=-1)
@click.option("--person", help="Everything that this person gave.")
@home_option
@json_option
def undo(event_ids: tuple[str, ...], person: str | None, json_file: str | None) -> None:
    """Forget events; the ranking is then as if they had never been."""
    if not event_ids and person is None:
        raise click.UsageError("Name EVENT_IDS or a --person; `deskwise feedback list` has both.")
    store = Parts(current_settings()).feedback_store
    gone = store.remove(event_ids=event_ids, person=person)
    unknown = sorted(set(event_ids) - {event.event_id for event in gone})
    write_json({"removed": gone, "unknown": unknown}, json_file)
    if json_file != "-":
        for line in event_lines(gone):
            say(line)
        say(f"{len(gone):,} events removed")
    if unknown:
        raise click.ClickException(f"There is no event {', '.join(unknown)}.")


@feedback.command("route")
@click.argument("question")
@click.argument("route", type=click.Choice(ROUTES))
@home_option
@json_option
def route_of(question: str, route: Route, json_file: str | None) -> None:
    """Correct the ROUTE of a QUESTION; `deskwise train router` learns it."""
    correct_route(current_settings().home / OWN_EXAMPLES, question, route)
    write_json({"question": question, "route": route}, json_file)
    if json_file != "-":
        say(f"Kept as an example of {route}. `deskwise train router` learns it.")


@feedback.command("effect")
@click.argument("question")
@click.option("--group", "groups", multiple=True, help="A group the asker is in; repeatable.")
@click.option("-k", "n_documents", type=click.IntRange(1, 100), default=10, show_default=True)
@home_option
@json_option
def effect(question: str, groups: tuple[str, ...], n_documents: int, json_file: str | None) -> None:
    """Show the ranking of a question, and what feedback changed in it."""
    parts = Parts(current_settings())
    hits = parts.retriever.documents(question, groups=(EVERYONE, *groups), k=2 * n_documents)
    body = effect_json(parts, question, hits)
    body["documents"] = body["documents"][:n_documents]
    write_json(body, json_file)
    if json_file != "-":
        for row in body["documents"]:
            say(
                f"{row['rank']:>3}  (without: {row['rank_without']:>3})  {row['feedback']:+.3f}  "
                f"{row['n_people_for']} for, {row['n_people_against']} against  {row['title']}"
            )


def effect_json(parts: Parts, question: str, hits: Sequence[DocumentHit]) -> dict[str, Any]:
    """Return a ranking with each document's rank without feedback, among the same documents."""
    support = {
        item.document_id: item
        for item in parts.prior.explain(question, [hit.document_id for hit in hits])
    }
    moved = {hit.document_id: hit.feedback.score if hit.feedback else 0.0 for hit in hits}
    without = sorted(hits, key=lambda hit: moved[hit.document_id] - hit.fused_score)
    ranks = {hit.document_id: rank for rank, hit in enumerate(without, start=1)}
    rows = []
    for rank, hit in enumerate(hits, start=1):
        found = support.get(hit.document_id)
        rows.append(
            {
                "rank": rank,
                "rank_without": ranks[hit.document_id],
                "document_id": hit.document_id,
                "title": hit.title,
                "fused_score": round(hit.fused_score, 4),
                "feedback": round(moved[hit.document_id], 4),
                "n_people_for": found.n_people_for if found else 0,
                "n_people_against": found.n_people_against if found else 0,
            }
        )
    return {"question": question, "documents": rows}


def event_lines(events: Sequence[FeedbackEvent]) -> list[str]:
    """Return events as lines for a terminal."""
    return [
        f"{event.event_id}  {event.at:%Y-%m-%d %H:%M}  {event.kind:<8}  {event.document_id}  "
        f"“{_shortened(event.question)}”  {event.person}{'' if event.is_known else ' (anonymous)'}"
        for event in events
    ]


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_QUESTION_CHARS else line[: MOST_QUESTION_CHARS - 1] + "…"
