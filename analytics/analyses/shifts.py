"""Which hours of which weekdays a question means: "Monday mornings", "weekdays from 9 to 17"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from analytics.errors import QuestionError

WEEKDAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_ALL_DAYS: Final = tuple(range(7))
_ALL_HOURS: Final = tuple(range(24))
_DAY: Final = (
    r"(?:mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|"
    r"sun(?:day)?)s?"
)
_RANGE: Final = re.compile(rf"\b({_DAY}) ?(?:to|through|until|till|-|–) ?({_DAY})\b")
_ONE_DAY: Final = re.compile(rf"\b{_DAY}\b")
_GROUPS: Final = (
    (re.compile(r"\b(?:weekdays|week days|working days?|work days?|business days?|during the week|"
                r"(?:on|of|per|an?|each|every) weekday)\b"), (0, 1, 2, 3, 4)),
    (re.compile(r"\bweek-?ends?\b"), (5, 6)),
)  # fmt: skip
_PARTS: Final[tuple[tuple[re.Pattern[str], tuple[int, int], str], ...]] = (
    (re.compile(r"\b(?:mornings?|forenoons?)\b"), (8, 12), "mornings"),
    (re.compile(r"\bafternoons?\b"), (12, 17), "afternoons"),
    (re.compile(r"\bevenings?\b"), (17, 22), "evenings"),
    (re.compile(r"\b(?:nights?|overnight|night shifts?)\b"), (22, 6), "nights"),
    (re.compile(r"\b(?:lunch ?times?|lunch hours?|over lunch|at lunch|lunch breaks?)\b"), (12, 14),
     "lunch time"),
    (re.compile(r"\b(?:office|business|working|opening|core) hours\b"), (8, 18), "office hours"),
)  # fmt: skip
_CLOCK: Final = r"(\d{1,2})(?::00)? ?(am|pm|a\.m\.|p\.m\.|h|o'?clock|uhr)?"
_BETWEEN: Final = re.compile(
    rf"\b(?:between|from) {_CLOCK} ?(?:and|to|until|till|-|–) ?{_CLOCK}(?! ?%|\d)"
)
_SPAN: Final = re.compile(
    r"\b(\d{1,2})(?::00)? ?(am|pm)? ?(?:-|–|to) ?(\d{1,2})(?::00)? ?(am|pm|h|o'?clock)\b"
    r"|\b(\d{1,2}):00 ?(?:-|–|to) ?(\d{1,2}):00\b"
)
_AT: Final = re.compile(rf"\bat {_CLOCK}(?! ?(?:%|percent|per cent|agent|people|minute|ticket))\b")
_EDGE: Final = re.compile(
    r"\b(before|after|until|till|from) (\d{1,2})(?::00)? ?(am|pm|h|o'?clock)?"
    r"(?! ?(?:%|\d|min|sec|h))(?=\W|$)"
)
_NOON: Final = 12
_PEAK: Final = re.compile(r"\b(?:peak|busiest|rush)(?: (?:hours?|times?|day))?\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Hours of weekdays: hour 9 is from 09:00 to 10:00, day 0 is Monday."""

    days: tuple[int, ...]
    hours: tuple[int, ...]
    is_all_days: bool
    is_all_hours: bool
    part: str = ""
    """The part of the day that was called by a word ("mornings"); empty when it was not."""


def shift_of(text: str) -> Shift:
    """Return the days and hours that a question names; all of them where it names none.

    Raises
    ------
    QuestionError
        When an hour is none of a clock.
    """
    words = " ".join(text.lower().split())
    days = _days(words)
    hours, part = _hours(words)
    if part == "office hours" and not days:
        days = (0, 1, 2, 3, 4)
    return Shift(
        days=days or _ALL_DAYS, hours=hours or _ALL_HOURS, is_all_days=not days,
        is_all_hours=not hours, part=part,
    )  # fmt: skip


def asks_for_peak(text: str) -> bool:
    """Say whether a question asks for the busiest time."""
    return _PEAK.search(text.lower()) is not None


def _days(words: str) -> tuple[int, ...]:
    found: set[int] = set()
    for match in _RANGE.finditer(words):
        first, last = (_index(day) for day in match.groups())
        found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    for match in _ONE_DAY.finditer(words):
        found.add(_index(match.group()))
    for pattern, days in _GROUPS:
        if pattern.search(words):
            found |= set(days)
    return tuple(sorted(found))


def _index(word: str) -> int:
    return next(place for place, day in enumerate(WEEKDAYS) if day.lower().startswith(word[:3]))


def _hours(words: str) -> tuple[tuple[int, ...], str]:
    for pattern in (_BETWEEN, _SPAN):
        match = pattern.search(words)
        if match is not None:
            groups = [group for group in match.groups() if group is not None]
            numbers = [group for group in groups if group.isdigit()]
            halves = _halves(match.group())
            return _from_to(_hour(numbers[0], halves[0]), _hour(numbers[1], halves[1])), ""
    parts = [(span, name) for pattern, span, name in _PARTS if pattern.search(words)]
    if parts:
        hours = {hour for span, _ in parts for hour in _from_to(*span)}
        return tuple(sorted(hours)), " and ".join(name for _, name in parts)
    if (at := _AT.search(words)) is not None:
        hour = _hour(at[1], at[2] or "") % 24
        return (hour,), ""
    if (edge := _EDGE.search(words)) is not None:
        hour = _hour(edge[2], edge[3] or "")
        return (_from_to(hour, 24) if edge[1] in ("after", "from") else _from_to(0, hour)), ""
    return (), ""


def _halves(text: str) -> tuple[str, str]:
    """Return "am" or "pm" of both ends; a single one at the end counts for the start, too."""
    found = re.findall(r"\d+(?::00)? ?(am|pm|a\.m\.|p\.m\.)?", text)
    first, last = found[0].replace(".", ""), found[1].replace(".", "")
    numbers = [int(each) for each in re.findall(r"\d+", text.replace(":00", ""))]
    if not first and last:
        first = last if numbers[0] < numbers[1] or numbers[0] == _NOON else "am"
    return first, last


def _hour(number: str, half: str) -> int:
    hour = int(number)
    half = half.replace(".", "")
    if half == "pm" and hour < _NOON:
        hour += _NOON
    if half == "am" and hour == _NOON:
        hour = 0
    if hour > 24:
        raise QuestionError(f"{hour} is no hour of a day.", hint="Name hours from 0 to 24.")
    return hour


def _from_to(start: int, end: int) -> tuple[int, ...]:
    if start < end:
        return tuple(range(start, end))
    return tuple(sorted({*range(start, 24), *range(end)}))
