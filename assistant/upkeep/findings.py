"""What a self-check finds, and how a check that breaks becomes a finding itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from analytics.errors import AnalyticsError
from assistant.errors import AssistantError
from knowledge_base.errors import KnowledgeBaseError

Status = Literal["ok", "warning", "bad"]
Repair = Literal["index", "vectors", "leftovers", "permissions", "retention"]

_EXPECTED = (AssistantError, KnowledgeBaseError, AnalyticsError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check came to."""

    name: str
    """The part of the home."""
    status: Status
    found: str
    advice: str = ""
    """What to do; empty when nothing is."""
    repair: Repair | None = None
    """What `--repair` does about it."""


Check = Callable[[], Iterable[Finding]]


def ok(name: str, found: str) -> Finding:
    """Return a finding with nothing to do."""
    return Finding(name=name, status="ok", found=found)


def warning(name: str, found: str, advice: str, repair: Repair | None = None) -> Finding:
    """Return a finding that somebody should look at."""
    return Finding(name=name, status="warning", found=found, advice=advice, repair=repair)


def bad(name: str, found: str, advice: str, repair: Repair | None = None) -> Finding:
    """Return a finding that must be mended."""
    return Finding(name=name, status="bad", found=found, advice=advice, repair=repair)


def guarded(name: str, check: Check) -> tuple[Finding, ...]:
    """Run a check; whatever it raises is a bad finding of that name."""
    try:
        return tuple(check())
    except _EXPECTED as error:
        return (bad(name, error.message, error.hint),)
    except Exception as error:  # noqa: BLE001 - a damaged file may provoke anything; it is reported
        lines = str(error).splitlines()
        return (
            bad(
                name,
                f"It cannot be read: {lines[0] if lines else type(error).__name__}.",
                "Restore it from a backup, or make it anew.",
            ),
        )
