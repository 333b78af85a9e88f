"""Tickets for the burst detector: what they are about, and which service they speak of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from analytics.analyses import answering
from analytics.analyses.cause_services import dependencies, dependents
from analytics.analyses.kind import Context, Request
from analytics.errors import ModelError, QuestionError
from analytics.model import Filter
from analytics.operations.bursts import BASELINE, Burst
from analytics.query.transforms import midnight
from analytics.query.warehouse import was_truncated

_NAMED: Final = 0.3
"""Share of a burst's tickets that must name a service, or be linked to its incident."""
_ABOUT: Final = re.compile(
    r"\b(?:about|regarding|concerning|mentioning|to do with|(?:wrong|going on|trouble|problems?|"
    r"issues?) with)\s+(?:the |our |a |an )?(?P<topic>[a-z][a-z0-9\- ]*)"
)
_TOPIC_END: Final = re.compile(
    r"\b(?:last|this|today|yesterday|right|now|at|on|in|since|during|for|from|between|over|these|"
    r"currently|and|or|tonight|by|with|same|thing|problem|issue|everything|something|it|them)\b.*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What the tickets looked at are limited to."""

    words: str = ""
    """Words of the question that the tickets must use; empty for all of them."""
    service: str | None = None
    filed: tuple[Filter, ...] = ()
    """How they are filed, or the word that they use instead."""
    others: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """The service that a burst is about."""

    service: str | None
    n_named: int
    incident_id: int | None
    """Of the incident that most of its linked tickets are linked to."""
    n_linked: int
    dependents: tuple[str, ...]


def topic_of(request: Request, context: Context) -> Topic:
    """Return what a question limits the tickets to.

    Raises
    ------
    QuestionError
        When a condition is none of tickets.
    """
    filters = answering.filters_for(request, "tickets", context.catalogue)
    filed = tuple(f for f in filters if f.dimension == "subcategory" and f.operator == "=")
    service = request.slots.get("service")
    words = ""
    if not filters and service is None:
        words = words_of(request.text)
    return Topic(
        words=words,
        service=None if service is None else str(service),
        filed=filed,
        others=tuple(f for f in filters if f not in filed),
    )


def words_of(text: str) -> str:
    """Return what a question says that tickets are about ("docking stations"), empty without."""
    found = _ABOUT.search(text.lower())
    return "" if found is None else _TOPIC_END.sub("", found["topic"]).strip()


def read_tickets(
    context: Context, topic: Topic, start: pd.Timestamp, end: pd.Timestamp
) -> tuple[pd.DataFrame, str]:
    """Read tickets without spam from eight weeks before a stretch, in order of opening.

    Returns
    -------
    tuple[DataFrame, str]
        ticket_id, opened_at, person, filed, text, incident_id, service (of the incident); and
        the SQL.

    Raises
    ------
    QuestionError
        When the warehouse tells of no tickets, or too few weeks lie before the stretch.
    """
    if "tickets" not in context.catalogue.facts:
        raise QuestionError("The data has no table of tickets.")
    table = context.warehouse.table("tickets")
    table = table.filter(
        ~table.is_spam,
        table.opened_at >= (start - BASELINE).floor("D").to_pydatetime(),
        table.opened_at < end.to_pydatetime(),
        table.opened_at < midnight(context.as_of),
    )
    if topic.others:
        kept = answering.rows_of("tickets", {"ticket_id"}, context, filters=topic.others)
        table = table.semi_join(kept.select("ticket_id"), "ticket_id")
    incidents = context.warehouse.table("incidents").select("incident_id", "service_id")
    services = context.warehouse.table("services").select("service_id", service="name")
    named = incidents.inner_join(services, "service_id").select("incident_id", "service")
    rows = table.left_join(named, "incident_id").select(
        "ticket_id", "opened_at", "requester_email", "customer_id", "category", "subcategory",
        "subject", "description", "incident_id", "service",
    )  # fmt: skip
    frame, sql = context.warehouse.run(rows.order_by("opened_at", "ticket_id"))
    if was_truncated(frame):
        raise ModelError(
            f"{len(frame):,} tickets are more than one query of the warehouse may return.",
            hint="Name a shorter period.",
        )
    return _limited(_prepared(frame), topic), sql


def _prepared(frame: pd.DataFrame) -> pd.DataFrame:
    texts = frame["subject"].fillna("") + " " + frame["description"].fillna("")
    customer = frame["customer_id"].astype("Int64").astype("string")
    ticket = "ticket " + frame["ticket_id"].astype("string")
    filed = frame["category"].fillna("") + " / " + frame["subcategory"].fillna("")
    return pd.DataFrame(
        {
            "ticket_id": frame["ticket_id"].astype("int64"),
            "opened_at": pd.to_datetime(frame["opened_at"]),
            "person": frame["requester_email"].fillna(customer).fillna(ticket),
            "filed": filed.where(frame["category"].notna()),
            "subcategory": frame["subcategory"].fillna("").astype(str),
            "text": texts.astype(str),
            "incident_id": frame["incident_id"].astype("Int64"),
            "service": frame["service"],
        }
    )


def _limited(frame: pd.DataFrame, topic: Topic) -> pd.DataFrame:
    kept = pd.Series(True, index=frame.index)
    for one in topic.filed:
        name = str(one.values[0])
        kept &= (frame["subcategory"] == name) | _names(frame["text"], name)
    if topic.service is not None:
        kept &= (frame["service"] == topic.service) | _names(frame["text"], topic.service)
    for word in topic.words.split():
        stem = word.removesuffix("s") if len(word) > 3 else word
        kept &= _names(frame["text"], stem) | _names(frame["subcategory"], stem)
    if not kept.any():
        about = (
            topic.words or topic.service or (str(topic.filed[0].values[0]) if topic.filed else "")
        )
        raise QuestionError(
            f"No ticket of that time or of the eight weeks before is about “{about}”."
            if about
            else "There are no tickets with these conditions."
        )
    return frame[kept].reset_index(drop=True)


def _names(texts: pd.Series, words: str) -> pd.Series:
    return texts.str.contains(words, case=False, regex=False, na=False)


def affected_by(context: Context, burst: Burst, tickets: pd.DataFrame) -> Affected:
    """Return the service that a burst's tickets name or are linked to, and what stands on it."""
    edges = dependencies(context)
    mine = tickets.iloc[burst.rows]
    linked = mine.dropna(subset=["incident_id"])
    incident, n_linked = None, 0
    if len(linked):
        counts = linked["incident_id"].value_counts()
        most = sorted(counts.index, key=lambda each: (-int(counts[each]), int(each)))[0]
        incident, n_linked = int(most), int(counts[most])
    named = {name: int(_names(mine["text"], name).sum()) for name in edges}
    first = min(named, key=lambda name: (-named[name], name), default=None)
    service: str | None = None
    if incident is not None and n_linked >= _NAMED * len(mine):
        service = str(linked.loc[linked["incident_id"] == incident, "service"].iloc[0])
    elif first is not None and named[first] >= _NAMED * len(mine):
        service = first
    return Affected(
        service=service,
        n_named=0 if service is None else named.get(service, 0),
        incident_id=incident,
        n_linked=n_linked,
        dependents=() if service is None else dependents(edges, service),
    )


def ids_of(burst: Burst, tickets: pd.DataFrame) -> Sequence[int]:
    """Return the numbers of a burst's tickets, in order of opening."""
    return [int(each) for each in tickets["ticket_id"].iloc[burst.rows]]
