"""Settings of analytics. Frozen; read once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseLimits:
    """What one query may use."""

    memory_bytes: int = 2 * 1024**3
    n_threads: int = 2
    n_rows: int = 1_000_000
    """Most rows that a result may have; the rest is cut and the result marked."""
    time_s: float = 30.0
    """Most seconds that a query may run; then it is stopped."""
