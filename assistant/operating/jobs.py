"""Work in the background, one at a time."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from analytics.errors import AnalyticsError
from assistant.errors import AssistantError, JobRunningError
from assistant.operations import JobKind, JobState
from assistant.ports import Clock
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.indexing import Progress

logger = logging.getLogger(__name__)

Tell = Progress
"""Told a stage, how much of it is done, and of how much."""
Work = Callable[[Tell], str]
"""Does something, tells how far it is, and says what came of it."""

_EXPECTED = (AssistantError, KnowledgeBaseError, AnalyticsError)


@dataclass(slots=True)
class Jobs:
    """Runs work in a thread of its own; while one runs, another is refused."""

    clock: Clock
    _state: JobState | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def state(self) -> JobState | None:
        """Return the work that runs, or the last that ran."""
        return self._state

    def start(self, kind: JobKind, what: str, work: Work) -> JobState:
        """Begin to work.

        Raises
        ------
        JobRunningError
        """
        with self._lock:
            running = self._state
            if running is not None and running.finished_at is None:
                raise JobRunningError(
                    f"Something runs already: {running.what}.", hint="Wait until it is done."
                )
            begun = JobState(
                job_id=secrets.token_hex(8), kind=kind, what=what, started_at=self.clock.now()
            )
            self._state = begun
            self._thread = threading.Thread(
                target=self._run, args=(work,), name=f"job-{kind}", daemon=True
            )
        self._thread.start()
        return begun

    def wait(self) -> None:
        """Wait for the work that runs."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, work: Work) -> None:
        try:
            self._change(said=work(self._tell))
        except _EXPECTED as error:
            self._change(problem=f"{error.message} {error.hint}".strip())
        except Exception:
            # Whoever started it is told that it failed; what failed stands in the log.
            logger.exception("a job failed")
            self._change(problem="Something failed on the server; its log says what.")
        self._change(finished_at=self.clock.now())

    def _tell(self, stage: str, done: int, total: int | None) -> None:
        self._change(stage=stage, n_done=done, n_total=total)

    def _change(self, **changes: object) -> None:
        if self._state is not None:
            self._state = replace(self._state, **changes)  # type: ignore[arg-type]
