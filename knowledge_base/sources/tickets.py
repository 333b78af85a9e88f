"""Past tickets from JSON, JSON lines, CSV or XLSX."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from knowledge_base.config import ParsingSettings
from knowledge_base.errors import SourceError
from knowledge_base.model import FailedSource, Message, MessageRole, Ticket
from knowledge_base.sources.parser_process import ParserProcess
from knowledge_base.text import storable

SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".xlsx")

# Names of columns as other desks export them → ours.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ticket_id": ("ticket_id", "id", "number", "key", "ticket", "issue key"),
    "opened_at": ("opened_at", "created_at", "created", "opened", "sys_created_on", "date"),
    "resolved_at": ("resolved_at", "closed_at", "resolved", "closed", "solved_at"),
    "subject": ("subject", "summary", "title", "short_description", "short description"),
    "category": ("category", "type", "topic"),
    "priority": ("priority", "urgency"),
    "team": ("team", "group", "assignment_group", "assignment group", "queue"),
    "status": ("status", "state"),
    "description": ("description", "body", "text", "question", "problem"),
    "resolution": ("resolution", "close_notes", "close notes", "solution", "answer"),
}
_ROLES: Mapping[str, MessageRole] = {
    "requester": "requester",
    "customer": "requester",
    "user": "requester",
    "end-user": "requester",
    "agent": "agent",
    "technician": "agent",
    "support": "agent",
    "system": "system",
    "bot": "system",
}
_DATE_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%d")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSource:
    """A file of tickets.

    Attributes
    ----------
    path : Path
        `.json` (a list), `.jsonl`, `.csv` or `.xlsx`.
    name : str
        What the source is called.
    acl : tuple of str
        Groups that may read the tickets.
    parser : ParserProcess, optional
        Reads XLSX files; one is started for the file when none is given.
    """

    path: Path
    name: str
    acl: tuple[str, ...] = ("agents",)
    parser: ParserProcess | None = None

    @property
    def location(self) -> str:
        """Return the file's absolute path."""
        return str(self.path.resolve())

    @property
    def is_complete(self) -> bool:
        """Return False: an export usually holds the newest tickets alone."""
        return False

    def read(self) -> Iterator[Ticket | FailedSource]:
        """Yield the tickets in the file's order.

        Raises
        ------
        SourceError
            When the file cannot be opened or is of no known kind.
        """
        for number, row in self._rows():
            where = f"{self.name}:{number}"
            if isinstance(row, FailedSource):
                yield row
                continue
            try:
                yield ticket_from_row(row, acl=self.acl)
            except SourceError as error:
                yield FailedSource(source=where, reason=error.message)

    def _rows(self) -> Iterator[tuple[int, Mapping[str, object] | FailedSource]]:
        suffix = self.path.suffix.lower()
        if suffix not in SUFFIXES:
            raise SourceError(
                f"{self.path.name!r} is of no known kind of ticket file; "
                f"expected one of {', '.join(SUFFIXES)}.",
                hint="Export the tickets as CSV or JSON.",
            )
        if suffix == ".xlsx":
            yield from self._sheet()
            return
        try:
            text = self.path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(
                f"{str(self.path)!r} cannot be read: {error}.", hint="Save it as UTF-8."
            ) from error
        if suffix == ".csv":
            yield from enumerate(csv.DictReader(text.splitlines(keepends=True)), start=2)
        elif suffix == ".json":
            yield from self._json(text)
        else:
            yield from self._json_lines(text)

    def _sheet(self) -> Iterator[tuple[int, Mapping[str, object]]]:
        """Read the rows of a workbook's first sheet in a process of their own."""
        try:
            raw = self.path.read_bytes()
        except OSError as error:
            raise SourceError(
                f"{str(self.path)!r} cannot be read: {error.strerror or error}.",
                hint="Check the path and try again.",
            ) from error
        parser = self.parser or ParserProcess(ParsingSettings())
        try:
            yield from parser.rows(raw)
        except SourceError as error:
            raise SourceError(
                f"{str(self.path)!r} cannot be read: {error.message}", hint=error.hint
            ) from error
        finally:
            if self.parser is None:
                parser.close()

    def _json(self, text: str) -> Iterator[tuple[int, Mapping[str, object] | FailedSource]]:
        """Read a list, a list under one name, or JSON lines that are called .json."""
        try:
            whole = json.loads(text)
        except json.JSONDecodeError:
            # One object a line is no JSON as a whole; each line then speaks for itself.
            yield from self._json_lines(text)
            return
        if isinstance(whole, dict):
            lists = [value for value in whole.values() if isinstance(value, list)]
            is_ticket = any(name in whole for name in _COLUMNS["ticket_id"])
            whole = lists[0] if lists and not is_ticket else [whole]
        yield from enumerate(whole if isinstance(whole, list) else [whole], start=1)

    def _json_lines(self, text: str) -> Iterator[tuple[int, Mapping[str, object] | FailedSource]]:
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            try:
                yield number, json.loads(line)
            except json.JSONDecodeError as error:
                yield (
                    number,
                    FailedSource(
                        source=f"{self.name}:{number}", reason=f"The line is no JSON: {error.msg}."
                    ),
                )


