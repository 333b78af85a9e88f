"""A number that a second computation contradicts is withheld, whatever made it wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import pytest

from analytics.catalogue import Catalogue
from analytics.errors import CheckFailedError
from analytics.model import MetricQuery, Period
from analytics.query.run import answer
from analytics.query.warehouse import DuckDBWarehouse

AS_OF = date(2026, 6, 30)
MAY = Period(start=date(2026, 5, 1), end=date(2026, 6, 1))
APRIL = Period(start=date(2026, 4, 1), end=date(2026, 5, 1))
QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    "split": {"metrics": ("revenue",), "period": MAY},
    "groups": {"metrics": ("orders",), "dimensions": ("region",), "period": MAY},
    "ratio": {"metrics": ("sla compliance",), "dimensions": ("team",), "period": MAY},
    "change": {"metrics": ("tickets",), "period": MAY, "compare": "growth", "compare_to": APRIL},
    "shares": {
        "metrics": ("sessions",), "dimensions": ("device",), "period": MAY, "share_of_total": True,
    },
}  # fmt: skip


class WrongOnce:
    """A warehouse whose first answer with a column has one number of it too large by one."""

    def __init__(self, inner: DuckDBWarehouse, column: str) -> None:
        self._inner = inner
        self._column = column
        self._is_right = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def run(self, *arguments: Any, **options: Any) -> tuple[pd.DataFrame, str]:
        frame, sql = self._inner.run(*arguments, **options)
        if self._column in frame.columns and not self._is_right:
            self._is_right = True
            frame = frame.copy()
            frame[self._column] = frame[self._column].astype(float)
            frame.loc[frame.index[0], self._column] += 1
        return frame, sql


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_number_that_is_off_by_one_is_withheld(
    kind: str, random_warehouse: DuckDBWarehouse, catalogue: Catalogue
) -> None:
    query = MetricQuery(as_of=AS_OF, **QUESTIONS[kind])
    right = answer(query, warehouse=random_warehouse, catalogue=catalogue)
    assert kind in {check.kind for check in right.receipt.checks}
    assert right.rows[0][-1]
    wrong: Any = WrongOnce(random_warehouse, right.columns[-1].name)
    with pytest.raises(CheckFailedError, match="The number is withheld"):
        answer(query, warehouse=wrong, catalogue=catalogue)
