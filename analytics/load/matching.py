"""Names of a user's tables and columns to the canonical ones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rapidfuzz import fuzz

from analytics.schema import TABLES, Table

How = Literal["name", "other name", "similar name", "mapping"]

_ACCEPTED: Final = 92.0
"""Similarity (0..100) from which a name is taken for a misspelling of another: one letter of ten
differs at most. Below it a name is only proposed; `order_at` and `ordered_at` stay apart."""
_PROPOSED: Final = 70.0
_MARGIN: Final = 4.0
"""How much better than the next one a misspelling has to fit."""

_TABLE_ALIASES: Final = {
    "client": "customers",
    "item": "products",
    "sale": "orders",
    "orderitem": "order_lines",
    "orderdetail": "order_lines",
    "orderposition": "order_lines",
    "lineitem": "order_lines",
    "session": "web_sessions",
    "event": "web_events",
    "assignment": "experiment_assignments",
    "survey": "surveys",
    "surveyresponse": "surveys",
    "servicedependence": "service_dependencies",
    "affectedcustomer": "incident_customers",
}
_COLUMN_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "full_name": ("name", "customer_name"),
    "email": ("mail", "e_mail", "email_address"),
    "birth_date": ("date_of_birth", "birthday", "dob"),
    "signed_up_at": ("signup_at", "sign_up_at", "registered_at"),
    "ordered_at": ("order_at", "purchased_at"),
    "quantity": ("qty",),
    "unit_price": ("price",),
    "shipping_amount": ("shipping", "shipping_cost"),
    "line_no": ("line_number", "line"),
    "article_id": ("kb_article", "kb_article_id"),
    "launched_on": ("launch_on",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A canonical name and the user's name for it."""

    canonical: str
    theirs: str
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A name that nothing canonical is known for."""

    theirs: str
    proposal: str | None
    """The nearest canonical name, when one is near; it was not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMatches:
    """What became of the headers of one table."""

    matched: tuple[Match, ...]
    unmatched: tuple[Unmatched, ...]
    contested: tuple[tuple[str, tuple[str, ...]], ...]
    """Canonical columns that several headers claim; none of them was used."""
    left_out: tuple[str, ...]
    """Canonical columns that the mapping leaves out."""


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name, in lower case: `dbo.OrderLines (2024)` → order, lines, 2024."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(re.findall(r"[^\W_]+", spaced.casefold()))


def _joined(name: str) -> str:
    return "".join(words(name))


def _singular(name: str) -> str:
    text = _joined(name)
    if text.endswith("ies"):
        return text[:-3] + "y"
    return text[:-1] if text.endswith("s") and not text.endswith("ss") else text


def match_table(name: str) -> Match | Unmatched:
    """Find the canonical table that a file, sheet or database table is.

    Case, separators, plural, a schema in front and numbers behind (`Orders_2025-06`) are
    overlooked.
    """
    plain = name.rsplit(".", 1)[-1]
    parts = list(words(plain))
    while len(parts) > 1 and (parts[-1].isdigit() or parts[-1] in ("export", "csv", "xlsx")):
        parts.pop()
    text = _singular("_".join(parts))
    known = {_singular(table): table for table in TABLES}
    if text in known:
        return Match(canonical=known[text], theirs=name, how="name")
    if text in _TABLE_ALIASES:
        return Match(canonical=_TABLE_ALIASES[text], theirs=name, how="other name")
    best, is_sure = _nearest(text, list(known))
    if best is None:
        return Unmatched(theirs=name, proposal=None)
    if is_sure:
        return Match(canonical=known[best], theirs=name, how="similar name")
    return Unmatched(theirs=name, proposal=known[best])


