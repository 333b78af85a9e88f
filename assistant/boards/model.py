"""Values of boards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardEntry:
    """A pinned question. No figures are kept with it: it is asked anew."""

    entry_id: str
    user_id: str
    questions: tuple[str, ...]
    """The question, then what followed it in its conversation ("by region"), as typed; the answer
    to the last is what was pinned."""
    added_at: datetime
