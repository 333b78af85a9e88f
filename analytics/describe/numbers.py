"""Numbers as prose has them: units, thousands separators, two or three significant digits."""

from __future__ import annotations

import math
from typing import Final

from analytics.model import Unit

_SUFFIX: Final[dict[Unit, tuple[str, str]]] = {
    "hours": (" hour", " hours"),
    "minutes": (" minute", " minutes"),
    "seconds": (" second", " seconds"),
    "percent": (" %", " %"),
    "ms": (" ms", " ms"),
}
_SECONDS: Final[dict[Unit, int]] = {"hours": 3600, "minutes": 60, "seconds": 1}
_LONG_HOURS: Final = 100
"""From here on minutes are noise."""
_MILLION: Final = 1_000_000
_BILLION: Final = 1_000_000_000


def rounded(value: float, *, digits: int = 3) -> float:
    """Round to significant digits; 0, infinities and NaN stay as they are."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def plain_number(value: float) -> str:
    """Write a number with three significant digits and thousands separators.

    Examples
    --------
    >>> plain_number(1234.5), plain_number(0.0456), plain_number(1_234_567), plain_number(12)
    ('1,230', '0.0456', '1.23 million', '12')
    """
    short = rounded(float(value))
    for limit, word in ((_BILLION, " billion"), (_MILLION, " million")):
        if abs(short) >= limit:
            return _trimmed(rounded(short / limit)) + word
    return _trimmed(short)


def _trimmed(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if abs(value) >= 100 or value == int(value):
        text = f"{value:,.0f}"
    else:
        decimals = max(0, 2 - math.floor(math.log10(abs(value))))
        text = f"{value:,.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def percentage(fraction: float) -> str:
    """Write a fraction as a percentage with one decimal ("4.2 %")."""
    text = f"{fraction * 100:,.1f}"
    return f"{'0.0' if text == '-0.0' else text.replace('-', '−')} %"


def duration(value: float, unit: Unit) -> str:
    """Write a time in hours, minutes or seconds as people say it, in two units at most.

    Examples
    --------
    >>> duration(3.34, "hours"), duration(90, "minutes"), duration(45.24, "seconds")
    ('3 h 20 min', '1 h 30 min', '45.2 s')
    >>> duration(1234.5, "hours"), duration(0.005, "hours"), duration(320, "seconds")
    ('1,230 h', '18 s', '5 min 20 s')
    """
    if value == 0 or not math.isfinite(value):
        return (
            f"{_trimmed(value)} {'h' if unit == 'hours' else 'min' if unit == 'minutes' else 's'}"
        )
    sign = "−" if value < 0 else ""
    seconds = abs(value) * _SECONDS[unit]
    if rounded(seconds) < 60:
        return f"{sign}{plain_number(seconds)} s"
    if seconds < 600:
        return f"{sign}{_two(round(seconds), 'min', 's')}"
    minutes = round(seconds / 60)
    if minutes < _LONG_HOURS * 60:
        return f"{sign}{_two(minutes, 'h', 'min')}"
    return f"{sign}{plain_number(seconds / 3600)} h"


def _two(n: int, large: str, small: str) -> str:
    whole, rest = divmod(n, 60)
    parts = ((whole, large), (rest, small))
    return " ".join(f"{part} {unit}" for part, unit in parts if part)


def with_unit(value: float, unit: Unit | None, *, as_asked: bool = False) -> str:
    """Write a value in its unit: fractions as percentages, times in hours and minutes.

    `as_asked` keeps a time in its one unit: somebody asked for minutes.

    Examples
    --------
    >>> with_unit(0.1234, "fraction"), with_unit(1.5, "hours"), with_unit(5120, "count")
    ('12.3 %', '1 h 30 min', '5,120')
    >>> with_unit(90, "minutes", as_asked=True)
    '90 minutes'
    """
    if unit == "fraction":
        return percentage(value)
    if unit in _SECONDS and not as_asked:
        return duration(value, unit)
    text = plain_number(value)
    if unit in _SUFFIX:
        one, many = _SUFFIX[unit]
        return text + (one if text == "1" else many)
    return text
