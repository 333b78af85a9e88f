# ruff: noqa: E501 - one pattern a line, however long
"""Slots of plans: budget, cost of a contact, contacts at most, rest between them, hold-out."""

from __future__ import annotations

import re
from typing import Final

PLAN_SLOTS: Final = frozenset({"budget", "cost", "most", "rest_days", "hold_out"})
_NUM: Final = r"(\d[\d,]*(?:\.\d+)?)"
_MONEY: Final = r"(?:euro|eur|dollar|usd|pound|gbp|franc|chf|cent|€|\$|£)"
_SIGN: Final = r"(?:€ |\$ |£ )?"
_TIMES: Final = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "": 1.0}
_SCALE: Final = r"(?: (k|thousand|m|million))?"
_CONTACT: Final = r"(?:contact|message|mail|letter|customer|mailing|email|e mail|person|head|call|postcard|piece|text|sms|leaflet|one)"
_PEOPLE: Final = r"(?:customer|client|people|person|contact|message|letter|mail|email|call|buyer|account|recipient|of them)"

_COST: Final = tuple(
    re.compile(rf"(?<!\S){pattern}(?!\S)")
    for pattern in (
        rf"(?:at|for|of|with|if)? ?{_SIGN}{_NUM}(?: {_MONEY})? (?:a|an|per|each|for each|for every|for an?|the) {_CONTACT}",
        rf"{_CONTACT}(?: \S+){{0,2}} (?:cost|costs|costing|priced at)(?: only| just| about)? {_SIGN}{_NUM}(?: {_MONEY})?",
        rf"(?:cost|costs|price)(?: \S+){{0,3}} {_CONTACT}(?: (?:of|be|at|to|were|was)){{0,2}} {_SIGN}{_NUM}(?: {_MONEY})?",
    )
)
_CENTS: Final = re.compile(r"cent(?!\S)")
_BUDGET: Final = tuple(
    re.compile(rf"(?<!\S){pattern}(?!\S)")
    for pattern in (
        rf"budget(?: (?:of|be|at|to|were|was|instead|only|about|had|up|down|rise|rose|fall|fell|cut|raised|increased)){{0,4}} {_SIGN}{_NUM}{_SCALE}",
        rf"{_SIGN}{_NUM}{_SCALE} (?:{_MONEY}|budget|marketing budget)",
        rf"{_SIGN}{_NUM}{_SCALE} (?:to spend|for (?:marketing|contact|mailing|campaign|retention|win back|it)|of (?:marketing )?(?:money|spend|budget))",
        rf"(?:spend|spent|spending|have|had|invest|put|using|use|under|within|within a|with|by|€|\$|£) {_SIGN}{_NUM}{_SCALE}(?! (?:{_PEOPLE}|day|week|month|percent|%))",
        rf"(?:€|\$|£) ?{_NUM}{_SCALE}",
    )
)
_MOST: Final = tuple(
    re.compile(rf"(?<!\S){pattern}(?!\S)")
    for pattern in (
        rf"(?:at most|max|maximum of|maximum|no more than|not more than|up to|only|limited to|limit of|cap of|first|top|best|the) {_NUM} (?:\S+ )?{_PEOPLE}",
        rf"{_NUM} {_PEOPLE} (?:at most|at the most|max|maximum|or fewer|or less)",
        rf"(?:which|what|name|list|give me|pick|choose|find|select) {_NUM} (?:\S+ )?{_PEOPLE}",
    )
)
_REST: Final = re.compile(
    rf"(?:not|nobody|no one|none|without|rest|rested|quiet|pause|leave out|leaving out|skip|skipping|exclude|excluding|except)(?: \S+){{0,9}} {_NUM} (day|week|month)(?!\S)"
)
_HOLD: Final = re.compile(
    rf"(?:hold out|holdout|hold back|control group|control)(?: \S+){{0,3}} {_NUM} (?:percent|%)|{_NUM} (?:percent|%) (?:\S+ ){{0,3}}(?:hold out|holdout|held out|control|held back)"
)
_DAYS: Final = {"day": 1, "week": 7, "month": 30}


def plan_slots(text: str) -> dict[str, object]:
    """Return what canonical text fixes of a plan; those not said are left out."""
    found: dict[str, object] = {}
    for pattern in _COST:
        match = pattern.search(text)
        if match is not None:
            cents = _CENTS.search(match[0]) is not None
            found["cost"] = _number(match[1]) / (100 if cents else 1)
            text = text.replace(match[0], " ", 1)
            break
    rest = _REST.search(text)
    if rest is not None:
        found["rest_days"] = int(_number(rest[1]) * _DAYS[rest[2]])
        text = text.replace(rest[0], " ", 1)
    hold = _HOLD.search(text)
    if hold is not None:
        found["hold_out"] = _number(hold[1] or hold[2]) / 100
        text = text.replace(hold[0], " ", 1)
    for pattern in _MOST:
        match = pattern.search(text)
        if match is not None:
            found["most"] = int(_number(match[1]))
            text = text.replace(match[0], " ", 1)
            break
    for pattern in _BUDGET:
        match = pattern.search(text)
        if match is not None:
            scale = match[2] if match.lastindex and match.lastindex >= 2 else ""
            found["budget"] = _number(match[1]) * _TIMES[scale or ""]
            break
    return found


def _number(text: str) -> float:
    return float(text.replace(",", ""))
