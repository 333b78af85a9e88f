"""A real board in a database, for an assistant that is not real."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from analytics.questions.book import QuestionBook
from assistant.boards.service import PinBoard
from assistant.boards.store import SqlBoardStore
from assistant.ports import Clock
from tests.unit.assistant.fakes import FakeClock


def boards_on(engine: sa.Engine, folder: Path, clock: Clock | None = None) -> PinBoard:
    """Return everybody's boards; saved questions stand in `questions.json` of the folder."""
    return PinBoard(
        store=SqlBoardStore(engine),
        book=QuestionBook(folder / "questions.json"),
        now=(clock or FakeClock()).now,
    )
