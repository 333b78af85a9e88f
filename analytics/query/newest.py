"""The as-of date of a warehouse: the day after its newest rows, read once per state of the data."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import date, timedelta

import ibis
import pandas as pd

from analytics.errors import WarehouseError

CANONICAL = (("orders", "ordered_at"), ("tickets", "opened_at"))
"""The dates that the contract's as-of date follows."""

Run = Callable[[ibis.Table], tuple[pd.DataFrame, str]]


class NewestDay:
    """Remembers the as-of date for one state of the data.

    Parameters
    ----------
    dated
        Tables and their date columns; the as-of date is the day after the newest of them.
    table, run
        The warehouse's own.
    missing
        What to raise when nothing is dated.
    """

    def __init__(
        self,
        dated: Iterable[tuple[str, str]],
        *,
        table: Callable[[str], ibis.Table],
        run: Run,
        missing: WarehouseError,
    ) -> None:
        self._dated, self._table, self._run = tuple(dated), table, run
        self._missing = missing
        self._known: tuple[str, date] | None = None
        self._once = threading.Lock()

    def of(self, version: str) -> date:
        """Return the as-of date for a state of the data.

        Raises
        ------
        WarehouseError
            When there are no rows, or no table is dated.
        """
        with self._once:
            if self._known is None or self._known[0] != version:
                self._known = version, self._newest() + timedelta(days=1)
            return self._known[1]

    def _newest(self) -> date:
        days = []
        for name, column in self._dated:
            rows = self._table(name)
            at = self._run(rows.aggregate(at=rows[column].max()))[0]["at"].iloc[0]
            if not pd.isna(at):
                days.append(pd.Timestamp(at).date())
        if not days:
            raise self._missing
        return max(days)
