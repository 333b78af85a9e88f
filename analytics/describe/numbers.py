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


def with_unit(value: float, unit: Unit | None) -> str:
    """Write a value in its unit: fractions as percentages, times with their word.

    Examples
    --------
    >>> with_unit(0.1234, "fraction"), with_unit(1, "hours"), with_unit(5120, "count")
    ('12.3 %', '1 hour', '5,120')
    """
    if unit == "fraction":
        return percentage(value)
    text = plain_number(value)
    if unit in _SUFFIX:
        one, many = _SUFFIX[unit]
        return text + (one if text == "1" else many)
    return text
