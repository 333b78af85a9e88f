# ruff: noqa: E501 - one pattern a line, however long
"""Time expressions of a question: a closed grammar with the conventions of the metric definitions.

Single periods come from `atoms`; here they are joined (`from A to B`, `since A`, `A and B`), and
grains (`by month`), comparisons (`a year earlier`) and horizons (`next 4 weeks`) are found.
What is not in the grammar is not a time expression: its words stay unexplained.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from analytics.language.atoms import (
    LONG_UNIT,
    NUMBER,
    ORDINAL,
    UNIT_WORDS,
    Atom,
    count_of,
    ordinal_of,
)
from analytics.language.calendar import (
    BEGINNING,
    Unit,
    add,
    clipped,
    unit_start,
    whole,
    whole_unit_of,
)
from analytics.language.moments import TimeKind, TimeMatch, matched
from analytics.language.pieces import pieces_of, same_unit, with_years
from analytics.language.relative import LATE, RELATIVE, SAME_TIME
from analytics.language.text import Token, canonical, tokenize
from analytics.model import Period

_Build = Callable[[re.Match[str], list[Atom], date], TimeMatch | None]


def find_times(
    tokens: tuple[Token, ...], as_of: date, fiscal_month: int | None = None
) -> tuple[TimeMatch, ...]:
    """Return the time expressions of a question in order, without overlap.

    Parameters
    ----------
    tokens
        The question, spelling corrected; empty gives no match.
    as_of
        The first day that is not seen.
    fiscal_month
        Month in which the fiscal year begins; None: the word means nothing.
    """
    taken = _same_times(tokens)
    spans = [(found.start, found.end) for found in taken]
    pieces = with_years(pieces_of(tokens, as_of, spans, fiscal_month), as_of)
    text = " ".join(piece.symbol for piece in pieces)
    for pattern, build in _JOINS:
        for match in pattern.finditer(text):
            first = text.count(" ", 0, match.start())
            last = first + match.group().count(" ") + 1
            start, end = pieces[first].start, pieces[last - 1].end
            if any(start < other.end and end > other.start for other in taken):
                continue
            atoms = [p.atom for p in pieces[first:last] if p.atom is not None]
            built = _built(build, match, atoms, as_of)
            if built is not None:
                taken.append(replace(built, start=start, end=end))
    return tuple(sorted(taken, key=lambda found: found.start))


def _built(build: _Build, match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch | None:
    """Build an expression; one made of open dates has a reading for each way to read them."""
    n = max((len(a.readings) for a in atoms), default=0)
    if n < 2 or build is _single:
        return build(match, atoms, as_of)
    found = []
    for i in range(n):
        read = [replace(a, period=a.readings[i], readings=()) if a.readings else a for a in atoms]
        found.append(build(match, read, as_of))
    first = next((f for f in found if f is not None), None)
    periods = [p for f in found if f is not None for p in (f.readings or (f.period,)) if p]
    if first is None or not periods:
        return first
    return replace(first, readings=tuple(dict.fromkeys(periods)) if len(periods) > 1 else ())


def times_in(text: str, as_of: date, fiscal_month: int | None = None) -> tuple[TimeMatch, ...]:
    """Return the time expressions of a text as it was typed."""
    return find_times(tokenize(text), as_of, fiscal_month)


# --- single periods as symbols ---------------------------------------------------------------


def _same_times(tokens: tuple[Token, ...]) -> list[TimeMatch]:
    text = canonical(tokens)
    spans = [text.span(*match.span()) for match in _SAME_TIME.finditer(text.text)]
    return [TimeMatch(start=a, end=b, kind="shift", unit="year") for a, b in spans]


def _range(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch | None:
    first, last = atoms[0].period, atoms[1].period
    if first.start >= last.end:
        backwards = match.group().startswith("between") and same_unit(first, last)
        return _list(match, atoms, as_of) if backwards else None
    relative = any(a.floating is not None for a in atoms)
    near = atoms[0].beside or first
    ends = (clipped(near, as_of), clipped(last, as_of)) if same_unit(near, last) else ()
    return matched(Period(start=first.start, end=last.end), as_of, relative=relative, ends=ends)


def _end_to_end(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch | None:
    first, last = atoms[0].beside or atoms[0].period, atoms[1].period
    if first.start >= last.start:
        return None
    ends = (clipped(first, as_of), clipped(last, as_of))
    return matched(Period(start=first.end, end=last.end), as_of, ends=ends, snapshot=True)


def _since(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch:
    if atoms[0].is_past and match.group().startswith("from") and match.group().endswith("@"):
        return matched(atoms[0].period, as_of)  # "the revenue from last month"
    since = matched(Period(start=min(atoms[0].period.start, as_of), end=as_of), as_of, to_date=True)
    named = clipped(atoms[0].period, as_of)
    if match.group() != "from @" or atoms[0].readings or named.end >= as_of:
        return since
    # "revenue from March": that of March, or all since; the rest of the question may tell.
    return replace(
        since, readings=tuple(p for p in (since.period, named) if p is not None), is_from=True
    )


def _after(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch:
    return matched(Period(start=min(atoms[0].period.end, as_of), end=as_of), as_of, to_date=True)


def _after_end(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch:
    ends = (clipped(atoms[0].period, as_of),)
    start = min(atoms[0].period.end, as_of)
    return matched(Period(start=start, end=as_of), as_of, to_date=True, ends=ends)


def _before(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch:
    return matched(Period(start=BEGINNING, end=atoms[0].period.start), as_of)


def _until(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch:
    return matched(Period(start=BEGINNING, end=atoms[0].period.end), as_of)


def _list(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch | None:
    parts = tuple(sorted((a.period for a in atoms), key=lambda p: p.start))
    units = {whole_unit_of(p) for p in parts}
    made_of = next(iter(units))
    if len(units) != 1 or made_of is None or made_of[1] != 1:
        return None
    seen = tuple(clipped(p, as_of) for p in parts)
    follow_on = all(a.end == b.start for a, b in pairwise(parts))
    period = Period(start=parts[0].start, end=parts[-1].end) if follow_on else None
    return TimeMatch(
        start=0,
        end=0,
        kind="period",
        period=clipped(period, as_of) if period else None,
        parts=seen,
        unit=made_of[0],
        snapshot="end" in match.group().split(),
    )


def _part_of(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch | None:
    whole_period = atoms[0].period
    unit = UNIT_WORDS[match["unit"]]
    count = count_of(match["count"]) if match["count"] else 1
    ordinal = ordinal_of(match["ordinal"])
    if count is None or (ordinal not in {1, -1} and match["count"]):
        return None
    if ordinal < 0:
        end = whole_period.end if unit != "week" else unit_start(whole_period.end, "week")
        start = add(end, unit, -count)
    else:
        start = unit_start(whole_period.start, unit)
        if start < whole_period.start:
            start = add(start, unit, 1)
        start = add(start, unit, ordinal - 1)
        end = add(start, unit, count)
    if start < whole_period.start or end > whole_period.end:
        return None
    return matched(Period(start=start, end=end), as_of)


def _at_end(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch:
    return matched(atoms[0].period, as_of, snapshot=True)


def _end_of_current(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch:
    unit = UNIT_WORDS[match["unit"]]
    end = unit_start(as_of, unit)
    return matched(Period(start=add(end, unit, -1), end=end), as_of, snapshot=True)


def _ending(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch | None:
    """`the 12 months to May 2026`, `the 30 days before 1 June`."""
    unit, count = UNIT_WORDS[match["unit"]], count_of(match["count"])
    named = clipped(atoms[0].period, as_of)
    end = named.start if match["link"] in _BEFORE else named.end
    if count is None or (unit not in {"day", "week"} and unit_start(end, unit) != end):
        return None
    return matched(Period(start=add(end, unit, -count), end=end), as_of)


def _following(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch | None:
    """`the two weeks after 10 May`, `the six months from January 2025`."""
    unit, count = UNIT_WORDS[match["unit"]], count_of(match["count"])
    start = atoms[0].period.end if match["link"] in _AFTER else atoms[0].period.start
    if count is None or start >= as_of:
        return None
    return matched(Period(start=start, end=add(start, unit, count)), as_of)


def _at_start(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch | None:
    """`at the start of 2025`: what there was when it began."""
    start = atoms[0].period.start
    before = Period(start=start - timedelta(days=1), end=start)
    return TimeMatch(start=0, end=0, kind="period", period=before, snapshot=True, opening=True)


def _week_of(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch | None:
    start = atoms[0].period.start
    if (atoms[0].period.end - start).days != 1:
        return None
    monday = unit_start(start, "week")
    return matched(Period(start=monday, end=add(monday, "week", 1)), as_of)


def _single(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch:
    atom = atoms[0]
    if atom.period.start == atom.period.end == as_of and match.group("single") == "@":
        return TimeMatch(start=0, end=0, kind="period", period=atom.period, to_date=atom.to_date)
    return matched(
        atom.period,
        as_of,
        reference=atom.reference is not None,
        unit=atom.reference,
        to_date=atom.to_date,
        spoken_to_date=atom.spoken or (atom.to_date and match.group().endswith(_SO_FAR)),
        readings=tuple(clipped(p, as_of) for p in atom.readings),
        relative=atom.floating is not None,
    )


def _same_time_in(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch | None:
    made_of = whole_unit_of(atoms[0].period)
    if made_of != ("year", 1):
        return None
    return TimeMatch(start=0, end=0, kind="shift", unit="year", period=atoms[0].period)


def _relative(match: re.Match[str], atoms: list[Atom], as_of: date) -> TimeMatch | None:
    groups = match.groupdict()
    kind: TimeKind = next(
        k for k in ("shift", "grain", "horizon", "everything", "now") if k in groups
    )
    unit, count = _unit_and_count(groups)
    if count is None:
        return None
    if kind == "horizon" and unit in {"quarter", "half", "year"}:
        count, unit = count * {"quarter": 3, "half": 6, "year": 12}[unit], "month"
    alone = None
    if kind == "shift" and unit is not None and match.group().endswith(" ago"):
        alone = whole(add(unit_start(as_of, unit), unit, -count), unit)
    return TimeMatch(start=0, end=0, kind=kind, unit=unit, count=count, alone=alone)


def _unit_and_count(groups: dict[str, str | None]) -> tuple[Unit | None, int | None]:
    word = groups.get("unit") or groups.get("unit2") or ""
    adverbs: dict[str, Unit] = {
        "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter",
        "yearly": "year", "annual": "year", "annually": "year", "tomorrow": "day",
        "yoy": "year", "mom": "month", "qoq": "quarter", "wow": "week", "dod": "day",
    }  # fmt: skip
    unit = adverbs.get(word) or UNIT_WORDS.get(word)
    count = count_of(groups.get("count")) if groups.get("count") else 1
    return unit, count


_SAME_TIME = re.compile(rf"(?<!\S){SAME_TIME}(?!\S)")

_BEFORE = ("before", "prior to", "leading up to")
_AFTER = ("after", "following")
_SO_FAR = ("so far", "to date", "until now", "up to now")

_FILL = r"(?:(?:on|in|during|for|over|within|throughout|as of|as at|by|per|at) )?"

_TAIL = r"(?: (?:so far|to date|until now|up to now|onward|onwards|inclusive|included))?"

_JOINS: tuple[tuple[re.Pattern[str], _Build], ...] = (
    (re.compile(r"(?<!\S)(?:since|after|from) (?:the )?end of @(?!\S)"), _after_end),
    (
        re.compile(r"(?<!\S)(?:between|from) (?:the )?end of @ (?:and|to) (?:the )?end of @(?!\S)"),
        _end_to_end,
    ),
    (
        re.compile(
            r"(?<!\S)(?:the |that )?same (?:period|time|month|quarter|week|day) (?:of|in|during) @(?!\S)"
        ),
        _same_time_in,
    ),
    (
        re.compile(
            rf"(?<!\S)(?:in |over |during |for )?(?:the )?(?:last )?(?P<count>{NUMBER}) (?P<unit>{LONG_UNIT}) (?P<link>to|ending|ended|up to|until|till|through|leading up to|before|prior to)(?: on| in| with)?(?: and including)?(?: the end of)? @(?!\S)"
        ),
        _ending,
    ),
    (
        re.compile(
            rf"(?<!\S)(?:in |over |during |for )?(?:the )?(?:first )?(?P<count>{NUMBER}) (?P<unit>{LONG_UNIT}) (?P<link>after|following|from|starting|beginning)(?: on| in| with)? @(?!\S)"
        ),
        _following,
    ),
    (re.compile(r"(?<!\S)at (?:the )?(?:very )?(?:start|beginning) of @(?!\S)"), _at_start),
    *((re.compile(rf"(?<!\S){pattern}(?!\S)"), _relative) for pattern in RELATIVE),
    (
        re.compile(
            rf"(?<!\S)(?:the )?(?P<ordinal>{ORDINAL}) (?:(?P<count>{NUMBER}) )?(?P<unit>{LONG_UNIT}) (?:of|in) @(?!\S)"
        ),
        _part_of,
    ),
    (
        re.compile(
            r"(?<!\S)(?:the )?(?:week|wk) (?:of|commencing|starting|beginning|from) @(?!\S)"
        ),
        _week_of,
    ),
    (re.compile(r"(?<!\S)(?:in |during |over )?(?:the )?@ week(?!\S)"), _week_of),
    (
        re.compile(
            r"(?<!\S)(?:at |by )?(?:the )?(?:end|close) of @(?:(?: ,| and| &| , and)+ (?:at |by )?(?:the )?(?:end|close) of @)+(?!\S)"
        ),
        _list,
    ),
    (
        re.compile(
            r"(?<!\S)(?:at )?(?:the )?(?:end|close) of @(?:(?: ,| and| &| , and)+ @)+(?!\S)"
        ),
        _list,
    ),
    (re.compile(r"(?<!\S)(?:between|from) @ and @(?: inclusive)?(?!\S)"), _range),
    (
        re.compile(
            r"(?<!\S)(?:from )?(?:the )?(?:(?:start|beginning) of )?@ (?:to|-|until|till|through|up to) (?:and including )?(?:the end of )?@(?: inclusive)?(?!\S)"
        ),
        _range,
    ),
    (
        re.compile(
            r"(?<!\S)(?<!different )(?<!differ )(?<!differs )(?<!up )(?<!down )(?<!change )(?<!changed )(?:since|starting|from) (?:the )?(?:(?:start|beginning) of )?@(?: on| onward| onwards)?(?: (?:to|until|till) (?:now|date|today))?(?!\S)"
        ),
        _since,
    ),
    (
        re.compile(
            r"(?<!\S)(?:between|from) (?:the (?:start|beginning) of )?@ (?:and|to|until|till|up to) (?:right )?(?:now|date|the present)(?!\S)"
        ),
        _since,
    ),
    (re.compile(r"(?<!\S)(?:after) (?:the end of )?@(?!\S)"), _after),
    (re.compile(r"(?<!\S)(?:before|prior to) (?:the (?:start|beginning) of )?@(?!\S)"), _before),
    (
        re.compile(
            r"(?<!\S)(?:until|till|up to|up until|through|up to and including) (?:the end of )?@(?!\S)"
        ),
        _until,
    ),
    (
        re.compile(
            r"(?<!\S)(?:(?:at|by|as of|as at) )?(?:the )?(?:(?:very )?(?:end|close) of|year end|month end|quarter end|end) (?:of )?@(?!\S)"
        ),
        _at_end,
    ),
    (re.compile(r"(?<!\S)(?:at )?@ (?:year end|month end|quarter end)(?!\S)"), _at_end),
    (
        re.compile(r"(?<!\S)(?:at|by) (?:the )?(?:last )?(?P<unit>year|month|quarter) end(?!\S)"),
        _end_of_current,
    ),
    (re.compile(r"(?<!\S)(?:as of|as at) @(?!\S)"), _at_end),
    (re.compile(r"(?<!\S)@(?:(?: ,| and| &| /| , and| or)+ @)+(?!\S)"), _list),
    (re.compile(rf"(?<!\S){_FILL}(?:from |between |on |in )?(?P<single>@@){_TAIL}(?!\S)"), _single),
    (re.compile(rf"(?<!\S){_FILL}(?P<single>@){_TAIL}(?!\S)"), _single),
    *((re.compile(rf"(?<!\S){pattern}(?!\S)"), _relative) for pattern in LATE),
)
"""Patterns over words and `@` (a single period), most specific first."""
