"""Stopping queries: too long a run, or nobody waits for the answer any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from analytics.errors import QueryStoppedError


class Stopper:
    """Stops the queries of one question, from any thread.

    Examples
    --------
    >>> stopper = Stopper()
    >>> with stoppable(stopper):
    ...     pass  # ask here; `stopper.stop()` elsewhere ends it
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: list[Callable[[], None]] = []
        self._stopped = False

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def stop(self) -> None:
        """Interrupt what runs, and refuse what would run next."""
        with self._lock:
            self._stopped = True
            running = tuple(self._running)
        for interrupt in running:
            interrupt()

    @contextmanager
    def watching(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Have `stop` call `interrupt` while the block runs.

        Raises
        ------
        QueryStoppedError
            When it was stopped before.
        """
        with self._lock:
            if self._stopped:
                raise cancelled()
            self._running.append(interrupt)
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(interrupt)


_CURRENT: ContextVar[Stopper | None] = ContextVar("deskwise_stopper", default=None)


@contextmanager
def stoppable(stopper: Stopper) -> Iterator[None]:
    """Let a stopper end every query that this thread runs inside the block."""
    token = _CURRENT.set(stopper)
    try:
        yield
    finally:
        _CURRENT.reset(token)


class Limited:
    """One run of a query: interrupted after its time, or by the stopper of its question."""

    def __init__(self, interrupt: Callable[[], None], *, time_s: float) -> None:
        self._interrupt = interrupt
        self._time_s = time_s
        self._late = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the block with a clock beside it.

        Raises
        ------
        QueryStoppedError
            When its question was cancelled before it began.
        """
        timer = threading.Timer(self._time_s, self._too_late)
        timer.daemon = True
        stopper = _CURRENT.get() or Stopper()
        with stopper.watching(self._interrupt):
            timer.start()
            try:
                yield
            finally:
                timer.cancel()

    def why(self) -> QueryStoppedError | None:
        """Return why the run was interrupted; None when it was not."""
        if self._late:
            return QueryStoppedError(
                f"The query took longer than {self._time_s:g} seconds and was stopped.",
                hint="Ask for a shorter period or fewer groups, or raise the time limit.",
            )
        stopper = _CURRENT.get()
        return cancelled() if stopper is not None and stopper.is_stopped else None

    def _too_late(self) -> None:
        self._late = True
        self._interrupt()


def cancelled() -> QueryStoppedError:
    """Return the error of a question that nobody waits for."""
    return QueryStoppedError("The question was cancelled.", hint="Ask it again.")
