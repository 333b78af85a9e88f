"""What analytics needs from outside, as protocols."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import ibis
import pandas as pd

from analytics.model import Finding, InsightOutcome


class Warehouse(Protocol):
    """The canonical tables, read-only."""

    def table(self, name: str) -> ibis.Table:
        """Return one table of warehouse.sql as an ibis expression, to be run by `run` alone.

        Raises
        ------
        WarehouseError
            When the warehouse has no such table.
        """
        ...

    def run(self, expression: ibis.Table) -> tuple[pd.DataFrame, str]:
        """Run an expression; return its rows and the SQL that was run.

        A result longer than the warehouse allows is cut; `frame.attrs["truncated"]` says so.

        Raises
        ------
        QueryError
            When the back end refuses the query or it needs too much.
        """
        ...

    def as_of(self) -> date:
        """Return the day after the newest `ordered_at` or `opened_at`.

        Raises
        ------
        WarehouseError
            When there is neither an order nor a ticket.
        """
        ...

    def version(self) -> str:
        """Name the state of the data; another name as soon as any of it was replaced."""
        ...


class Answerer(Protocol):
    """Answers for one asker, who may see everything that it was given."""

    def ask(
        self, text: str, *, turns: Sequence[str] = (), as_of: date | None = None
    ) -> InsightOutcome:
        """Answer, ask back or refuse. `turns` are the asker's earlier questions, oldest first."""
        ...


class Insights(Protocol):
    """What the assistant asks of analytics."""

    def ask(
        self,
        text: str,
        *,
        turns: Sequence[str] = (),
        as_of: date | None = None,
        groups: Sequence[str] = ("everyone",),
    ) -> InsightOutcome:
        """Answer, ask back or refuse, from what members of `groups` may see.

        `turns` are the asker's earlier questions, oldest first.
        """
        ...

    def next_questions(
        self, finding: Finding, *, groups: Sequence[str] = ("everyone",)
    ) -> tuple[str, ...]:
        """Return up to three questions that make sense next; each is answerable."""
        ...

    def suggest(self, prefix: str, *, groups: Sequence[str] = ("everyone",)) -> tuple[str, ...]:
        """Return up to eight whole questions that begin like a prefix; each is answerable."""
        ...

    def examples(self, *, groups: Sequence[str] = ("everyone",)) -> tuple[str, ...]:
        """Return questions that this warehouse can answer, most typical first."""
        ...
