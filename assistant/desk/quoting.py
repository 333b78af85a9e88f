"""Sentences of past tickets that may be shown, as spans of the messages that they stand in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from assistant.desk.history import TicketHistory, View
from assistant.desk.similar import Candidate
from assistant.desk.withhold import is_personal, repeatable
from assistant.suggestions import FixCluster, SimilarTicket, TicketQuote
from knowledge_base.text import normalise, terms

MAX_SENTENCES = 8
_DAY_S = 86400
_ACTS = re.compile(
    r"\b(?:open|click|choose|select|press|type|run|restart|sign (?:in|out)|go to|install|uninstall|"
    r"remove|delete|clear|turn|switch|connect|disconnect|reset|update|change|enter|set|add|use|"
    r"renew|approve|unplug|plug|hold|close|rebuild|rename|copy|cleared|replaced|restored|added|"
    r"restarted|granted|enabled|removed|renewed|unlocked|moved|changed|fixed|expired|released)\b"
)
_IDLE = re.compile(
    r"^(?:thanks|thank you|sorry|glad|good|no problem|you're welcome|we (?:have )?received|"
    r"i (?:will|'ll)|we (?:will|'ll)|duplicate of|closed? (?:as|this)|let me know|please let)\b"
)


def names_ticket(text: str, ticket_id: str) -> bool:
    """Return whether a text names a ticket, which its reader may not be allowed to know of.

    What a ticket's number looks like is read from `ticket_id`.
    """
    prefix = ticket_id.rstrip("0123456789")
    spelled = rf"|(?<!\w){re.escape(prefix)}\d+" if prefix else ""
    return bool(re.search(rf"(?:#|\bticket (?:no\.? ?|number )?#?)\d+{spelled}", text, re.I))


class Quoter:
    """Quotes from one view of a history.

    Parameters
    ----------
    history : TicketHistory
        The tickets.
    view : View
        What the asker may see; words of other tickets decide nothing.
    """

    def __init__(self, history: TicketHistory, view: View) -> None:
        self._history = history
        self._view = view
        self.known = history.known_words(view)
        """Words that are no names of people, as far as the view tells."""
        self._fixes: dict[int, tuple[TicketQuote, ...]] = {}

    def subject(self, row: int) -> str:
        """Return a ticket's subject, or nothing when it holds something personal."""
        subject = self._history.rows[row].ticket.subject
        people = self._history.people[row]
        is_told = not is_personal(subject, people=people, known=self.known)
        own_id = self._history.rows[row].ticket.ticket_id
        return subject if is_told and not names_ticket(subject, own_id) else ""

    def fix(self, row: int) -> tuple[TicketQuote, ...]:
        """Return the repeatable sentences of the message that fixed a ticket, in order."""
        if row not in self._fixes:
            self._fixes[row] = self._read_fix(row)
        return self._fixes[row]

    def _read_fix(self, row: int) -> tuple[TicketQuote, ...]:
        held = self._history.rows[row]
        if held.resolution is None:
            return ()
        text = held.resolution.text
        found = repeatable(text, people=self._history.people[row], known=self.known)
        return tuple(
            TicketQuote(
                ticket_id=held.ticket.ticket_id,
                message_index=held.resolution.message_index,
                start=item.start,
                end=item.end,
                quote=text[item.start : item.end],
            )
            for item in found[:MAX_SENTENCES]
            if not _IDLE.match(normalise(text[item.start : item.end]))
            and not names_ticket(text[item.start : item.end], held.ticket.ticket_id)
        )

    def similar(self, found: Candidate) -> SimilarTicket:
        """Return a solved ticket as it is shown."""
        held = self._history.rows[found.row]
        resolution = held.resolution
        solved_s = float(self._history.solved_s[found.row])
        return SimilarTicket(
            ticket_id=held.ticket.ticket_id,
            subject=self.subject(found.row),
            status=held.ticket.status,
            opened_at=held.ticket.opened_at,
            resolved_at=datetime.fromtimestamp(solved_s, UTC),
            age_days=int((self._view.at_s - solved_s) // _DAY_S),
            relevance=round(found.probability, 4),
            is_confirmed=bool(resolution and resolution.is_confirmed),
            is_contradicted=bool(resolution and resolution.is_contradicted),
            fixed_by=resolution.author if resolution else None,
            quotes=self.fix(found.row),
        )

    def unsolved(self, row: int, cosine: float) -> SimilarTicket:
        """Return an open ticket as it is shown."""
        ticket = self._history.rows[row].ticket
        return SimilarTicket(
            ticket_id=ticket.ticket_id,
            subject=self.subject(row),
            # What became of it later is not known at the moment of the view.
            status="open" if self._history.solved_s[row] != float("inf") else ticket.status,
            opened_at=ticket.opened_at,
            resolved_at=None,
            age_days=int((self._view.at_s - self._history.opened_s[row]) // _DAY_S),
            relevance=round(max(0.0, cosine), 4),
        )

    def cluster(self, members: Sequence[Candidate]) -> FixCluster | None:
        """Return a group of tickets under the sentence that names their fix best.

        None when no sentence of any of them may be shown.
        """
        name = self._name(members)
        if name is None:
            return None
        held = [self._history.rows[item.row] for item in members]
        times = [
            datetime.fromtimestamp(float(self._history.solved_s[item.row]), UTC) for item in members
        ]
        return FixCluster(
            name=name,
            relevance=round(min(1.0, sum(item.probability for item in members)), 4),
            n_tickets=len(members),
            n_confirmed=sum(bool(row.resolution and row.resolution.is_confirmed) for row in held),
            n_contradicted=sum(
                bool(row.resolution and row.resolution.is_contradicted) for row in held
            ),
            newest_at=max(times),
            oldest_at=min(times),
            ticket_ids=tuple(row.ticket.ticket_id for row in held),
        )

    def _name(self, members: Sequence[Candidate]) -> TicketQuote | None:
        """Return the sentence with the most steps that the others' fixes speak of too."""
        quotes = [
            (rank, quote) for rank, item in enumerate(members) for quote in self.fix(item.row)
        ]
        if not quotes:
            return None
        others = [self._history.fix_terms[item.row] for item in members]

        def worth(ranked: tuple[int, TicketQuote]) -> tuple[float, int, int]:
            rank, quote = ranked
            words = set(terms(quote.quote))
            shared = sum(len(words & other) for other in others) / max(1, len(others))
            n_acts = min(3, len(_ACTS.findall(normalise(quote.quote))))
            return (n_acts + shared / 4 - 0.5 * rank, -rank, -quote.start)

        return max(quotes, key=worth)[1]
