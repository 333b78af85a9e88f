"""What a question about segments names: segments, how to group, a number, an order."""

from __future__ import annotations

import re
from typing import Final, Literal

from analytics.customers.rfm import NEVER, ONCE
from analytics.errors import QuestionError
from analytics.language.text import NUMBER_PATTERN, number_of

Way = Literal["value", "habits"]

_NAMES: Final = (
    ("champions", r"champions?"),
    ("loyal", r"(?<!brand )(?<!brand-)loyal(?:s|ists?| ones)?"),
    ("promising", r"promising"),
    (ONCE, r"(?:bought|ordered|purchased) (?:only |just )?once|one[- ]time(?:rs?| buyers?)"),
    ("at risk", r"at[- ]risk"),
    ("hibernating", r"hibernat\w+|dormant|sleeping|lapsed"),
    (NEVER, r"never (?:bought|ordered|purchased)"),
)
NAMES: Final = "|".join(words for _, words in _NAMES)
"""Every way to name a segment, as a pattern over lower-case text."""
_HABITS: Final = re.compile(
    r"\b(?:cluster\w*|behav\w+|habits?|natural\w*|persona\w*|archetypes?|tribes?|alike|similar\w*|"
    r"how they (?:buy|shop|order)|way they (?:buy|shop|order)|(?:buying|shopping) \w+|"
    r"psychographic|lifestyles?|patterns?|styles?)\b"
)
_VALUE: Final = re.compile(r"\b(?:rfm|recency|value|worth|revenue|valuable)\b")
_RANKED: Final = re.compile(r"\b(?:top|best|biggest|largest|first|most)\b")
_PARTS: Final = re.compile(
    r"\b(?:groups?|segments?|clusters?|types?|buckets?|classes|kinds?|personas?)\b"
)
_SAID_PARTS: Final = re.compile(
    rf"\b({NUMBER_PATTERN}) (?:\w+ )?"
    r"(?:groups|segments|clusters|types|buckets|classes|kinds|personas)\b"
)
_METRICS: Final = (
    ("order_value", r"average order value|aov|basket (?:value|size)|order value"),
    ("revenue_per_customer", r"revenue per customer|arpu|spend per customer|each (?:spend|worth)"),
    ("margin", r"gross margin|margin|profit\w*|earn\w*"),
    ("orders", r"orders|purchases|how often"),
    ("revenue", r"revenue|sales|turnover|worth|spend\w*|bring\w*|money|value share"),
)
_OTHERS: Final = re.compile(
    r"\b(csat|nps|satisfaction|churn\w*|tickets?|sessions?|visits|bounce|conversion|incidents?|"
    r"returns?|return rate|discounts?|response rate|open rate|sla|lifetime value|clv)\b"
)
_AGAINST: Final = re.compile(
    r"\b(?:or|vs|versus|than|compare\w*|difference|differ|between|against|bigger|smaller|more)\b"
)
_UPWARDS: Final = re.compile(r"\b(?:lowest|least|smallest|fewest|worst|bottom)\b")


def segments_in(text: str) -> tuple[str, ...]:
    """Return the segments that a question names, in the order in which it does."""
    found = [(match.start(), name) for name, words in _NAMES
             if (match := re.search(rf"\b(?:{words})\b", text.lower()))]  # fmt: skip
    return tuple(name for _, name in sorted(found))


def way_of(text: str, n_parts: int | None) -> Way:
    """Say whether customers are grouped by value (RFM) or by how they buy.

    By value, unless the question speaks of behaviour or of a number of groups.
    """
    lowered = text.lower()
    if segments_in(lowered) or re.search(r"\brfm\b|\brecency\b", lowered):
        return "value"
    if _HABITS.search(lowered) or n_parts is not None:
        return "habits"
    return "value"


def parts_in(text: str, top_n: int | None) -> int | None:
    """Return the number of groups to make; None where the number says how many to list."""
    lowered = text.lower()
    said = _SAID_PARTS.search(lowered)
    if said is not None and not _RANKED.search(lowered):
        return int(number_of(said[1]) or 0) or None
    if top_n is None or not _PARTS.search(lowered) or _RANKED.search(lowered):
        return None
    return top_n


def metric_in(text: str) -> str:
    """Return the column that a question is about; customers without any.

    Raises
    ------
    QuestionError
        When it asks for a number that is not told by segment.
    """
    lowered = text.lower()
    other = _OTHERS.search(lowered)
    if other is not None:
        raise QuestionError(
            f"Segments are told with customers, revenue, gross margin and orders, "
            f"not with {other[1]!r}.",
            hint="Ask for one of these by segment.",
        )
    for name, words in _METRICS:
        if re.search(rf"\b(?:{words})\b", lowered):
            return name
    return "customers"


def sets_against(text: str) -> bool:
    """Say whether values of one condition are set against each other ("in the North or South")."""
    return bool(_AGAINST.search(text.lower()))


def is_ascending(text: str) -> bool:
    """Say whether the smallest are wanted first."""
    return bool(_UPWARDS.search(text.lower()))
