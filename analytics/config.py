"""Settings of analytics. Frozen; read once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyticsSettings:
    """Limits of one analytical query."""

    memory_limit_mb: int = 2048
    """Memory that the warehouse's engine may use, in MB."""
    max_rows: int = 10_000
    """Rows of one answer; more are cut, and the receipt says so."""
    n_threads: int = 2
    """Threads of the engine."""
