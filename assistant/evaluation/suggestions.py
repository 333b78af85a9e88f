"""`deskwise eval suggestions`: past tickets asked as if they were new, with only their own past.

The latest 30 % are asked with subject and first message. What had been solved before a ticket was
opened is its history; for duplicates and open tickets, what had been opened before, with its
subject and first message alone. `fix`, `fix_message` and `duplicate_of` are read here, for scoring,
and nowhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from assistant.desk.history import problem_of
from assistant.desk.suggest import Occasion, Suggester
from assistant.errors import EvaluationError
from assistant.evaluation.metrics import latency_ms, wilson_interval
from assistant.suggestions import TRIAGE_FIELDS, Suggestions
from assistant.wire import plain
from knowledge_base.model import FailedSource, Ticket
from knowledge_base.resolutions import find_resolution
from knowledge_base.sources.tickets import TicketSource

ASKED_FRACTION = 0.3
GROUPS = ("agents",)
N_FIRST = 5
_SOLVED = frozenset({"resolved", "closed", "solved", "done", "completed", "fixed"})
_MIN_LEAK_CHARS = 20

Progress = Callable[[int, int], None]
Share = tuple[int, int]
"""Right ones, of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One ticket that was asked, and what came back."""

    ticket: Ticket
    suggestions: Suggestions


def read_tickets(path: Path) -> tuple[Ticket, ...]:
    """Read labelled tickets, oldest first.

    Raises
    ------
    EvaluationError
        When a row is no ticket, an id stands twice, or there are fewer than two.
    """
    tickets: dict[str, Ticket] = {}
    for item in TicketSource(path=path, name=path.name).read():
        if not isinstance(item, Ticket):
            assert isinstance(item, FailedSource)
            raise EvaluationError(f"{item.source}: {item.reason}", hint="Correct that row.")
        if item.ticket_id in tickets:
            raise EvaluationError(
                f"{path.name}: ticket {item.ticket_id!r} stands twice.", hint="Ids are unique."
            )
        tickets[item.ticket_id] = replace(item, acl=GROUPS)
    if len(tickets) < 2:
        raise EvaluationError(
            f"{path} has {len(tickets)} tickets.", hint="Give a file with at least two."
        )
    return tuple(sorted(tickets.values(), key=lambda item: (item.opened_at, item.ticket_id)))


def without_labels(ticket: Ticket) -> Ticket:
    """Return a ticket without what only scoring may read."""
    return replace(ticket, fix=None, fix_message=None, duplicate_of=None)


def evaluate_suggestions(
    tickets: Sequence[Ticket],
    suggester: Suggester,
    histories: Sequence[int | None],
    *,
    progress: Progress = lambda done, total: None,
) -> dict[str, Any]:
    """Ask the latest tickets and compare with what fixed them.

    Parameters
    ----------
    tickets
        Oldest first, with labels.
    suggester
        Over the same tickets without labels.
    histories
        How many of the tickets solved last count; None is all.
    progress
        Told how many are asked, of how many.

    Returns
    -------
    dict
        As in the command line's contract. Shares are None where nothing could be counted. For
        `same_fix_at_*` and the consensus the tickets are those whose fix occurred in a ticket that
        was solved before and is neither private nor spam, the same ones for every history, so that
        the curve compares like with like. `counts` has each share as [right, of], `ci95` its
        Wilson interval.
    """
    asked = tickets[len(tickets) - max(1, round(ASKED_FRACTION * len(tickets))) :]
    runs: dict[str, list[Asked]] = {}
    total = len(asked) * len(histories)
    for last in histories:
        name = "all" if last is None else str(last)
        runs[name] = []
        # What articles there are does not change with the history; they are sought once.
        asker = suggester if last is None else replace(suggester, search=None)
        for ticket in asked:
            occasion = Occasion(groups=GROUPS, at=ticket.opened_at, last=last)
            found = asker.suggest(problem_of(ticket), occasion)
            runs[name].append(Asked(ticket=ticket, suggestions=found))
            progress(sum(map(len, runs.values())), total)
    main = runs.get("all") or runs[max(runs, key=lambda name: int(name))]
    shares = _shares(main, tickets) | {"mined_message_accuracy": _mined(tickets)}
    duplicates = _duplicates(main, tickets)
    private = _private_texts(tickets)
    return {
        "n": len(asked),
        "n_tickets": len(tickets),
        "n_articles": len(suggester.history.articles.firsts) if suggester.history.articles else 0,
        **_figures(shares),
        "private_leaks": sum(_leaks(item, private) for items in runs.values() for item in items),
        "duplicates": {name: _ratio(share) for name, share in duplicates.items()},
        "triage": {name: _ratio(share) for name, share in _triage(main).items()},
        "by_history": {
            name: {**_figures(_shares(items, tickets)), "triage": _figures(_triage(items))}
            for name, items in runs.items()
        },
        "counts": {
            name: list(share) for name, share in (shares | duplicates | _triage(main)).items()
        },
        "ci95": {
            name: wilson_interval(*share)
            for name, share in (shares | duplicates | _triage(main)).items()
        },
        "draft_share": fmean(item.suggestions.draft is not None for item in main),
        "latency_ms": latency_ms([item.suggestions.timings_ms["total"] for item in main]),
    }


def usable(ticket: Ticket) -> bool:
    """Return whether a ticket can be anybody's history at all."""
    return not ticket.private and not ticket.is_spam


