"""Questions about movements between segments: who went where, and what they are worth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd

from analytics.analyses import answering
from analytics.analyses.kind import Context, Request
from analytics.analyses.segment_reading import (
    YEAR_DAYS,
    Asked,
    measured,
    read_buying,
    read_people,
    scored,
    with_buying,
)
from analytics.analyses.segment_words import NAMES, segments_in
from analytics.customers.rfm import SEGMENTS
from analytics.customers.segment_moves import (
    Ledger,
    Move,
    joined,
    ledger_of,
    most_at_stake,
    most_won,
)
from analytics.describe.dates import day_in_words
from analytics.errors import QuestionError
from analytics.language.calendar import add
from analytics.model import Cell, Chart, Check, Column, Filter, Finding, InsightOutcome, Receipt

_SUGGESTIONS: Final = (
    "How did customers move between segments last quarter?",
    "How many champions did we lose in 2025?",
    "Segment our customers",
)
_TOP: Final = 10
_SHIFTED: Final = 0.1
"""Share of customers in another segment by the later yardstick from which the answer says so."""
_LISTS: Final = re.compile(r"^\W*(?:who|which customers|list|name|show me the customers)\b")
_INTO: Final = re.compile(
    rf"\b(?:became|become|becoming|gain(?:ed|s)?|join(?:ed)?|upgraded|promoted|enter(?:ed)?|"
    rf"reach(?:ed)?|rose|climbed|turned|(?:in)?to (?:the |our |being )?(?:{NAMES}))\b"
)
_OUT: Final = re.compile(
    rf"\b(?:left|leave|lose|lost|losing|slip\w*|fell|fall\w*|drop\w*|former|out of|came back|"
    rf"come back|woke|return\w*|reactivated|no longer|downgraded|demoted|go|went|"
    rf"from (?:the |our |being )?(?:{NAMES}))\b"
)
_SIZES: Final = re.compile(
    r"\b(?:which|what) segments?\b.*\b(?:lost|lose|shrank|shrunk|shrinking|gain\w*|grew|grow\w*)\b|"
    r"\b(?:which|what) segments?\b.*\b(?:bigger|smaller|larger)\b|\bsegment sizes?\b|"
    r"\bsegments? (?:grow|grew|shrink|shrank|grown|shrunk)\b"
)
_DIRECTIONS: Final = re.compile(
    r"\b(?:up|down|upwards?|downwards?|better|worse|higher|lower|upgrade\w*|downgrade\w*|"
    r"climb\w*|slip\w*|improve\w*|decline\w*)\b"
)
_NOT_SPLIT: Final = {
    "dimension": "Movements between segments are not split further; name a condition, such as one "
    "region, or two periods."
}
_COLUMNS: Final = (
    Column(name="before", label="From"),
    Column(name="after", label="To"),
    Column(name="customers", label="Customers", unit="count"),
    Column(name="share", label="Of those who were there", unit="fraction"),
    Column(name="direction", label="Direction"),
    Column(name="revenue_before", label="Their revenue, year before", unit="money"),
    Column(name="revenue_after", label="Their revenue, year to the end", unit="money"),
)
_PEOPLE: Final = (
    Column(name="customer", label="Customer"),
    Column(name="customer_id", label="Customer id"),
    Column(name="before", label="From"),
    Column(name="after", label="To"),
    Column(name="revenue_before", label="Revenue, year before", unit="money"),
    Column(name="revenue_after", label="Revenue, year to the end", unit="money"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Which movements a question is about; None is any."""

    before: str | None
    after: str | None
    either: str | None
    """A segment whose comings and goings are both wanted."""
    directions: bool

    def takes(self, before: str, after: str) -> bool:
        """Say whether a movement is one of them; staying is none where a segment is named."""
        if self.either is not None:
            return before != after and self.either in (before, after)
        named = self.before is not None or self.after is not None
        if named and before == after:
            return False
        return self.before in (None, before) and self.after in (None, after)


def run_migration(request: Request, context: Context) -> InsightOutcome:
    """Tell who moved between segments from one day to another."""
    return answering.answered_by(_run, request, context, _SUGGESTIONS)


