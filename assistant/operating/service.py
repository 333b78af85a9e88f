"""The `Operations` port over its parts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.operating.jobs import Jobs
from assistant.operations import (
    HealthFinding,
    HealthReport,
    KnowledgeOperations,
    ModelOperations,
    VocabularyOperations,
)
from assistant.ports import Clock
from assistant.upkeep.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingRoom:
    """Everything that operators do on the page."""

    knowledge: KnowledgeOperations
    models: ModelOperations
    vocabulary: VocabularyOperations
    examine: Callable[[], tuple[Finding, ...]]
    clock: Clock
    jobs: Jobs
    _checking: threading.Lock = field(default_factory=threading.Lock)

    def health(self) -> HealthReport:
        """Check every part of the home; who asks meanwhile waits for their turn."""
        with self._checking:
            found = self.examine()
        return HealthReport(
            checked_at=self.clock.now(),
            findings=tuple(
                HealthFinding(
                    name=each.name, status=each.status, found=each.found, advice=each.advice
                )
                for each in found
            ),
        )