def ticket_from_row(row: object, *, acl: tuple[str, ...] = ("agents",)) -> Ticket:
    """Make a ticket of one row of an export.

    Parameters
    ----------
    row : Mapping
        With a `messages` list as in the command line's contract, or flat with a description and a
        resolution under one of the names that other desks use.
    acl : tuple of str
        Groups that may read it.

    Raises
    ------
    SourceError
        When it has no id, no time of opening or no text.
    """
    if not isinstance(row, Mapping):
        raise SourceError(f"It is no ticket: expected fields, got {type(row).__name__}.")
    given = {str(name).strip().lower(): value for name, value in row.items() if name is not None}
    ticket_id = _text(given, "ticket_id")
    if not ticket_id:
        raise SourceError("The ticket has no id.")
    opened_at = _time(given, "opened_at")
    if opened_at is None:
        raise SourceError(f"Ticket {ticket_id!r} does not say when it was opened.")
    resolved_at = _time(given, "resolved_at")
    messages = _messages(given, opened_at, resolved_at)
    subject = _text(given, "subject")
    if not messages and not subject:
        raise SourceError(f"Ticket {ticket_id!r} has no text.")
    return _with_hash(
        Ticket(
            ticket_id=ticket_id,
            opened_at=opened_at,
            resolved_at=resolved_at,
            subject=subject,
            category=_text(given, "category"),
            priority=_text(given, "priority"),
            team=_text(given, "team"),
            status=_text(given, "status"),
            messages=messages,
            fix=_text(given, "fix") or None,
            fix_message=_place(given.get("fix_message")),
            duplicate_of=_text(given, "duplicate_of") or None,
            is_spam=_truth(given.get("is_spam")),
            private=_truth(given.get("private")),
            acl=acl,
        )
    )


def _with_hash(ticket: Ticket) -> Ticket:
    return replace(ticket, content_hash=hashlib.sha256(repr(ticket).encode()).hexdigest())


def _messages(
    given: Mapping[str, object], opened_at: datetime, resolved_at: datetime | None
) -> tuple[Message, ...]:
    listed = given.get("messages")
    if isinstance(listed, str) and listed.lstrip().startswith("["):
        try:
            listed = json.loads(listed)
        except json.JSONDecodeError as error:
            raise SourceError(f"Its messages are no JSON: {error.msg}.") from error
    if isinstance(listed, list):
        return tuple(
            Message(
                at=_read_time(str(each.get("at") or "")) or opened_at,
                role=_ROLES.get(str(each.get("role") or "").strip().lower(), "system"),
                text=storable(str(each.get("text") or "")).strip(),
            )
            for each in listed
            if isinstance(each, Mapping)
        )
    messages: list[Message] = []
    if description := _raw(given, "description"):
        messages.append(Message(at=opened_at, role="requester", text=description))
    if resolution := _raw(given, "resolution"):
        messages.append(Message(at=resolved_at or opened_at, role="agent", text=resolution))
    return tuple(messages)


def _raw(given: Mapping[str, object], name: str) -> str:
    for column in _COLUMNS.get(name, (name,)):
        value = given.get(column)
        if value is not None and str(value).strip():
            return storable(str(value)).strip()
    return ""


def _text(given: Mapping[str, object], name: str) -> str:
    return " ".join(_raw(given, name).split())


def _time(given: Mapping[str, object], name: str) -> datetime | None:
    return _read_time(_text(given, name))


def _read_time(written: str) -> datetime | None:
    """Read a time; one without a zone is taken as UTC."""
    if not written:
        return None
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        for pattern in _DATE_FORMATS:
            try:
                read = datetime.strptime(written, pattern).replace(tzinfo=UTC)
                break
            except ValueError:
                continue
        else:
            return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _place(value: object) -> int | None:
    written = str(value).strip() if value is not None else ""
    return int(written) if written.isdigit() else None


def _truth(value: object) -> bool:
    return str(value).strip().lower() in {"true", "1", "yes", "y"}
