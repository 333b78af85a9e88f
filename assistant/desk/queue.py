"""Which tickets an agent sees, in which order: filters, search, pages. Pure."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.errors import QueueCursorError
from assistant.work import FACETS, QueuePage, QueueQuery, QueueRow

_WORD = re.compile(r"\w+")
_RANKS = {
    name: rank
    for rank, names in enumerate(
        (
            ("urgent", "critical", "emergency", "p1", "1"),
            ("high", "major", "p2", "2"),
            ("medium", "normal", "moderate", "p3", "3"),
            ("low", "minor", "p4", "4"),
        )
    )
    for name in names
}
_NO_RANK = 4

Key = tuple[int | float | str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A ticket that may be listed, with what it is found by."""

    row: QueueRow
    words: str
    """Its words in lower case, each with a space in front."""


def words_of(texts: Iterable[str]) -> str:
    """Return texts as they are searched: words in lower case, each with a space in front."""
    return "".join(f" {word}" for text in texts for word in _WORD.findall(text.casefold()))


def priority_rank(priority: str) -> int:
    """Return how urgent a priority is: 0 is the most urgent, 4 one that nobody knows."""
    return _RANKS.get(priority.strip().casefold(), _NO_RANK)


def page_of(tickets: Sequence[Listed], query: QueueQuery, *, asker_id: str) -> QueuePage:
    """Return a page of the tickets that meet a query.

    Parameters
    ----------
    tickets
        Those that the asker may see.
    query
        Filters, order, and where the page begins.
    asker_id
        Whose tickets are "mine".

    Raises
    ------
    QueueCursorError
        When the cursor is none of ours, or of another order.
    """
    base = [item for item in tickets if _is_wanted(item, query, asker_id)]
    found = [item.row for item in base if _has(item.row, query, FACETS)]
    keyed = sorted((_key(row, query.sort), row) for row in found)
    start = 0
    if query.cursor:
        after = _read_cursor(query.cursor, query.sort)
        start = next((n for n, (key, _) in enumerate(keyed) if key > after), len(keyed))
    shown = keyed[start : start + query.limit]
    has_more = start + len(shown) < len(keyed)
    return QueuePage(
        rows=tuple(row for _, row in shown),
        n_found=len(keyed),
        next_cursor=_write_cursor(shown[-1][0], query.sort) if shown and has_more else None,
        facets=_facets(base, query),
    )


def _is_wanted(item: Listed, query: QueueQuery, asker_id: str) -> bool:
    row = item.row
    if query.state != "all" and row.is_open != (query.state == "open"):
        return False
    if query.assigned == "nobody" and row.assignee is not None:
        return False
    if query.assigned == "me" and (row.assignee is None or row.assignee.agent_id != asker_id):
        return False
    wanted = _WORD.findall(query.text.casefold())
    return all(f" {word}" in item.words for word in wanted)


def _has(row: QueueRow, query: QueueQuery, names: Iterable[str]) -> bool:
    """Return whether a row has the wanted values of these facets."""
    for name in names:
        wanted: tuple[str, ...] = getattr(query, name)
        if wanted and getattr(row, name) not in wanted:
            return False
    return True


def _facets(base: Sequence[Listed], query: QueueQuery) -> Mapping[str, Mapping[str, int]]:
    """Return how many tickets each value would give, the other filters as they are."""
    facets: dict[str, dict[str, int]] = {}
    for name in FACETS:
        others = [other for other in FACETS if other != name]
        rows = (item.row for item in base if _has(item.row, query, others))
        counts = Counter(str(getattr(row, name)) for row in rows)
        counts.pop("", None)
        facets[name] = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    return facets


def _key(row: QueueRow, sort: str) -> Key:
    opened_s = row.opened_at.timestamp()
    if sort == "newest":
        return (-opened_s, row.ticket_id)
    if sort == "oldest":
        return (opened_s, row.ticket_id)
    if sort == "changed":
        return (-row.changed_at.timestamp(), row.ticket_id)
    return (priority_rank(row.priority), opened_s, row.ticket_id)


def _write_cursor(key: Key, sort: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([sort, *key]).encode()).decode().rstrip("=")


def _read_cursor(text: str, sort: str) -> Key:
    problem = QueueCursorError(
        "The place in the list cannot be read.",
        hint="Take `next_cursor` of the page before, with the same order; or leave it out.",
    )
    try:
        sent = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        raise problem from None
    kinds = [str, float, float, str] if sort == "priority" else [str, float, str]
    if not isinstance(sent, list) or len(sent) != len(kinds) or sent[0] != sort:
        raise problem
    for value, kind in zip(sent, kinds, strict=True):
        allowed = (int, float) if kind is float else (str,)
        if not isinstance(value, allowed) or isinstance(value, bool):
            raise problem
    return tuple(sent[1:])
