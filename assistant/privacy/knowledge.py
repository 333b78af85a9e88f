"""One person in articles and past tickets: mentions are masked, and what was made of them anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.privacy.model import Subject
from assistant.upkeep.databases import reading
from knowledge_base.model import Document, FailedSource, Ticket
from knowledge_base.ports import Source
from knowledge_base.sources.markdown import with_hash
from knowledge_base.store import SqliteStore

TICKET = "ticket/"
"""What the ids of past tickets' documents begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """What a source holds of a person, without what names them; a `Source`."""

    name: str
    location: str
    items: tuple[Document | Ticket, ...]
    is_complete: bool = False

    def read(self) -> Iterator[Document | Ticket | FailedSource]:
        """Yield the masked documents and tickets."""
        yield from self.items


def mask_documents(
    path: Path, subject: Subject, *, ingest: Callable[[Sequence[Source]], object]
) -> tuple[Counter[str], tuple[str, ...]]:
    """Mask what names a person in the store of documents; `ingest` puts it back cut anew.

    Returns
    -------
    tuple
        How many articles and past tickets named them, and where those came from: what is read
        there again brings the name back.
    """
    found: dict[str, list[Document | Ticket]] = defaultdict(list)
    counts: Counter[str] = Counter()
    if not path.is_file():
        return counts, ()
    source_of = _sources(path)
    store = SqliteStore(path)
    try:
        for item in _mentions(store, subject):
            document_id = (
                f"{TICKET}{item.ticket_id}" if isinstance(item, Ticket) else item.document_id
            )
            found[source_of[document_id]].append(item)
            counts["past tickets" if isinstance(item, Ticket) else "articles"] += 1
        places = {name: (store.source(name) or {}).get("location", "") for name in found}
    finally:
        store.close()
    if found:
        ingest(
            [
                Masked(name=name, location=places[name], items=tuple(items))
                for name, items in sorted(found.items())
            ]
        )
    return counts, tuple(sorted(set(places.values()) - {""}))


def _mentions(store: SqliteStore, subject: Subject) -> Iterator[Document | Ticket]:
    for ticket in store.tickets():
        texts = (ticket.subject, *(message.text for message in ticket.messages))
        if any(map(subject.is_in, texts)):
            yield _masked_ticket(ticket, subject)
    for document, _ in store.contents():
        if document.document_id.startswith(TICKET):
            continue
        told = (document.text, document.title, document.description, document.verified_by)
        if any(map(subject.is_in, (*told, *map(str, document.metadata.values())))):
            yield _masked_document(document, subject)


def _masked_ticket(ticket: Ticket, subject: Subject) -> Ticket:
    return replace(
        ticket,
        subject=subject.masked(ticket.subject),
        messages=tuple(
            replace(message, text=subject.masked(message.text)) for message in ticket.messages
        ),
    )


def _masked_document(document: Document, subject: Subject) -> Document:
    front = subject.masked(document.text[: document.body_start])
    verifier = document.verified_by
    return with_hash(
        replace(
            document,
            text=front + subject.masked(document.text[document.body_start :]),
            body_start=len(front),
            title=subject.masked(document.title),
            description=subject.masked(document.description),
            verified_by=None if subject.is_in(verifier) else verifier,
            metadata={
                key: subject.masked(value) if isinstance(value, str) else value
                for key, value in document.metadata.items()
            },
        )
    )


def _sources(path: Path) -> Mapping[str, str]:
    with reading(path) as connection:
        return dict(connection.execute("SELECT document_id, source FROM documents").fetchall())