def _run(request: Request, context: Context) -> Finding:
    answering.refuse_slots(request, _NOT_SPLIT)
    filters = answering.filters_for(request, "customers", context.catalogue)
    then, now = _days(request, context)
    both, sql = _moved(context, (then, now), filters)
    ledger = ledger_of(both)
    wanted = _wanted(request.text)
    kept = [move for move in ledger.moves if wanted.takes(move.before, move.after)]
    shown = [move for move in kept if move.customers >= answering.LEAST_GROUP]
    facts: dict[str, Any] = {
        "then": then, "now": now, "ledger": ledger, "wanted": wanted, "kept": kept,
        "stake": most_at_stake(shown), "won": most_won(shown),
        "n_kept": sum(move.customers for move in kept),
        "n_small": len(kept) - len(shown), "least": answering.LEAST_GROUP,
        "n_few": sum(move.customers for move in kept) - sum(move.customers for move in shown),
        "is_shifted": ledger.n_redefined > _SHIFTED * ledger.n_after,
        "by_size": _by_size(_sizes(ledger)) if _SIZES.search(request.text.lower()) else [],
        "sizes": _sizes(ledger), "is_cut": answering.is_cut(request, context),
        "largest": sorted(shown, key=lambda m: (-m.customers, m.before, m.after)),
        "revenue_before": sum(move.revenue_before for move in kept),
        "revenue_after": sum(move.revenue_after for move in kept),
    }  # fmt: skip
    is_one_way = wanted.before is not None or wanted.after is not None
    if is_one_way and _LISTS.match(request.text.lower()) and shown:
        return _people(request, context, both, (facts, filters, sql))
    rows: list[tuple[Cell, ...]] = [_row(move) for move in shown]
    if "top_n" in request.slots:
        ranked = [move for move in facts["largest"] if move.direction in {"up", "down", "left"}]
        rows = [_row(move) for move in ranked[: answering.number_slot(request, "top_n", _TOP)]]
    chart = Chart(
        kind="heatmap" if len(rows) > 1 else "table",
        title=f"Customers by segment, {day_in_words(then)} to {day_in_words(now)}",
        x="after",
        y=("customers",),
        series="before",
        unit="count",
    )
    return _finding(context, facts, (_COLUMNS, rows, chart), (filters, sql))


def _days(request: Request, context: Context) -> tuple[date, date]:
    """Return the two days that are compared: the ends of the periods, each itself not seen."""
    period = answering.period_of_slot(request)
    before = answering.period_of_slot(request, "compare_to")
    now = min(period.end, context.as_of) if period is not None else context.as_of
    if before is not None:
        then = before.end
    else:
        then = period.start if period is not None else add(context.as_of, "month", -3)
    if then >= now:
        raise QuestionError(
            f"From {day_in_words(then)} to {day_in_words(now)} nobody can have moved.",
            hint="Name a period, or two of them, before the data ends.",
        )
    return then, now


def _moved(
    context: Context, days: tuple[date, date], filters: tuple[Filter, ...]
) -> tuple[pd.DataFrame, str]:
    """Segment the customers of both days by the yardstick of the earlier one."""
    year = timedelta(days=YEAR_DAYS)
    told, sql = [], ""
    yardstick = None
    for day in days:
        asked = Asked(day=day, start=day - year, filters=filters)
        buying, sql = read_buying(context, asked)
        if buying.empty:
            raise QuestionError(
                f"There are no completed orders before {day_in_words(day)}.",
                hint="Name a later period.",
            )
        people = with_buying(read_people(context, asked), buying)
        own = measured(buying)
        yardstick = yardstick or own
        told.append((people.assign(segment=scored(people, yardstick).names),
                     scored(people, own).names))  # fmt: skip
    (before, _), (after, redefined) = told
    return joined(before, after, redefined), sql


