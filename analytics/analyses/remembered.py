"""What an analysis worked out for one state of the data, kept for the next question."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

from analytics.analyses.kind import Context

MOST: Final = 8
"""States kept at once, of all warehouses, days and askers."""

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """Keeps what is the same for every question of one data version, day and set of rights.

    The version of a warehouse that shows an asker only some rows is another one, so nothing that
    was worked out for one asker is told to another.

    Parameters
    ----------
    make
        Works it out for a key; called by one thread at a time.
    """

    def __init__(self, make: Callable[[Context, Hashable], Value]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()

    def of(self, context: Context, key: Hashable = None) -> Value:
        """Return the value for a key, worked out once."""
        whole = (context.warehouse.version(), context.as_of, key)
        with self._lock:
            if whole not in self._kept:
                self._kept[whole] = self._make(context, key)
                while len(self._kept) > MOST:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(whole)
            return self._kept[whole]
