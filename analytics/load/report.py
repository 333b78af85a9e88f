"""What was found in the data, as values and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from analytics.load.matching import Match, Unmatched

Severity = Literal["error", "warning", "note"]
_ORDER = ("error", "warning", "note")
_WIDTH = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Something about the data that its owner should know."""

    severity: Severity
    """error: answers would be wrong or missing; warning: they may be; note: good to know."""
    code: str
    """Stable name of the kind of issue."""
    table: str
    """Empty when it concerns no table in particular."""
    column: str = ""
    n_rows: int = 0
    message: str
    hint: str = ""
    """What to do about it."""

    def line(self) -> str:
        """Return the issue as one line."""
        place = ".".join(part for part in (self.table, self.column) if part)
        said = f"{place}: {self.message}" if place else self.message
        return f"{self.severity:<8}{said}" + (f" {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableProfile:
    """What one table of the warehouse holds."""

    name: str
    n_rows: int
    first_on: date | None
    last_on: date | None
    """Range of the date that puts rows into periods; None without dated rows."""
    null_shares: tuple[tuple[str, float], ...]
    """Column and share of NULLs in 0..1, in the contract's order; empty for an empty table."""

    def line(self) -> str:
        """Return the table as one line."""
        if not self.n_rows:
            return f"{self.name:<{_WIDTH + 3}}empty"
        parts = [f"{self.name:<{_WIDTH}} {rows(self.n_rows):>16}"]
        if self.first_on and self.last_on:
            parts.append(f"{in_words(self.first_on)} to {in_words(self.last_on)}")
        partly = [
            f"{column} {share:.1%}" if share < 1 else f"{column} always"
            for column, share in self.null_shares
            if share > 0
        ]
        if partly:
            parts.append(f"missing: {', '.join(partly)}")
        return "   ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """What `check` found."""

    tables: tuple[TableProfile, ...]
    """Every table of the warehouse, in the contract's order."""
    issues: tuple[Issue, ...]
    """Errors first, then warnings, then notes."""
    unanswerable: tuple[tuple[str, tuple[str, ...]], ...]
    """Empty or missing table, and the metrics that need it."""

    @property
    def has_errors(self) -> bool:
        """Say whether answers from this data would be wrong or missing."""
        return any(issue.severity == "error" for issue in self.issues)

    def lines(self) -> list[str]:
        """Return the report for a terminal."""
        lines = [table.line() for table in self.tables if table.n_rows]
        empty = [table.name for table in self.tables if not table.n_rows]
        if empty:
            lines.append(f"{'Empty:':<{_WIDTH}} {', '.join(empty)}")
        lines += _issue_lines(self.issues)
        lines += unanswerable_lines(self.unanswerable)
        return [*lines, "", summary(self.issues)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Rows that were not loaded, for one reason."""

    reason: str
    n_rows: int
    examples: tuple[str, ...]
    """Up to three of the texts that could not be used."""

    def line(self) -> str:
        """Return the reason as one line."""
        shown = f" ({', '.join(repr(text) for text in self.examples)})" if self.examples else ""
        return f"{rows(self.n_rows)}: {self.reason}{shown}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableLoad:
    """What became of one canonical table in a load."""

    name: str
    places: tuple[str, ...]
    """Where its rows came from."""
    how: str
    """How the table was recognised: name, other name, similar name or mapping."""
    n_read: int
    n_loaded: int
    """Good rows of the source: `n_read` less the rejected and the identical ones."""
    n_rejected: int
    n_identical: int
    """Rows left out because the same row stands there already."""
    n_total: int
    """Rows of the table in the warehouse afterwards."""
    columns: tuple[Match, ...]
    not_understood: tuple[Unmatched, ...]
    """Headers that no column is known for; their cells were not loaded."""
    absent: tuple[str, ...]
    """Canonical columns without a header that are NULL in every row."""
    left_out: tuple[str, ...]
    """Canonical columns that the mapping leaves out."""
    rejections: tuple[Rejection, ...]
    """Most frequent first."""
    notes: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return what was done with the table, for a terminal."""
        places = ", ".join(self.places)
        head = f"{self.name:<{_WIDTH}} {rows(self.n_loaded):>16}   from {places}"
        if self.how not in ("name", "mapping"):
            head += f" (recognised by a {self.how})"
        lines = [head]
        renamed = [
            f"{match.theirs} as {match.canonical}"
            for match in self.columns
            if match.how in ("other name", "similar name")
        ]
        if renamed:
            lines.append(f"  columns read: {', '.join(renamed)}")
        if self.not_understood:
            lines.append(f"  not understood, not loaded: {_unmatched(self.not_understood)}")
        if self.absent:
            lines.append(f"  without data: {', '.join(self.absent)}")
        if self.left_out:
            lines.append(f"  left out by the mapping: {', '.join(self.left_out)}")
        if self.n_identical:
            lines.append(f"  {rows(self.n_identical)} occurred twice, one of each was kept")
        lines += [f"  {note}" for note in self.notes]
        if self.n_rejected:
            lines.append(f"  rejected {rows(self.n_rejected)}, in rejected/{self.name}.parquet:")
            lines += [f"    {rejection.line()}" for rejection in self.rejections]
        return lines


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What `load` did."""

    source: str
    warehouse_dir: str
    tables: tuple[TableLoad, ...]
    """The tables that the source has, in the contract's order."""
    kept: tuple[str, ...]
    """Tables of an earlier load that stayed as they were."""
    not_understood: tuple[Unmatched, ...]
    """Files and tables that no canonical table is known for; not loaded."""
    unread: tuple[str, ...]
    """Files of kinds that are not read, and folders inside the folder."""
    issues: tuple[Issue, ...]
    """Of the load itself; those of the data are in `quality`."""
    quality: QualityReport

    @property
    def n_loaded(self) -> int:
        """Good rows of all tables."""
        return sum(table.n_loaded for table in self.tables)

    @property
    def n_rejected(self) -> int:
        """Rejected rows of all tables."""
        return sum(table.n_rejected for table in self.tables)

    @property
    def has_errors(self) -> bool:
        """Say whether something of the source is missing or answers would be wrong."""
        errors = any(issue.severity == "error" for issue in self.issues)
        return errors or self.n_rejected > 0 or self.quality.has_errors

    def lines(self) -> list[str]:
        """Return the report for a terminal."""
        lines = [line for table in self.tables for line in table.lines()]
        if self.not_understood:
            lines += ["", f"Not understood, not loaded: {_unmatched(self.not_understood)}"]
            lines.append("  Say in a mapping file which table each one is.")
        if self.unread:
            lines += ["", f"Not read: {', '.join(self.unread)}"]
        if self.kept:
            lines += ["", f"Kept from before: {', '.join(self.kept)}"]
        issues = sorted_issues((*self.issues, *self.quality.issues))
        lines += _issue_lines(issues)
        lines += unanswerable_lines(self.quality.unanswerable)
        said = f" {summary(issues)}" if issues else ""
        loaded = f"Loaded {rows(self.n_loaded)} into {self.warehouse_dir}"
        lines += ["", f"{loaded}; rejected {rows(self.n_rejected)}.{said}"]
        return lines


def rows(n: int) -> str:
    """Return a number of rows in words: `1 row`, `12,304 rows`."""
    return f"{n:,} row" if n == 1 else f"{n:,} rows"


def in_words(day: date) -> str:
    """Return a day as `1 May 2026`."""
    return f"{day.day} {day:%B} {day.year}"


def sorted_issues(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Return issues with errors first, else in the order given."""
    return tuple(sorted(issues, key=lambda issue: _ORDER.index(issue.severity)))


def summary(issues: Sequence[Issue]) -> str:
    """Return how many issues there are of each severity, as a sentence."""
    counts = [(n, name) for name in _ORDER if (n := sum(i.severity == name for i in issues))]
    if not counts:
        return "Nothing to remark."
    return ", ".join(f"{n} {name}{'s' if n > 1 else ''}" for n, name in counts) + "."


def unanswerable_lines(unanswerable: Sequence[tuple[str, tuple[str, ...]]]) -> list[str]:
    """Return which metrics cannot be answered, for a terminal."""
    if not unanswerable:
        return []
    lines = ["", "Without data for these tables, some questions get no answer:"]
    return lines + [f"  {table}: {', '.join(metrics)}" for table, metrics in unanswerable]


def _issue_lines(issues: Sequence[Issue]) -> list[str]:
    return ["", *(issue.line() for issue in issues)] if issues else []


def _unmatched(names: Sequence[Unmatched]) -> str:
    return ", ".join(
        f"{name.theirs} (is it {name.proposal}?)" if name.proposal else name.theirs
        for name in names
    )
