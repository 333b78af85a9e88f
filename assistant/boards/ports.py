"""What boards need, and what they are to the page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from analytics.questions.model import SavedQuestion
from assistant.boards.model import BoardEntry
from assistant.model import Asker, Turn


class BoardStore(Protocol):
    """Pinned questions, kept durably. What is somebody else's is as absent as what never was."""

    def entries(self, *, user_id: str) -> tuple[BoardEntry, ...]:
        """Return this user's entries in their order."""
        ...

    def add(self, entry: BoardEntry) -> None:
        """Keep an entry, behind the others of its user."""
        ...

    def remove(self, entry_id: str, *, user_id: str) -> bool:
        """Forget an entry of this user; say whether there was one."""
        ...

    def arrange(self, entry_ids: Sequence[str], *, user_id: str) -> None:
        """Put this user's entries into an order."""
        ...

    def keep_run(self, conversation_id: str, *, user_id: str, at: datetime) -> None:
        """Keep a conversation out of the user's list: the board had it, and nobody typed it.

        Those of more than a day ago are forgotten, unless somebody voted or opened a ticket.
        """
        ...


class AsksTurn(Protocol):
    """What answers: `Assistant.ask`."""

    def __call__(self, text: str, *, asker: Asker, conversation_id: str | None = None) -> Turn:
        """Answer one turn and store it."""
        ...


class Boards(Protocol):
    """Everybody's board, and the saved questions that somebody may see."""

    def entries(self, *, asker: Asker) -> tuple[BoardEntry, ...]:
        """Return the asker's entries in their order."""
        ...

    def pin(self, questions: Sequence[str], *, asker: Asker) -> BoardEntry:
        """Keep a question with what followed it; one that is there already is returned.

        Raises
        ------
        BoardFullError
        """
        ...

    def remove(self, entry_id: str, *, asker: Asker) -> None:
        """Forget an entry of the asker.

        Raises
        ------
        BoardEntryNotFoundError
            When there is none, or it is somebody else's: the two are not told apart.
        """
        ...

    def arrange(self, entry_ids: Sequence[str], *, asker: Asker) -> tuple[BoardEntry, ...]:
        """Put entries first, in this order; the others follow as they were.

        Raises
        ------
        BoardEntryNotFoundError
        """
        ...

    def ask(self, entry_id: str, *, asker: Asker, ask: AsksTurn) -> Turn:
        """Ask an entry anew; the turn is its last, or the first that was refused.

        Raises
        ------
        BoardEntryNotFoundError
        """
        ...

    def saved(self, names: Collection[str]) -> tuple[SavedQuestion, ...]:
        """Return the saved questions of nobody, or of an owner with one of these names."""
        ...