def match_columns(
    headers: Sequence[str], table: Table, mapped: Mapping[str, str | None]
) -> ColumnMatches:
    """Find the canonical column of each header of a table.

    Parameters
    ----------
    headers : Sequence[str]
        All different.
    table : Table
        The canonical table.
    mapped : Mapping[str, str | None]
        What the mapping says: canonical column to header, None to leave it out. Its headers must
        exist.
    """
    taken = {theirs for theirs in mapped.values() if theirs is not None}
    left_out = [name for name, theirs in mapped.items() if theirs is None]
    open_columns = [name for name in table.column_names if name not in mapped]
    claims: dict[str, list[Match]] = {}
    unmatched = []
    for header in headers:
        if header in taken:
            continue
        found = _match_column(header, table, open_columns)
        if isinstance(found, Match):
            claims.setdefault(found.canonical, []).append(found)
        elif isinstance(_match_column(header, table, left_out), Unmatched):
            unmatched.append(found)
    matched = [
        Match(canonical=canonical, theirs=theirs, how="mapping")
        for canonical, theirs in mapped.items()
        if theirs is not None
    ]
    contested = []
    for canonical, found_for in claims.items():
        best = _best_claim(found_for)
        if best is None:
            contested.append((canonical, tuple(match.theirs for match in found_for)))
            continue
        matched.append(best)
        unmatched += [
            Unmatched(theirs=match.theirs, proposal=None) for match in found_for if match != best
        ]
    position = {name: n for n, name in enumerate(table.column_names)}
    return ColumnMatches(
        matched=tuple(sorted(matched, key=lambda match: position[match.canonical])),
        unmatched=tuple(unmatched),
        contested=tuple(contested),
        left_out=tuple(left_out),
    )


def _best_claim(claims: Sequence[Match]) -> Match | None:
    """Return the one claim by the best kind of likeness; None when two are equally good."""
    for how in ("name", "other name", "similar name"):
        of_kind = [match for match in claims if match.how == how]
        if of_kind:
            return of_kind[0] if len(of_kind) == 1 else None
    return None


def _match_column(header: str, table: Table, columns: Sequence[str]) -> Match | Unmatched:
    without_unit = re.sub(r"[\(\[].*?[\)\]]", "", header) or header
    text = _joined(without_unit)
    known = {_joined(column): column for column in columns}
    if text in known:
        return Match(canonical=known[text], theirs=header, how="name")
    singular = words(table.name)[-1].removesuffix("s")
    parts = list(words(without_unit))
    others = _other_names(table, columns)
    shorter = parts[1:] if parts[:1] == [singular] else parts
    for candidate in ("".join(parts), "".join(shorter)):
        if candidate in others:
            return Match(canonical=others[candidate], theirs=header, how="other name")
        if candidate in known:
            return Match(canonical=known[candidate], theirs=header, how="other name")
    best, is_sure = _nearest(text, list(known))
    if best is None:
        return Unmatched(theirs=header, proposal=None)
    if is_sure:
        return Match(canonical=known[best], theirs=header, how="similar name")
    return Unmatched(theirs=header, proposal=known[best])


def _other_names(table: Table, columns: Sequence[str]) -> dict[str, str]:
    """Return other names of columns, joined, to the canonical names."""
    found: dict[str, str] = {}
    for column in columns:
        names = [column, *_COLUMN_ALIASES.get(column, ())]
        if (column,) == table.key:
            names.append("id")
        for name in names:
            stem, _, ending = name.rpartition("_")
            variants = [name]
            if ending in ("at", "on") and stem:
                variants += [f"{stem}_{other}" for other in ("at", "on", "date", "datetime")]
            for variant in variants:
                found.setdefault(_joined(variant), column)
    return found


def _nearest(text: str, known: Sequence[str]) -> tuple[str | None, bool]:
    """Return the most similar name and whether it is surely meant; None when none is near."""
    if not text or not known:
        return None, False
    scored = sorted((-fuzz.ratio(text, name), name) for name in known)
    score, best = -scored[0][0], scored[0][1]
    second = -scored[1][0] if len(scored) > 1 else 0.0
    if score < _PROPOSED:
        return None, False
    # error_1004 is no misspelling of error_1000.
    same_digits = re.findall(r"\d", text) == re.findall(r"\d", best)
    return best, score >= _ACCEPTED and score - second >= _MARGIN and same_digits
