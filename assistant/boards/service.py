"""Pinning, arranging and asking anew."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from analytics.questions.book import QuestionBook
from analytics.questions.model import SavedQuestion
from assistant.boards.model import BoardEntry
from assistant.boards.ports import AsksTurn, BoardStore
from assistant.errors import BoardEntryNotFoundError, BoardFullError
from assistant.model import Answered, Asker, Clarification, Turn

MOST_ENTRIES: Final = 24
"""Of one person: each is asked whenever the board is opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinBoard:
    """The `Boards` port."""

    store: BoardStore
    book: QuestionBook
    now: Callable[[], datetime]

    def entries(self, *, asker: Asker) -> tuple[BoardEntry, ...]:
        """Return the asker's entries in their order."""
        return self.store.entries(user_id=asker.user_id)

    def pin(self, questions: Sequence[str], *, asker: Asker) -> BoardEntry:
        """Keep a question with what followed it; one that is there already is returned."""
        wanted = tuple(" ".join(text.split()) for text in questions)
        there = self.entries(asker=asker)
        for entry in there:
            if entry.questions == wanted:
                return entry
        if len(there) >= MOST_ENTRIES:
            raise BoardFullError(
                f"The board holds {MOST_ENTRIES} answers, and has as many.",
                hint="Take one off, then pin this one.",
            )
        entry = BoardEntry(
            entry_id=uuid.uuid4().hex[:16],
            user_id=asker.user_id,
            questions=wanted,
            added_at=self.now(),
        )
        self.store.add(entry)
        return entry

    def remove(self, entry_id: str, *, asker: Asker) -> None:
        """Forget an entry of the asker."""
        if not self.store.remove(entry_id, user_id=asker.user_id):
            raise _missing(entry_id)

    def arrange(self, entry_ids: Sequence[str], *, asker: Asker) -> tuple[BoardEntry, ...]:
        """Put entries first, in this order; the others follow as they were."""
        known = [entry.entry_id for entry in self.entries(asker=asker)]
        for entry_id in entry_ids:
            if entry_id not in known:
                raise _missing(entry_id)
        self.store.arrange(list(dict.fromkeys([*entry_ids, *known])), user_id=asker.user_id)
        return self.entries(asker=asker)

    def ask(self, entry_id: str, *, asker: Asker, ask: AsksTurn) -> Turn:
        """Ask an entry anew; the turn is its last, or the first that was refused."""
        found = [item for item in self.entries(asker=asker) if item.entry_id == entry_id]
        if not found:
            raise _missing(entry_id)
        first, *followed = found[0].questions
        turn = ask(first, asker=asker)
        self.store.keep_run(turn.conversation_id, user_id=asker.user_id, at=self.now())
        for text in followed:
            if not isinstance(turn.outcome, Answered | Clarification):
                break  # "by region" of nothing would be another question
            turn = ask(text, asker=asker, conversation_id=turn.conversation_id)
        return turn

    def saved(self, names: Collection[str]) -> tuple[SavedQuestion, ...]:
        """Return the saved questions of nobody, or of an owner with one of these names."""
        mine = {name.casefold() for name in names if name} | {""}
        kept = sorted(self.book.kept().saved.items())
        return tuple(item for _, item in kept if item.owner.strip().casefold() in mine)


def _missing(entry_id: str) -> BoardEntryNotFoundError:
    return BoardEntryNotFoundError(
        f"There is no entry {entry_id!r} on your board.", hint="Open the board again."
    )
