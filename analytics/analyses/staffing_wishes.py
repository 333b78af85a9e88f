"""What a question about staffing fixes: handling time, target, patience, growth, agents at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analytics.analyses.shifts import Shift, shift_of
from analytics.errors import QuestionError
from analytics.language.text import number_of
from analytics.operations.staffing import Target

HANDLE_H: Final = 15 / 60
SHARE: Final = 0.80
WITHIN_H: Final = 20 / 60
_N: Final = r"(\d+(?:\.\d+)?)"
_UNIT: Final = r"(seconds?|secs?|minutes?|mins?|hours?|hrs?|min|sec|h|m|s)\b"
_PER_CENT: Final = r" ?(?:%|percent|per cent)"
_UNITS_H: Final = {"s": 1 / 3600, "m": 1 / 60, "h": 1.0}
_HALF_HOUR: Final = re.compile(r"\b(?:half an hour|half hour)\b")
_AN_HOUR: Final = re.compile(r"\b(?:an|one) hour\b")
_HANDLE: Final = (
    re.compile(rf"\b(?:handl\w*|average handle|talk|work|processing|service|aht)(?: time)?"
               rf"(?: per \w+| of a \w+)?(?: (?:of|is|was|be|at|takes?|drops?|falls?|rises?|goes|"
               rf"up|down|to|averages?|about|around|=|:))* ?{_N} ?{_UNIT}"),
    re.compile(rf"\b{_N} ?{_UNIT} (?:each|apiece|per (?:ticket|case|call|request|contact|chat)|"
               rf"(?:a|for each|for a|for every|on each|on a|on every) "
               rf"(?:ticket|case|call|request|contact|chat)|(?:of )?handl\w*(?: time)?|to handle|"
               rf"to work on|aht)"),
    re.compile(rf"\b(?:tickets?|cases?|calls?|requests?|each|one|it) (?:\w+ )?takes? (?:about |"
               rf"around |us )?{_N} ?{_UNIT}"),
)  # fmt: skip
_PATIENCE: Final = (
    re.compile(rf"\bpatien\w+ (?:of |is |about )*{_N} ?{_UNIT}"),
    re.compile(rf"\b(?:giv\w+ up|hang\w* up|leav\w+|abandon\w*|quit\w*|lose patience)(?: \w+)? "
               rf"(?:after|in|at) (?:about |around )?{_N} ?{_UNIT}"),
    re.compile(rf"\b(?:after|in) {_N} ?{_UNIT},? (?:\w+ )?(?:give up|hang up|leave|abandon)"),
)  # fmt: skip
_TARGET: Final = (
    re.compile(rf"\b{_N}{_PER_CENT}(?: \S+){{0,5}}? (?:within|in|inside|under|after|in under|"
               rf"below) {_N} ?{_UNIT}"),
    re.compile(rf"\bwithin {_N} ?{_UNIT}(?: \S+){{0,6}}? {_N}{_PER_CENT}"),
)  # fmt: skip
_WITHIN: Final = re.compile(
    rf"\b(?:within|wait(?:ing)?(?: \w+){{0,3}} (?:than|of|below|under)|answer\w*(?: \w+){{0,3}} in|"
    rf"respon\w+(?: \w+){{0,3}} in|begun in|picked up in) {_N} ?{_UNIT}"
)
_SHARE: Final = re.compile(
    rf"\b(?:service level|sla|target|goal|answer|serve|begin|respond to)(?: \w+){{0,3}} "
    rf"{_N}{_PER_CENT}"
    rf"|\b{_N}{_PER_CENT} (?:service level|sla|"
    rf"of (?:the )?(?:tickets|calls|requests) (?:on|in) time)"
)
_PARTS_OF_ONE: Final = (
    (re.compile(r"\b(?:a|one) third\b"), "33.3"), (re.compile(r"\b(?:a|one) quarter\b"), "25"),
    (re.compile(r"\bby half\b"), "by 50"),
)  # fmt: skip
_SPELLED: Final = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|"
    r"fifty|sixty|seventy|eighty|ninety)\b(?=(?: (?:percent|per cent|%|min|sec|hour)))"
)
_SUPPOSED: Final = re.compile(r"\b(?:if|suppos\w+|assum\w+)\b")
_SLASHED: Final = re.compile(r"\b\d{2} ?/ ?\d{1,3}\b(?! ?\d)")
_BUSY: Final = re.compile(
    rf"\b(?:occupan\w+|utili[sz]ation|busy)(?: (?:of|at|most|below|under|than|is|to|more|no|max\w*|"
    rf"up|limit|the|time))* ?{_N}{_PER_CENT}|\b{_N}{_PER_CENT} (?:occupan\w+|busy|utili[sz]\w+)"
)
_SHRINKAGE: Final = re.compile(
    rf"\bshrinkage(?: (?:of|is|at))* ?{_N}{_PER_CENT}|\b{_N}{_PER_CENT} (?:shrinkage|absen\w+|"
    rf"(?:of the time )?(?:on breaks?|in meetings|away|off sick|in training))"
)
_MORE: Final = r"(?:more|extra|additional|higher|busier|above)"
_LESS: Final = r"(?:fewer|less|lower|quieter|below)"
_GROWTH: Final = (
    (re.compile(rf"\b{_N}{_PER_CENT} {_MORE}"), 1),
    (re.compile(rf"\b{_N}{_PER_CENT} {_LESS}"), -1),
    (re.compile(rf"\b(?:gr[eo]w\w*|r[io]s\w+|increas\w+|go(?:es)? up|up|climb\w*|jump\w*)"
                rf"(?: by)? {_N}{_PER_CENT}"), 1),
    (re.compile(rf"\b(?:fall\w*|drop\w*|shrink\w*|decreas\w+|go(?:es)? down|down|declin\w+)"
                rf"(?: by)? {_N}{_PER_CENT}"), -1),
)  # fmt: skip
_TIMES: Final = (
    (re.compile(r"\b(?:doubl(?:es?|ed|ing)|twice (?:as many|the))\b"), 2.0),
    (re.compile(r"\b(?:tripl(?:es?|ed|ing)|three times (?:as many|the))\b"), 3.0),
    (re.compile(r"\b(?:halv(?:es?|ed|ing)|half (?:as many|the) "
                r"(?:tickets|requests|calls|volume))\b"), 0.5),
)  # fmt: skip
_WORDS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
_COUNT: Final = rf"(\d{{1,4}}|{'|'.join(_WORDS)})"
_WHO: Final = r"(?:agents?|people|persons?|staff|analysts?|technicians?|heads|fte|ftes|operators?)"
_AGENTS: Final = (
    re.compile(rf"\b(?:are|is|be|would|will|do|does|can|could|with|have|has|only|just|of) "
               rf"(?:only |just )?{_COUNT} (?:\w+ )?{_WHO}\b"),
    re.compile(rf"\b{_COUNT} (?:\w+ )?{_WHO} (?:\w+ )?"
               rf"(?:enough|suffice|sufficient|cope|handle|manage)"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a question fixes, with the usual values where it fixes nothing."""

    handle_h: float
    patience_h: float | None
    target: Target
    factor: float
    """How many times the tickets so far are supposed."""
    shrinkage: float
    """Share of the paid time in which nobody works on tickets."""
    agents: int | None
    """Agents whom the question has; None when it asks for how many."""
    assumed: frozenset[str]
    """Which of handle, share and within are the usual values."""
    shift: Shift


