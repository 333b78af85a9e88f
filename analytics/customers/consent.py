"""Who may be written to: a CSV file with a row for each customer, or for each channel of one."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analytics.errors import InputError

_YES: Final = frozenset({"yes", "y", "true", "1"})
_NO: Final = frozenset({"no", "n", "false", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Consents as recorded; nobody without a record may be written to."""

    given: frozenset[tuple[int, str]]
    """customer_id and channel; the empty channel means all of them."""
    refused: frozenset[tuple[int, str]]

    def allows(self, customer_id: int, channel: str) -> bool:
        """Say whether a customer may be written to by a channel; a refusal of it comes first."""
        if {(customer_id, ""), (customer_id, channel)} & self.refused:
            return False
        return bool({(customer_id, ""), (customer_id, channel)} & self.given)


def read_consent(file: Path | None) -> Consent | None:
    """Read `customer_id,consent[,channel]`; None where there is no such file.

    Raises
    ------
    InputError
        When a column is missing or a cell is neither a number, a yes nor a no.
    """
    if file is None or not file.is_file():
        return None
    given: set[tuple[int, str]] = set()
    refused: set[tuple[int, str]] = set()
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = {"customer_id", "consent"} - set(reader.fieldnames or ())
        if missing:
            raise InputError(
                f"{file.name} lacks the column {sorted(missing)[0]}.",
                hint="It needs customer_id and consent (yes or no), and may have channel.",
            )
        for number, row in enumerate(reader, start=2):
            word = (row["consent"] or "").strip().lower()
            id_text = (row["customer_id"] or "").strip()
            if word not in _YES | _NO or not id_text.isdigit():
                raise InputError(
                    f"{file.name}, line {number}: customer {id_text!r}, consent {word!r}.",
                    hint="Write a customer's number and yes or no.",
                )
            key = (int(id_text), (row.get("channel") or "").strip().lower())
            (given if word in _YES else refused).add(key)
    return Consent(given=frozenset(given), refused=frozenset(refused))
