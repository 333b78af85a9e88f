"""Which days a question about the future means.

As the past is read: "next week" is the whole calendar one after the current, "next 3 months" are
whole calendar ones, "next 30 days" begin with the as-of date; "this year" is its rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from analytics.analyses.answering import period_of_slot
from analytics.analyses.kind import Request
from analytics.errors import QuestionError
from analytics.language.calendar import add, unit_start
from analytics.model import Grain, Period

_UNIT = r"(?P<unit>day|week|month|quarter|year)"
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = rf"(?:{'|'.join(f'{m}|{m[:3]}' for m in _MONTHS)})"
_END_OF = re.compile(
    rf"\b(?:until|till|til|by|to|through|at|before|towards|up to)? ?(?:the )?(?:end|close) of "
    rf"(?:the |this )?(?:current )?(?:{_UNIT}|(?P<month>{_MONTH})|(?=\d{{4}}))"
    rf"(?: ?(?P<number>\d{{4}}))?\b"
)
_YEAR_END = re.compile(r"\b(?:year|month|quarter|week)[- ]end\b")
_REST = re.compile(rf"\b(?:rest|remainder|remaining part|balance) of (?:the |this )?{_UNIT}\b")
_THIS = re.compile(rf"\bthis {_UNIT}\b")
_ROLLING = re.compile(
    rf"\b(?:over|within|during|across) the (?:next|coming|following) {_UNIT}\b|"
    rf"\bwithin (?:a|one) (?P<within>day|week|month|quarter|year)\b"
)
_NEXT_ONE = re.compile(rf"\b(?:next|coming|following|upcoming) {_UNIT}\b")
_TOMORROW = re.compile(r"\btomorrow\b")
_LEARNT = re.compile(
    r"\b(?:based on|using|use|train\w*|learn\w*|learnt|since|data (?:from|of|since)|history|"
    r"from the data|fitted|starting from|only on|experience of)\b"
)
_BARE_MONTH = re.compile(rf"\b{_MONTH}\b(?! \d{{4}})")
_USUAL_MONTHS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Days asked about, and how they were found."""

    period: Period
    """Not before the as-of date, unless part of it has passed already."""
    unit: Grain
    """The length that the question speaks in."""
    learnt_from: Period | None
    """The days that the question limits the past to."""
    is_assumed: bool = False
    """Whether the question says nothing of how far ahead."""


def ahead_of(request: Request, as_of: date) -> Ahead:
    """Return the days of the future that a question is about.

    Raises
    ------
    QuestionError
        When they have passed.
    """
    text = " ".join(request.text.lower().split())
    given = period_of_slot(request)
    horizon = request.slots.get("horizon")
    if horizon is not None:
        count, unit = _count_and_unit(str(horizon))
        period, unit = _of_horizon(count, unit, text, as_of)
        return Ahead(period=period, unit=unit, learnt_from=given)
    told = _of_words(text, as_of)
    if told is not None:
        learnt = given if given is not None and _LEARNT.search(text) else None
        return Ahead(period=told[0], unit=told[1], learnt_from=learnt)
    if given is None:
        start = unit_start(as_of, "month")
        start = start if start == as_of else add(start, "month", 1)
        period = Period(start=start, end=add(start, "month", _USUAL_MONTHS))
        return Ahead(period=period, unit="month", learnt_from=None, is_assumed=True)
    return _of_period(given, text, as_of)


def _count_and_unit(horizon: str) -> tuple[int, Grain]:
    count, word = horizon.split()
    units: dict[str, Grain] = {"day": "day", "week": "week", "month": "month"}
    unit = units.get(word.removesuffix("s"))
    number = round(float(count))
    if unit is None or number < 1:
        raise QuestionError(f"{horizon} is no time ahead.", hint="Ask for days, weeks or months.")
    return number, unit


def _of_horizon(count: int, unit: Grain, text: str, as_of: date) -> tuple[Period, Grain]:
    if unit == "day":
        start = as_of + timedelta(days=1) if _TOMORROW.search(text) else as_of
        return Period(start=start, end=start + timedelta(days=count)), "day"
    rolling = _ROLLING.search(text)
    if rolling is not None:
        end = add(as_of, unit, count)
        return Period(start=as_of, end=end), "day" if unit == "week" else unit
    one = _NEXT_ONE.search(text)
    if one is not None and one["unit"] in ("week", "month", "quarter", "year"):
        whole = _grain(one["unit"])
        start = add(unit_start(as_of, whole), whole, 1)
        return Period(start=start, end=add(start, whole, 1)), unit
    start = unit_start(as_of, unit)
    start = start if start == as_of else add(start, unit, 1)
    return Period(start=start, end=add(start, unit, count)), unit


