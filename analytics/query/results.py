"""What was answered before: findings by query, definitions, data and rights."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from analytics.model import Finding, MetricQuery

MOST: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultKey:
    """All that decides a finding."""

    query: MetricQuery
    definitions: str
    """Version of the catalogue that the asker sees."""
    data: str
    """Version of the data with the rules on its rows, as `Warehouse.version` names both."""


class ResultMemory:
    """Keeps the findings that were computed last; safe for threads."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._found: OrderedDict[ResultKey, Finding] = OrderedDict()

    def __len__(self) -> int:
        return len(self._found)

    def get(self, key: ResultKey, compute: Callable[[], Finding]) -> Finding:
        """Return a finding kept under a key, or compute and keep it; errors are not kept."""
        with self._lock:
            known = self._found.get(key)
            if known is not None:
                self._found.move_to_end(key)
                return known
        finding = compute()
        with self._lock:
            self._found[key] = finding
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return finding
