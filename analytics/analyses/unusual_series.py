"""Series that were looked at for what is unusual, as the answers about them are written from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np

from analytics.catalogue import Metric
from analytics.model import Filter
from analytics.operations.unusual import Scan
from analytics.operations.unusual_together import Joint
from analytics.query.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """One series with what is unusual in it."""

    metric: Metric
    service: str
    """Empty where the series is not of one service."""
    at: tuple[datetime, ...]
    values: np.ndarray[Any, np.dtype[np.float64]]
    scan: Scan
    first: int
    """Row at which the time asked about begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What is unusual in several readings of one service taken together."""

    service: str
    series: tuple[Unusual, ...]
    """The readings, on the same hours."""
    joints: tuple[Joint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Everything that was looked at for a question."""

    series: tuple[Unusual, ...]
    window: Window
    filters: tuple[Filter, ...]
    step: Literal["hour", "day"]
    sql: str
    definition: str
    is_assumed: bool
    is_partial: bool
    incidents: tuple[dict[str, Any], ...]
    """service, id, severity, start, end of each, in order of time."""
    together: tuple[Together, ...] = ()
    """For each service of which more than one reading was looked at."""