def _wanted(text: str) -> _Wanted:
    """Read which segments are left and which are reached."""
    lowered = text.lower()
    named = segments_in(lowered)
    turns = bool(_DIRECTIONS.search(lowered))
    if len(named) >= 2:
        backwards = re.search(r"\bto\b.*\bfrom\b", lowered) is not None
        first, second = (named[1], named[0]) if backwards else (named[0], named[1])
        return _Wanted(before=first, after=second, either=None, directions=False)
    if not named:
        return _Wanted(before=None, after=None, either=None, directions=turns)
    out, into = _OUT.search(lowered), _INTO.search(lowered)
    one = named[0]
    if into and (out is None or re.match(r"(?:in)?to ", into[0])):
        return _Wanted(before=None, after=one, either=None, directions=False)
    if out:
        return _Wanted(before=one, after=None, either=None, directions=False)
    return _Wanted(before=None, after=None, either=one, directions=False)


def _sizes(ledger: Ledger) -> dict[str, tuple[int, int]]:
    """Return how many were in each segment on either day."""
    found: dict[str, tuple[int, int]] = {}
    for move in ledger.moves:
        for name, place in ((move.before, 0), (move.after, 1)):
            old = found.get(name, (0, 0))
            add_here = (move.customers, 0) if place == 0 else (0, move.customers)
            found[name] = (old[0] + add_here[0], old[1] + add_here[1])
    return found


def _by_size(sizes: dict[str, tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Return the segments with their sizes, the one that shrank most first."""
    told = [(name, *sizes[name]) for name in SEGMENTS if name in sizes]
    return sorted(told, key=lambda each: (each[2] - each[1], SEGMENTS.index(each[0])))


def _row(move: Move) -> tuple[Cell, ...]:
    return (move.before, move.after, move.customers, move.share, move.direction,
            move.revenue_before, move.revenue_after)  # fmt: skip


def _people(
    request: Request,
    context: Context,
    both: pd.DataFrame,
    ground: tuple[dict[str, Any], tuple[Filter, ...], str],
) -> Finding:
    """List the customers of one movement, those who brought most first."""
    facts, filters, sql = ground
    wanted: _Wanted = facts["wanted"]
    pairs = zip(both["before"], both["after"], strict=True)
    mine = both[[wanted.takes(before, after) for before, after in pairs]]
    mine = mine.sort_values(["revenue_before", "customer_id"], ascending=[False, True])
    first = mine.head(answering.number_slot(request, "top_n", _TOP))
    rows: list[tuple[Cell, ...]] = [
        (answering.cell_text(row["customer"]), int(row["customer_id"]), row["before"], row["after"],
         float(row["revenue_before"]), float(row["revenue_after"]))
        for row in first.to_dict("records")
    ]  # fmt: skip
    chart = Chart(
        kind="ranked",
        title=f"From {wanted.before or 'any'} to {wanted.after or 'any'}: revenue before",
        x="customer",
        y=("revenue_before",),
        unit="money",
    )
    return _finding(context, facts, (_PEOPLE, rows, chart), (filters, sql))


def _finding(
    context: Context,
    facts: dict[str, Any],
    shown: tuple[tuple[Column, ...], list[tuple[Cell, ...]], Chart],
    ground: tuple[tuple[Filter, ...], str],
) -> Finding:
    columns, rows, chart = shown
    filters, sql = ground
    ledger: Ledger = facts["ledger"]
    notes = _say("notes", **facts)
    wanted: _Wanted = facts["wanted"]
    named = [name for name in (wanted.before, wanted.after, wanted.either) if name is not None]
    return Finding(
        analysis="segment_migration",
        text=_say("text", n_listed=len(rows) if columns is _PEOPLE else 0, **facts),
        columns=columns,
        rows=tuple(rows),
        chart=chart,
        receipt=Receipt(
            definition=_say("definition", **facts),
            period=f"{day_in_words(facts['then'])} to {day_in_words(facts['now'])}",
            filters=answering.filter_words(filters, context.catalogue),
            sql=sql,
            n_rows=len(rows),
            as_of=context.as_of,
            notes=tuple(line for line in notes.splitlines() if line.strip()),
            checks=(Check(kind="groups", text=_say("check", **facts)),) if ledger.adds_up else (),
            is_partial=bool(facts["is_cut"]),
        ),
        slots={"group": named} if named else {},
    )


def _say(part: str, **values: object) -> str:
    return answering.say("segment_migration.md.j2", part=part, **values)