def slots_in(text: str) -> dict[str, object]:
    """Return what the words of a question fix, by slot; "misread" says what cannot be followed."""
    try:
        found, shift = _named(text), shift_of(text)
    except QuestionError as error:
        return {"misread": f"{error.message} {error.hint}".strip()}
    if not shift.is_all_days:
        found["days"] = list(shift.days)
    if not shift.is_all_hours:
        found["hours"] = list(shift.hours)
        found["part"] = shift.part
    return found


def wishes_of(slots: Mapping[str, object]) -> Wishes:
    """Return what slots fix, with the usual values for the rest.

    Raises
    ------
    QuestionError
        When the question said what cannot be followed.
    """
    if "misread" in slots:
        raise QuestionError(str(slots["misread"]))

    def number(name: str, usual: float) -> float:
        return float(str(slots.get(name, usual)))

    days, hours = slots.get("days"), slots.get("hours")
    patience, agents = slots.get("patience_h"), slots.get("agents")
    return Wishes(
        handle_h=number("handle_h", HANDLE_H),
        patience_h=None if patience is None else float(str(patience)),
        target=Target(share=number("share", SHARE), within_h=number("within_h", WITHIN_H),
                      most_busy=number("most_busy", 1.0)),
        factor=number("times", 1.0), shrinkage=number("shrinkage", 0.0),
        agents=None if agents is None else int(str(agents)),
        assumed=frozenset({"handle_h", "share", "within_h"} - set(slots)),
        shift=Shift(
            days=tuple(days) if isinstance(days, list) else tuple(range(7)),
            hours=tuple(hours) if isinstance(hours, list) else tuple(range(24)),
            is_all_days=days is None, is_all_hours=hours is None, part=str(slots.get("part", "")),
        ),
    )  # fmt: skip


