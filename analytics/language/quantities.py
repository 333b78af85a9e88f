# ruff: noqa: E501 - one pattern a line, however long
"""Numbers with a meaning: thresholds, ages, amounts, and things called by their number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analytics.language.text import NUMBER_PATTERN, number_of
from analytics.model import Operator

_SCALES = {
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "hundred": 100.0,
}
UNITS = {
    "second": "seconds", "sec": "seconds", "minute": "minutes", "min": "minutes",
    "hour": "hours", "hr": "hours", "h": "hours", "day": "days", "week": "weeks", "wk": "weeks",
    "fortnight": "fortnights", "month": "months", "year": "years", "yr": "years",
    "euro": "money", "eur": "money", "dollar": "money", "usd": "money", "buck": "money", "pound": "money",
    "%": "percent", "percent": "percent", "per cent": "percent", "percentage point": "percent", "pct": "percent",
    "time": "times",
}  # fmt: skip
_DAYS = {
    "days": 1.0,
    "weeks": 7.0,
    "fortnights": 14.0,
    "hours": 1 / 24,
    "minutes": 1 / 1440,
    "seconds": 1 / 86400,
}
_UNIT = "(?:" + "|".join(sorted((re.escape(u) for u in UNITS), key=len, reverse=True)) + ")"
_VALUE = rf"(?:half an|a quarter of an|{NUMBER_PATTERN}|an|a|one and a half)"
_SCALE = r"(?: (?:k|thousand|m|mn|mio|million|hundred))?"

_OPERATORS: tuple[tuple[Operator, str], ...] = (
    (">=", r"at least|no less than|not less than|no fewer than|not fewer than|a minimum of|minimum of|minimum|upward of|not under|not below|no lower than|not lower than|> ="),
    ("<=", r"at most|no more than|not more than|a maximum of|maximum of|maximum|up to|not over|not above|no higher than|within|inside|no longer than|not longer than|in less than or|< =|no older than|not older than"),
    (">", r"more than|over|above|exceed|exceeding|exceeded|exceeds|great than|greater than|higher than|larger than|bigger than|long than|longer than|older than|beyond|in excess of|north of|better than|worth more than|for more than|for over|past|>"),
    ("<", r"less than|fewer than|under|below|lower than|shorter than|smaller than|younger than|worse than|south of|in under|inside of|worth less than|cheaper than|for less than|not even|<"),
    ("=", r"exactly|precisely|equal to|equals|equal"),
)  # fmt: skip
_AFTER: tuple[tuple[Operator, str], ...] = (
    (">=", r"or more|and more|or above|and above|or over|and over|plus|\+|or higher|or better|or longer|or older|upward|upwards|and up|or greater"),
    ("<=", r"or less|or fewer|or below|or under|or lower|and below|and under|or younger|or shorter|and less|max|at most|or worse"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A condition on a number: tokens `[start, end)` of canonical text, not yet attached."""

    operator: Operator
    value: float
    unit: str = ""
    """seconds, minutes, hours, days, weeks, months, years, money, percent, times, or unknown."""
    upper: float | None = None
    """The upper end of a range, included; `operator` is then `>=`."""
    comparative: str = ""
    """The adjective, where it tells what is measured (`older`, `longer`)."""

    def in_days(self) -> float | None:
        """Return the value in days, None when the unit is no fixed span of time."""
        factor = _DAYS.get(self.unit)
        return None if factor is None else self.value * factor


QUANTITY_PATTERNS: tuple[tuple[Operator, re.Pattern[str]], ...] = (
    *(
        (op, re.compile(rf"(?<!\S)(?:than |after |for )?(?P<op>{words}) (?:a |an )?(?:total of |score of |rating of |value of )?(?P<value>{_VALUE})(?P<scale>{_SCALE})(?: (?P<unit>{_UNIT}))?(?!\S)"))
        for op, words in _OPERATORS
    ),
    ("=", re.compile(r"(?<!\S)(?P<op>exactly|precisely|only|just) (?P<value>once|twice)(?!\S)")),
    (">=", re.compile(rf"(?<!\S)(?P<op>between|from) (?P<value>{_VALUE})(?P<scale>{_SCALE})(?: {_UNIT})? (?:and|to|-) (?P<upper>{_VALUE})(?: (?P<unit>{_UNIT}))?(?!\S)")),
    (">=", re.compile(rf"(?<!\S)(?P<op>aged|age|aged between|aged from) (?P<value>\d+) (?:and|to|-) (?P<upper>\d+)(?: (?P<unit>{_UNIT}))?(?!\S)")),
    *(
        (op, re.compile(rf"(?<!\S)(?P<op>)(?P<value>{_VALUE})(?P<scale>{_SCALE})(?: (?P<unit>{_UNIT}))? (?:{words})(?: (?P<unit2>{_UNIT}))?(?!\S)"))
        for op, words in _AFTER
    ),
)  # fmt: skip

NUMBERED = re.compile(
    r"(?<!\S)(?P<thing>customer|client|account|ticket|case|incident|campaign|product|service|experiment|order|test|article)"
    r"(?: (?:number|no|nr|id|with id|with the id|#))*(?: [.:#])? (?P<number>\d+)(?!\S)(?! (?:day|week|month|year|hour|minute|%|percent))"
)
"""`customer 1024`, `ticket no. 17`."""

LEVELS = re.compile(
    r"(?<!\S)(?P<word>severity|sev|s|tier|p|level)(?: (?:level|of|number))?(?: (?:is|be|=))? (?P<first>[1-4])"
    r"(?P<rest>(?:(?: (?:,|and|or|/|&|to|-|through|\+))+(?: (?:severity|sev|s|tier|p))? [1-4](?! (?:day|week|month|hour|minute)))*)(?: s)?(?!\S)"
)
"""`severity 1 and 2`, `tier 1`, `P1`."""


VARIANTS = re.compile(
    r"(?<!\S)(?:variant|version) (?P<first>a|b)(?: (?P<link>vs|versus|against|or|and|,|compared (?:with|to)) (?:variant |version )?(?P<second>a|b))?(?!\S)"
)
"""`variant A vs B`."""


def quantity_of(operator: Operator, match: re.Match[str]) -> Quantity | None:
    """Turn a match of `QUANTITY_PATTERNS` into a quantity, None when its number is none."""
    groups = match.groupdict()
    value = _value(groups["value"])
    if value is None:
        return None
    scale = (groups.get("scale") or "").strip()
    unit = UNITS.get(groups.get("unit") or groups.get("unit2") or "", "")
    if groups["value"] in {"a", "an"} and not unit:
        return None
    upper = _value(groups["upper"]) if groups.get("upper") else None
    return Quantity(
        operator=operator,
        value=value * _SCALES.get(scale, 1.0),
        unit=unit,
        upper=upper,
        comparative=(groups.get("op") or "").split(" ")[0],
    )


def _value(text: str) -> float | None:
    special = {
        "half an": 0.5,
        "a quarter of an": 0.25,
        "an": 1.0,
        "a": 1.0,
        "one and a half": 1.5,
        "once": 1.0,
        "twice": 2.0,
    }
    return special[text] if text in special else number_of(text)


def levels_of(match: re.Match[str]) -> tuple[int, ...]:
    """Return the levels that a match of `LEVELS` names; `1 to 3` is 1, 2, 3."""
    first = int(match["first"])
    others = [int(n) for n in re.findall(r"[1-4]", match["rest"])]
    if re.search(r" (?:to|-|through) ", match["rest"] + " ") and len(others) == 1:
        return tuple(range(min(first, others[0]), max(first, others[0]) + 1))
    return tuple(dict.fromkeys([first, *others]))