def earlier_same_fix(ticket: Ticket, tickets: Sequence[Ticket]) -> frozenset[str]:
    """Return the ids of usable tickets solved before this one was opened by the same fix."""
    if not ticket.fix:
        return frozenset()
    return frozenset(
        other.ticket_id
        for other in tickets
        if other.fix == ticket.fix
        and usable(other)
        and other.ticket_id != ticket.ticket_id
        and other.resolved_at is not None
        and other.resolved_at <= ticket.opened_at
    )


def _shares(items: Sequence[Asked], tickets: Sequence[Ticket]) -> dict[str, Share]:
    labels = {ticket.ticket_id: ticket.fix for ticket in tickets}
    n_known = n_first = n_among = n_given = n_right = 0
    for item in items:
        same = earlier_same_fix(item.ticket, tickets)
        if not same:
            continue
        n_known += 1
        shown = [found.ticket_id for found in item.suggestions.similar[:N_FIRST]]
        n_first += bool(shown) and shown[0] in same
        n_among += bool(same.intersection(shown))
        consensus = item.suggestions.consensus
        if consensus is not None:
            n_given += 1
            named = Counter(labels[name] or "" for name in consensus.cluster.ticket_ids)
            most = max(named.items(), key=lambda pair: (pair[1], pair[0]))[0]
            n_right += most == item.ticket.fix
    return {
        "same_fix_at_1": (n_first, n_known),
        "same_fix_at_5": (n_among, n_known),
        "consensus_accuracy": (n_right, n_given),
        "consensus_coverage": (n_given, n_known),
    }


def _mined(tickets: Sequence[Ticket]) -> Share:
    judged = [
        ticket
        for ticket in tickets
        if usable(ticket)
        and ticket.fix_message is not None
        and (ticket.resolved_at is not None or ticket.status.lower() in _SOLVED)
    ]
    mined = [find_resolution(without_labels(ticket)) for ticket in judged]
    n_right = sum(
        found is not None and found.message_index == ticket.fix_message
        for found, ticket in zip(mined, judged, strict=True)
    )
    return n_right, len(judged)


def _duplicates(items: Sequence[Asked], tickets: Sequence[Ticket]) -> dict[str, Share]:
    """Count a named ticket as right when it is an earlier one of the same duplicate group."""
    by_id = {ticket.ticket_id: ticket for ticket in tickets}
    roots = {ticket.ticket_id: _root(ticket, by_id) for ticket in tickets}
    n_named = n_right = n_doubled = n_found = 0
    for item in items:
        mine = item.ticket
        earlier = {
            other.ticket_id
            for other in tickets
            if roots[other.ticket_id] == roots[mine.ticket_id]
            and other.ticket_id != mine.ticket_id
            and other.opened_at <= mine.opened_at
            and usable(other)
        }
        named = [found.ticket_id for found in item.suggestions.duplicates]
        n_named += len(named)
        n_right += len(earlier.intersection(named))
        n_doubled += bool(earlier)
        n_found += bool(earlier.intersection(named))
    return {"precision": (n_right, n_named), "recall": (n_found, n_doubled)}


def _root(ticket: Ticket, by_id: dict[str, Ticket]) -> str:
    seen = {ticket.ticket_id}
    while ticket.duplicate_of in by_id and ticket.duplicate_of not in seen:
        seen.add(ticket.duplicate_of)
        ticket = by_id[ticket.duplicate_of]
    return ticket.duplicate_of if ticket.duplicate_of else ticket.ticket_id


def _triage(items: Sequence[Asked]) -> dict[str, Share]:
    """Count tickets that are no spam; a field without a prediction counts as wrong."""
    judged = [item for item in items if not item.ticket.is_spam]
    counted: dict[str, Share] = {}
    for name in TRIAGE_FIELDS:
        labelled = [item for item in judged if getattr(item.ticket, name)]
        right = [
            item
            for item in labelled
            if name in item.suggestions.triage
            and item.suggestions.triage[name].value == getattr(item.ticket, name)
        ]
        counted[name] = (len(right), len(labelled))
    return counted


def _private_texts(tickets: Sequence[Ticket]) -> dict[str, tuple[str, ...]]:
    """Return id → sentences of each private ticket that stand in no other one."""
    public = "\n".join(text for ticket in tickets if not ticket.private for text in _texts(ticket))
    return {
        ticket.ticket_id: tuple(
            part
            for text in _texts(ticket)
            for part in re.split(r"(?<=[.!?])\s+", text)
            if len(part) >= _MIN_LEAK_CHARS and part not in public
        )
        for ticket in tickets
        if ticket.private
    }


def _texts(ticket: Ticket) -> tuple[str, ...]:
    return (ticket.subject, *(message.text for message in ticket.messages))


def _leaks(item: Asked, private: Mapping[str, Sequence[str]]) -> int:
    """Return 1 when a sentence or the id of a private ticket stands in the suggestions, else 0."""
    said = "\n".join(_strings(plain(replace(item.suggestions, ticket_id=None))))
    return int(
        any(
            ticket_id != item.ticket.ticket_id
            and (
                any(part in said for part in parts)
                or bool(re.search(rf"(?<!\w){re.escape(ticket_id)}(?!\w)", said))
            )
            for ticket_id, parts in private.items()
        )
    )


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in _strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    return []


def _figures(shares: dict[str, Share]) -> dict[str, float | None]:
    return {name: _ratio(share) for name, share in shares.items()}


def _ratio(share: Share) -> float | None:
    return share[0] / share[1] if share[1] else None