def _named(text: str) -> dict[str, object]:
    """Read the numbers of a question about staffing.

    Raises
    ------
    QuestionError
        When one is out of range, or a target such as "80/20" has no unit.
    """
    words = _AN_HOUR.sub("1 hour", _HALF_HOUR.sub("30 minutes", " ".join(text.lower().split())))
    for part, percent in _PARTS_OF_ONE:
        words = part.sub(f"{percent} %", words)
    words = _SPELLED.sub(lambda match: f"{number_of(match.group()) or 0:g}", words)
    handle, words = _taken(_HANDLE, words)
    patience, words = _taken(_PATIENCE, words)
    share, within, words = _target(words)
    busy, words = _share_in(_BUSY, words, "Agents can be busy")
    shrinkage, words = _share_in(_SHRINKAGE, words, "Shrinkage can be")
    if share is not None and not 0 < share < 1:
        raise QuestionError(
            f"{share:.0%} of the tickets cannot be promised.", hint="Name less than 100 %."
        )
    times, agents = _factor(words), _agents(words)
    found = {
        "handle_h": handle, "patience_h": patience, "share": share, "within_h": within,
        "most_busy": busy, "shrinkage": shrinkage, "agents": agents,
        "times": None if times == 1.0 else times,
    }  # fmt: skip
    named: dict[str, object] = {k: value for k, value in found.items() if value is not None}
    if _SUPPOSED.search(words) and not named:
        raise QuestionError(
            "What the question supposes is not understood.",
            hint="Say it as: if tickets grow by 20 %, or at 12 minutes per ticket.",
        )
    return named


def _taken(patterns: tuple[re.Pattern[str], ...], words: str) -> tuple[float | None, str]:
    """Return a time in hours and the text without it."""
    for pattern in patterns:
        match = pattern.search(words)
        if match is not None:
            hours = _hours(match[1], match[2])
            if hours <= 0:
                raise QuestionError("A time of 0 cannot be reckoned with.", hint="Name a longer.")
            return hours, words.replace(match.group(), " ")
    return None, words


def _hours(number: str, unit: str) -> float:
    return float(number) * _UNITS_H[unit[0]]


def _target(words: str) -> tuple[float | None, float | None, str]:
    if (match := _TARGET[0].search(words)) is not None:
        left = words.replace(match.group(), " ")
        return float(match[1]) / 100, _hours(match[2], match[3]), left
    if (match := _TARGET[1].search(words)) is not None:
        left = words.replace(match.group(), " ")
        return float(match[3]) / 100, _hours(match[1], match[2]), left
    if (slashed := _SLASHED.search(words)) is not None:
        raise QuestionError(
            f"{slashed.group()!r} does not say the unit.",
            hint="Say the target as 80 % within 20 minutes.",
        )
    within, words = _taken((_WITHIN,), words)
    share, words = _share_in(_SHARE, words, "A target can be")
    return share, within, words


def _share_in(pattern: re.Pattern[str], words: str, what: str) -> tuple[float | None, str]:
    match = pattern.search(words)
    if match is None:
        return None, words
    share = float(next(group for group in match.groups() if group is not None)) / 100
    if not 0 < share < 1:
        raise QuestionError(f"{what} more than 0 and less than 100 %, not {share:.0%}.")
    return share, words.replace(match.group(), " ")


def _factor(words: str) -> float:
    for pattern, sign in _GROWTH:
        if (match := pattern.search(words)) is not None:
            return max(0.0, 1 + sign * float(match[1]) / 100)
    return next((times for pattern, times in _TIMES if pattern.search(words)), 1.0)


def _agents(words: str) -> int | None:
    for pattern in _AGENTS:
        match = pattern.search(words)
        if match is not None:
            return int(match[1]) if match[1].isdigit() else _WORDS[match[1]]
    return None
