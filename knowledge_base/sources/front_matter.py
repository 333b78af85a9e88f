"""YAML front matter of Markdown files, read as forgivingly as a careful reader would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import yaml

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.M)
_FIELD = re.compile(r"^([A-Za-z][\w.\- ]*?)\s*:[ \t]*(.*?)[ \t]*$")
_LIST_ITEM = re.compile(r"^\s*-[ \t]+(.*?)[ \t]*$")
_US_DATE = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
_NESTED = (list, dict, set, tuple)
_ISO_DATE = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What stands above the body."""

    fields: Mapping[str, object]
    """Field names in lower case."""
    body_start: int
    problem: str
    """Why YAML could not read it; empty when it could. The fields are then read line by line."""


def read_front_matter(text: str) -> FrontMatter:
    """Split a stored text into front matter and body.

    Parameters
    ----------
    text : str
        Stored text, with line feeds for line ends.

    Returns
    -------
    FrontMatter
        Without fields and with `body_start` 0 when there is no front matter.
    """
    match = _FRONT_MATTER.match(text)
    if match is None:
        return FrontMatter(fields={}, body_start=0, problem="")
    source = match.group(1)
    try:
        loaded = yaml.load(source, Loader=_loader())  # noqa: S506 - a safe loader either way
    except (yaml.YAMLError, ValueError) as error:
        problem = " ".join(str(error).split())
        return FrontMatter(fields=_read_lines(source), body_start=match.end(), problem=problem)
    if loaded is None:
        return FrontMatter(fields={}, body_start=match.end(), problem="")
    if not isinstance(loaded, dict):
        problem = f"expected fields, got {type(loaded).__name__}"
        return FrontMatter(fields=_read_lines(source), body_start=match.end(), problem=problem)
    fields = {str(key).lower(): value for key, value in loaded.items()}
    return FrontMatter(fields=fields, body_start=match.end(), problem="")


def text_field(fields: Mapping[str, object], *names: str) -> str:
    """Return the first of these fields that is a non-empty scalar, as one line."""
    for name in names:
        value = fields.get(name)
        if value is None or isinstance(value, dict | list):
            continue
        line = " ".join(str(value).split())
        if line:
            return line
    return ""


def list_field(fields: Mapping[str, object], *names: str) -> tuple[str, ...]:
    """Return the first of these fields that is given, as a list; a string is cut at commas."""
    for name in names:
        value = fields.get(name)
        if value is None:
            continue
        if isinstance(value, dict):
            return ()
        items = value if isinstance(value, list) else str(value).split(",")
        # A list inside is no name; written out, one that holds itself many times never ends.
        scalars = (item for item in items if item is not None and not isinstance(item, _NESTED))
        cleaned = (" ".join(str(item).split()) for item in scalars)
        return tuple(dict.fromkeys(item for item in cleaned if item))
    return ()


def date_field(fields: Mapping[str, object], *names: str) -> date | None:
    """Return the first of these fields that is a date: YAML's own, ISO, or month/day/year."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if value is not None and (read := _read_date(str(value).strip())):
            return read
    return None


def _read_date(written: str) -> date | None:
    try:
        if match := _US_DATE.match(written):
            month, day, year = (int(part) for part in match.groups())
            return date(year, month, day)
        if match := _ISO_DATE.match(written):
            year, month, day = (int(part) for part in match.groups())
            return date(year, month, day)
    except ValueError:
        # A day that does not exist is no reason to lose the article; it has no date then.
        return None
    return None


def _read_lines(source: str) -> dict[str, object]:
    """Read `name: value` lines and lists under them, ignoring whatever else there is."""
    fields: dict[str, object] = {}
    open_list: list[object] | None = None
    for line in source.split("\n"):
        if item := _LIST_ITEM.match(line):
            if open_list is not None:
                open_list.append(item.group(1).strip("'\""))
            continue
        field = _FIELD.match(line)
        if field is None:
            continue
        name, value = field.group(1).lower(), field.group(2).strip("'\"")
        if value.startswith("[") and value.endswith("]"):
            fields[name] = [part.strip(" '\"") for part in value[1:-1].split(",")]
        elif value:
            fields[name] = value
        else:
            open_list = []
            fields[name] = open_list
    return {name: value for name, value in fields.items() if value != []}


def _loader() -> type[yaml.SafeLoader]:
    # libyaml reads thousands of files in the time that pure Python needs for hundreds.
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)
