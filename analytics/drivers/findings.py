"""A change in words: the sentence, the table, the bars, the receipt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from analytics.describe.dates import day_in_words, days_in_words
from analytics.describe.numbers import percentage, with_unit
from analytics.describe.phrases import filter_words, group_words, lower_start
from analytics.drivers.explain import Explanation
from analytics.drivers.parts import Member, Part
from analytics.drivers.ranking import LEAST_ROWS, folded
from analytics.errors import QueryError
from analytics.model import Cell, Chart, Column, Finding, Period, Receipt, Unit

Direction = Literal["up", "down", "same"]
N_ROWS: Final = 15
_MOST_NAMED: Final = 5
_MOST_TIMES: Final = 10
"""A rise by more is not told in percent."""
_CALENDAR_GAP_DAYS: Final = 3


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the templates. Markdown, not HTML: pages escape HTML."""
    return Environment(
        loader=PackageLoader("analytics.drivers", "templates"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
    )


def note(name: str, *values: object) -> str:
    """Write one sentence of notes.md.j2."""
    return str(getattr(environment().get_template("notes.md.j2").module, name)(*values)).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How the question put it."""

    direction: Direction | None = None
    """What it takes for granted ("why did it drop"); None when it says neither."""
    assumed: str = ""
    """What had to be assumed, as a sentence."""


def change_finding(explanation: Explanation, asked: Asked) -> Finding:
    """Describe an explained change.

    Raises
    ------
    QueryError
        When the parts do not add up to the change; the number is then withheld.
    """
    e, words = explanation, _Words(explanation)
    shown = _shown(e)
    _require_exact(e)
    columns, rows = _table(e, words, shown)
    title = f"{e.shape.metric.label}, {words.sides}"
    return Finding(
        analysis="change_drivers",
        text=_text(e, words, asked),
        columns=columns,
        rows=rows,
        chart=Chart(
            kind="bar" if e.chosen and rows else "table",
            title=title,
            x=columns[0].name,
            y=("change",),
            unit=e.shape.metric.unit,
        ),
        receipt=Receipt(
            definition=f"{e.shape.metric.label}: {e.shape.metric.definition}",
            period=words.sides,
            filters=filter_words(e.comparison.filters, e.shape.catalogue),
            sql=e.chosen.sql if e.chosen else "",
            n_rows=len(rows),
            as_of=e.comparison.as_of,
            notes=_notes(e, words, shown),
        ),
        slots=_slots(e),
    )


def _require_exact(e: Explanation) -> None:
    if e.chosen is None or e.overlapping:
        return
    gap = math.fsum(p.effect for p in e.chosen.parts) - e.change
    if abs(gap) > 1e-6 + 1e-9 * max(abs(e.now), abs(e.before)):
        raise QueryError(
            f"The parts of {e.shape.metric.label.lower()} by {e.chosen.dimension} miss the change "
            f"by {gap:g}, so they are not shown.",
            hint="Ask for the two numbers alone, and report this question.",
        )


class _Words:
    """The words for values, groups and sides of one explanation."""

    def __init__(self, e: Explanation) -> None:
        self._e = e
        self.unit: Unit = e.shape.metric.unit
        chosen = e.chosen.dimension if e.chosen else None
        self.dimension = e.shape.catalogue.dimension(chosen) if chosen else None

    @property
    def sides(self) -> str:
        """Both periods with exact dates, or the one of both groups."""
        c = self._e.comparison
        now = _days(c.now.period)
        if c.is_of_groups:
            return now
        return f"{now} against {_days(c.before.period)}"

    def value(self, number: float) -> str:
        return with_unit(number, self.unit)

    def signed(self, number: float) -> str:
        """Return a change with its sign; of a rate in points."""
        shown = self.points(abs(number))
        return f"{'+' if number >= 0 else '−'}{shown}"

    def points(self, number: float) -> str:
        if self.unit == "fraction":
            digits = 1 if abs(number) >= 0.001 else 2
            return f"{number * 100:.{digits}f} percentage points"
        return self.value(number)

    def size(self, before: float, now: float) -> str:
        """Return how far apart two values are, without the direction."""
        if self.unit == "fraction" or before <= 0 or now < 0:
            return self.points(abs(now - before))
        return percentage(abs(now / before - 1))

    def move(self, before: float, now: float) -> str:
        """Return a change in brackets, as far as it can be told."""
        if self.unit == "fraction" or before <= 0 or now > _MOST_TIMES * before:
            return ""
        return f" ({'+' if now >= before else '−'}{percentage(abs(now / before - 1))})"

    def group(self, member: Member, *, alone: bool = False) -> str:
        """Name a group with what it is a group of ("region North")."""
        if member.kind == "folded":
            return note("others", member.n_folded)
        if member.kind == "outside" or self.dimension is None:
            return note("in_no_group")
        return named(member.key, self.dimension, alone=alone)


def named(key: Cell, dimension: object, *, alone: bool = False) -> str:
    """Name a group with what it is a group of, unless its value says so."""
    from analytics.catalogue import Dimension

    assert isinstance(dimension, Dimension)
    words = group_words(key, dimension, alone=alone)
    if key is None or isinstance(key, bool) or dimension.kind == "entity":
        return words
    label = dimension.label if alone else lower_start(dimension.label)
    return words if words.lower().startswith(label.lower()) else f"{label} {words}"


def _days(period: Period) -> str:
    return days_in_words(period.start, period.end)


def _value_of(member: Member, *, now: bool) -> float | None:
    value, weight = (
        (member.now, member.weight_now) if now else (member.before, member.weight_before)
    )
    return value / weight if weight else None


def _text(e: Explanation, words: _Words, asked: Asked) -> str:
    direction: Direction = "same" if e.change == 0 else "up" if e.change > 0 else "down"
    verb = {"up": "rose", "down": "fell", "same": ""}[direction]
    wrong = asked.direction not in (None, direction) and not e.comparison.is_of_groups
    named_groups = [e.comparison.now.label, e.comparison.before.label]
    chosen = e.chosen
    leaders = chosen.leaders if chosen and chosen.stands_out and not e.overlapping else ()
    filters = filter_words(e.comparison.filters, e.shape.catalogue)
    answer: dict[str, object] = {
        "label": e.shape.metric.label,
        "pronoun": "they" if e.shape.metric.label.endswith("s") else "it",
        "direction": direction,
        "verb": verb,
        "noun": {"up": "rise", "down": "fall", "same": ""}[direction]
        if not e.comparison.is_of_groups
        else "difference",
        "denied": {"up": "rise", "down": "fall"}.get(asked.direction or "", "") if wrong else "",
        "groups": named_groups if e.comparison.is_of_groups else [],
        "size": words.size(e.before, e.now),
        "before": words.value(e.before),
        "now": words.value(e.now),
        "sides": words.sides,
        "scope": f", for {', '.join(filters)}" if filters else "",
        "dimension": lower_start(words.dimension.label) if words.dimension else "",
        "is_asked": e.is_asked,
        "n_tried": e.n_tried,
        "overlapping": e.overlapping,
        "leaders": [_moved(words, part) for part in leaders],
        "leading_share": _share(math.fsum(p.effect for p in leaders), e.change),
        "rest": _rest(e, words, leaders),
        "brakes": [_moved(words, p) for p in chosen.brakes] if chosen and not e.overlapping else [],
        "assumed": asked.assumed,
        "is_ordinary": e.is_ordinary,
    }
    answer |= _more(e, words, leaders)
    return environment().get_template("change.md.j2").render(a=answer).strip()


def _more(e: Explanation, words: _Words, leaders: Sequence[Part]) -> dict[str, object]:
    chosen = e.chosen
    present = chosen.parts if chosen and not e.overlapping else ()
    groups = [
        p.member
        for p in present
        if p.member.kind == "group" and p.member.n_before + p.member.n_now >= LEAST_ROWS
    ]
    factors = [
        f"{f.label} {words.signed(f.effect)}"
        for f in sorted(e.factors, key=lambda f: -abs(f.effect))
    ]
    ratio = e.shape.kind == "ratio" and bool(leaders or e.against)
    mix = math.fsum(p.mix for p in present)
    return {
        "factors": factors,
        "flows": [f"{lower_start(f.label)} {words.signed(f.effect)}" for f in e.flows],
        "new": [words.group(m) for m in groups if m.presence == "new"][:_MOST_NAMED],
        "lost": [words.group(m) for m in groups if m.presence == "lost"][:_MOST_NAMED],
        "mix": {"mix": words.signed(mix), "rate": words.signed(e.change - mix)} if ratio else None,
        "season": _season(e, words),
        "warning": _warning(e, words),
    }


def _moved(words: _Words, part: Part) -> dict[str, str]:
    before, now = _value_of(part.member, now=False), _value_of(part.member, now=True)
    return {
        "name": words.group(part.member),
        "start": words.group(part.member, alone=True),
        "before": "no data" if before is None else words.value(before),
        "now": "no data" if now is None else words.value(now),
        "move": words.move(before, now) if before is not None and now is not None else "",
    }


def _rest(e: Explanation, words: _Words, leaders: Sequence[Part]) -> dict[str, str] | None:
    """Return what all groups but the leaders did together."""
    if not leaders or e.chosen is None:
        return None
    others = [p.member for p in e.chosen.parts if p not in leaders]
    ratio = e.shape.kind == "ratio"
    before = math.fsum(m.before for m in others)
    now = math.fsum(m.now for m in others)
    if ratio:
        weights = [
            math.fsum(m.weight_before for m in others),
            math.fsum(m.weight_now for m in others),
        ]
        if not all(weights):
            return None
        before, now = before / weights[0], now / weights[1]
    return {"before": words.value(before), "now": words.value(now), "move": words.move(before, now)}


def _share(part: float, whole: float) -> str:
    share = part / whole if whole else 0.0
    return f"{share * 100:.0f} %" if share <= 1.005 else f"more than all ({share * 100:.0f} %)"


def _season(e: Explanation, words: _Words) -> dict[str, object] | None:
    if e.year_before is None or e.change == 0:
        return None
    before, now = e.year_before
    step = now - before
    direction = "up" if step > 0 else "down"
    if step == 0:
        return {"words": "level", "alike": False}
    size = words.size(before, now)
    alike = step * e.change > 0 and abs(step) >= abs(e.change) / 2
    text = f"{direction} {size} (from {words.value(before)} to {words.value(now)})"
    return {"words": text, "alike": alike}


def _warning(e: Explanation, words: _Words) -> dict[str, object] | None:
    if e.against is None:
        return None
    name, members = e.against
    dimension = e.shape.catalogue.dimension(name)
    moves = []
    for m in members[:_MOST_NAMED]:
        before, now = m.before / m.weight_before, m.now / m.weight_now
        moves.append(f"{named(m.key, dimension)} from {words.value(before)} to {words.value(now)}")
    if len(members) > _MOST_NAMED:
        moves.append(note("others", len(members) - _MOST_NAMED))
    return {"dimension": lower_start(dimension.label), "moves": moves}


def _shown(e: Explanation) -> tuple[Part, ...]:
    if e.chosen is None:
        return ()
    lead = set(map(id, e.chosen.leaders))
    ordered = sorted(e.chosen.parts, key=lambda p: id(p) not in lead)
    return folded(ordered, n_shown=N_ROWS)


def _table(
    e: Explanation, words: _Words, shown: Sequence[Part]
) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    unit = e.shape.metric.unit
    name = words.dimension.name if words.dimension else "whole"
    label = words.dimension.label if words.dimension else e.shape.metric.label
    columns = [
        Column(name=name, label=label),
        Column(name="before", label="Before", unit=unit),
        Column(name="now", label="Now", unit=unit),
    ]
    ratio = e.shape.kind == "ratio"
    if ratio:
        columns += [
            Column(name="weight_before", label="Weight before", unit="fraction"),
            Column(name="weight_now", label="Weight now", unit="fraction"),
            Column(name="from_rate", label="Own value", unit=unit),
            Column(name="from_mix", label="Mix", unit=unit),
        ]
    columns.append(Column(name="change", label="Part of the change", unit=unit))
    if not e.overlapping:
        columns.append(Column(name="share", label="Share of the change", unit="fraction"))
    rows = tuple(_row(e, words, part) for part in shown)
    if not shown:
        rows = (
            (e.shape.metric.label, e.before, e.now, *((None,) * 4 if ratio else ()), e.change, 1.0),
        )
        rows = tuple(row[: len(columns)] for row in rows)
    return tuple(columns), rows


def _row(e: Explanation, words: _Words, part: Part) -> tuple[Cell, ...]:
    m = part.member
    key: Cell = m.key if m.kind == "group" else words.group(m)
    row: list[Cell] = [key, _value_of(m, now=False), _value_of(m, now=True)]
    if e.shape.kind == "ratio":
        row += [
            m.weight_before / e.whole.weight_before,
            m.weight_now / e.whole.weight_now,
            part.rate,
            part.mix,
        ]
    row.append(part.effect)
    if not e.overlapping:
        row.append(part.effect / e.change if e.change else None)
    return tuple(row)


def _notes(e: Explanation, words: _Words, shown: Sequence[Part]) -> tuple[str, ...]:
    found = []
    now, before = e.comparison.now.period, e.comparison.before.period
    if now.end > e.comparison.as_of:
        found.append(note("partial", day_in_words(e.comparison.as_of - timedelta(days=1))))
    lengths = [(p.end - p.start).days for p in (now, before)]
    if abs(lengths[0] - lengths[1]) > _CALENDAR_GAP_DAYS:
        found.append(note("unequal", *lengths))
    if e.chosen is not None and not e.overlapping:
        label = lower_start(words.dimension.label) if words.dimension else ""
        found.append(note("adds_up", len(e.chosen.parts), label))
        found.append(note("ratio_method" if e.shape.kind == "ratio" else "sum_method"))
    if e.factors:
        found.append(note("product_method"))
    if any(p.member.kind == "outside" for p in shown):
        found.append(note("outside"))
    if any(p.member.kind == "folded" for p in shown):
        found.append(note("folded"))
    found.append(note("tried", e.n_tried))
    return tuple(found)


def _slots(e: Explanation) -> dict[str, object]:
    now, before = e.comparison.now.period, e.comparison.before.period
    slots: dict[str, object] = {"metric": e.shape.metric.name, "period": _span(now)}
    if not e.comparison.is_of_groups:
        slots["compare_to"] = _span(before)
    if e.chosen is not None and (e.chosen.stands_out or e.is_asked):
        slots["dimension"] = e.shape.catalogue.dimension(e.chosen.dimension).column
    return slots


def _span(period: Period) -> str:
    return f"{period.start.isoformat()}/{period.end.isoformat()}"