def _of_words(text: str, as_of: date) -> tuple[Period, Grain] | None:
    """Read "by the end of the year", "for the rest of the month", "this quarter"."""
    if (rest := _REST.search(text)) is not None:
        unit = _grain(rest["unit"])
        return Period(start=as_of, end=add(unit_start(as_of, unit), unit, 1)), _spoken(unit)
    if (end := _END_OF.search(text)) is not None:
        return _until(end, as_of)
    if (closing := _YEAR_END.search(text)) is not None:
        unit = _grain(re.split("[- ]", closing.group())[0])
        return Period(start=as_of, end=add(unit_start(as_of, unit), unit, 1)), _spoken(unit)
    if (this := _THIS.search(text)) is not None:
        unit = _grain(this["unit"])
        start = unit_start(as_of, unit)
        return Period(start=start, end=add(start, unit, 1)), _spoken(unit)
    return None


def _until(match: re.Match[str], as_of: date) -> tuple[Period, Grain]:
    if match["unit"] is not None:
        unit = _grain(match["unit"])
        if unit == "year" and match["number"]:
            end = date(int(match["number"]) + 1, 1, 1)
        else:
            end = add(unit_start(as_of, unit), unit, 1)
        return Period(start=as_of, end=end), _spoken(unit)
    if match["month"] is None:
        end = date(int(match["number"]) + 1, 1, 1)
        if end <= as_of:
            raise QuestionError(
                f"The data already reaches beyond {match['number']}.",
                hint="Ask for the figure itself.",
            )
        return Period(start=as_of, end=end), "month"
    month = next(i for i, name in enumerate(_MONTHS) if name.startswith(match["month"][:3])) + 1
    if match["number"]:
        first = date(int(match["number"]), month, 1)
    else:
        first = date(as_of.year, month, 1)
        first = first if add(first, "month", 1) > as_of else date(as_of.year + 1, month, 1)
    end = add(first, "month", 1)
    if end <= as_of:
        raise QuestionError(
            f"The data already reaches beyond {first:%B %Y}.", hint="Ask for the figure itself."
        )
    return Period(start=as_of, end=end), "month"


def _of_period(given: Period, text: str, as_of: date) -> Ahead:
    if given.start >= as_of:
        return Ahead(period=given, unit=_length(given), learnt_from=None)
    if _LEARNT.search(text):
        return _assumed(given, as_of)
    whole = _whole(given)
    if given.end >= as_of and whole.end > as_of:  # cut at the as-of date, as the past is
        return Ahead(period=whole, unit=_length(whole), learnt_from=None)
    if _BARE_MONTH.search(text) and not re.search(r"\b\d{4}\b", text):
        later = Period(start=add(given.start, "year", 1), end=add(given.end, "year", 1))
        if later.end > as_of:
            return Ahead(period=later, unit=_length(later), learnt_from=None)
    raise QuestionError(
        f"That time has passed: the data ends before {as_of.isoformat()}.",
        hint="Ask for the figure itself, or say how far ahead, such as the next 30 days.",
    )


def _assumed(learnt: Period, as_of: date) -> Ahead:
    start = unit_start(as_of, "month")
    start = start if start == as_of else add(start, "month", 1)
    period = Period(start=start, end=add(start, "month", _USUAL_MONTHS))
    return Ahead(period=period, unit="month", learnt_from=learnt, is_assumed=True)


def _whole(given: Period) -> Period:
    """Return the calendar unit that a period cut short belongs to, the longest that fits."""
    for unit in ("year", "quarter", "month", "week"):
        grain = _grain(unit)
        if unit_start(given.start, grain) == given.start:
            end = add(given.start, grain, 1)
            if end >= given.end:
                return Period(start=given.start, end=end)
    return given


def _length(period: Period) -> Grain:
    days = (period.end - period.start).days
    return "day" if days <= 31 else "month"


def _grain(word: str) -> Grain:
    found: dict[str, Grain] = {
        "day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year",
    }  # fmt: skip
    return found[word]


def _spoken(unit: Grain) -> Literal["day", "week", "month"]:
    """Return the length of steps that suits a unit."""
    return "day" if unit in ("day", "week", "month") else "month"
