"""Cuts a question into tags: every token belongs to exactly one, or is unknown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date

from analytics.language.concepts import CONCEPTS
from analytics.language.cues import CUES, FILLER, PLACES, RANK_PATTERNS
from analytics.language.lexicon import Lexicon, Member, Mention
from analytics.language.moments import TimeMatch
from analytics.language.periods import find_times
from analytics.language.pieces import is_year_of
from analytics.language.quantities import (
    LEVELS,
    NUMBERED,
    QUANTITY_PATTERNS,
    VARIANTS,
    Quantity,
    levels_of,
    quantity_of,
)
from analytics.language.text import Canonical, Token, canonical, number_of

_ID_DIMENSIONS = {
    "customer": "customer_id", "client": "customer_id", "account": "customer_id",
    "ticket": "ticket_id", "case": "ticket_id", "incident": "incident_id",
    "campaign": "campaign_id", "product": "product_id", "service": "service_id",
    "experiment": "experiment", "test": "experiment", "order": "order_id", "article": "article_id",
}  # fmt: skip


_RATES = {
    "open": "open rate", "click": "click rate", "response": "response rate",
    "bounce": "bounce rate", "conversion": "conversion rate", "return": "return rate",
    "cancellation": "cancellation rate", "churn": "churn rate", "retention": "retention rate",
    "reopen": "reopen rate", "repeat purchase": "repeat purchase rate", "error": "error rate",
}  # fmt: skip
_ANY_RATE = "(?:" + "|".join(_RATES) + ")"
_SHARED_RATE = re.compile(
    rf"(?<!\S)(?P<first>{_ANY_RATE})(?= (?:\+|and|&|,|/|or|vs|versus)"
    rf"(?: {_ANY_RATE} (?:\+|and|&|,|/))* {_ANY_RATE} rate)"
)
"""`open and click rate`: the word "rate" is said once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """An order asked for: down, up, good, bad, same (only a number) or rank."""

    order: str
    n: int | None
    place: int = 1
    """Of `the second best`: 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """Tokens `[start, end)` and everything that they may mean."""

    start: int
    end: int
    text: str
    norm: str
    metrics: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    flags: tuple[str, ...] = ()
    concepts: frozenset[str] = field(default_factory=frozenset)
    time: TimeMatch | None = None
    cue: str = ""
    rank: Rank | None = None
    quantity: Quantity | None = None
    number: float | None = None
    filler: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether nothing at all is known about these words."""
        return not (
            self.metrics or self.dimensions or self.members or self.flags or self.concepts
            or self.time or self.cue or self.rank or self.quantity or self.filler
            or self.number is not None
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Candidate:
    start: int
    end: int
    priority: int
    tag: Tag


def tag(tokens: tuple[Token, ...], lexicon: Lexicon, as_of: date) -> tuple[Tag, ...]:
    """Cover the tokens with tags: the longest reading at each place, in order.

    Parameters
    ----------
    tokens
        The question, spelling corrected; empty gives no tag.
    """
    text = canonical(tokens)
    found = [
        *_times(tokens, as_of, lexicon.fiscal_month),
        *_patterns(text, tokens),
        *_mentions(tokens, lexicon),
        *_cues(text),
        *_concepts(text),
        *_single(tokens),
    ]
    found.sort(key=lambda c: (c.start - c.end, c.priority, c.start))
    used: list[Tag | None] = [None] * len(tokens)
    chosen: list[Tag] = []
    for candidate in found:
        span = range(candidate.start, candidate.end)
        if all(used[i] is None for i in span):
            merged = _merged(candidate, found)
            for i in span:
                used[i] = merged
            chosen.append(merged)
    chosen.sort(key=lambda t: t.start)
    return tuple(
        replace(
            t,
            text=" ".join(token.lemma for token in tokens[t.start : t.end]),
            norm=" ".join(token.norm for token in tokens[t.start : t.end]),
        )
        for t in chosen
    )


def _merged(candidate: _Candidate, found: list[_Candidate]) -> Tag:
    """Join the readings that the same tokens have as words: name, concept and cue."""
    result = candidate.tag
    if candidate.tag.time or candidate.tag.quantity:
        return result
    for other in found:
        if (other.start, other.end) != (candidate.start, candidate.end) or other.tag.filler:
            continue
        if other.tag.time or other.tag.quantity:
            continue
        result = replace(
            result,
            metrics=result.metrics or other.tag.metrics,
            dimensions=result.dimensions or other.tag.dimensions,
            members=result.members or other.tag.members,
            flags=result.flags or other.tag.flags,
            concepts=result.concepts | other.tag.concepts,
            cue=result.cue or other.tag.cue,
            rank=result.rank or other.tag.rank,
            number=other.tag.number if result.number is None else result.number,
        )
    return result


def _tag(start: int, end: int, **more: object) -> Tag:
    return Tag(start=start, end=end, text="", norm="", **more)  # type: ignore[arg-type]


def _times(tokens: tuple[Token, ...], as_of: date, fiscal_month: int | None) -> list[_Candidate]:
    return [
        _Candidate(m.start, m.end, 0, _tag(m.start, m.end, time=m))
        for m in find_times(tokens, as_of, fiscal_month)
    ]


def _patterns(text: Canonical, tokens: tuple[Token, ...]) -> list[_Candidate]:
    found: list[_Candidate] = []
    for operator, pattern in QUANTITY_PATTERNS:
        for match in pattern.finditer(text.text):
            quantity = quantity_of(operator, match)
            if quantity is not None:
                a, b = text.span(*match.span())
                found.append(_Candidate(a, b, 1, _tag(a, b, quantity=quantity)))
    for match in NUMBERED.finditer(text.text):
        a, b = text.span(*match.span())
        if b - a == 2 and is_year_of(tokens, b - 1):
            continue
        dimension = _ID_DIMENSIONS[match["thing"]]
        member = Member(dimension=dimension, value=int(match["number"]))
        found.append(_Candidate(a, b, 1, _tag(a, b, members=(member,))))
    for match in LEVELS.finditer(text.text):
        dimension = "tier" if match["word"] in {"tier", "level"} else "severity"
        members = tuple(Member(dimension=dimension, value=n) for n in levels_of(match))
        a, b = text.span(*match.span())
        found.append(_Candidate(a, b, 1, _tag(a, b, members=members)))
    for match in VARIANTS.finditer(text.text):
        a, b = text.span(*match.span())
        names = [n.upper() for n in (match["first"], match["second"]) if n]
        both = tuple(Member(dimension="variant", value=n) for n in dict.fromkeys(names))
        cue = "versus" if match["link"] not in {None, "or", "and", ","} else ""
        found.append(_Candidate(a, b, 1, _tag(a, b, members=both, cue=cue)))
    for match in _SHARED_RATE.finditer(text.text):
        a, b = text.span(*match.span("first"))
        found.append(_Candidate(a, b, 1, _tag(a, b, metrics=(_RATES[match["first"]],))))
    for order, pattern in RANK_PATTERNS:
        found.extend(
            _rank(order, match, text) for match in pattern.finditer(text.text) if match.group()
        )
    return found


def _rank(order: str, match: re.Match[str], text: Canonical) -> _Candidate:
    a, b = text.span(*match.span())
    numbers = [v for k, v in match.groupdict().items() if k.startswith("n") and v]
    value = number_of(numbers[0]) if numbers else None
    n = int(value) if value is not None and value == int(value) and value > 0 else None
    place = PLACES.get(match.groupdict().get("place") or "", 1)
    return _Candidate(a, b, 2, _tag(a, b, rank=Rank(order=order, n=n, place=place)))


def _mentions(tokens: tuple[Token, ...], lexicon: Lexicon) -> list[_Candidate]:
    found: list[_Candidate] = []
    for mention in lexicon.mentions(tokens):
        if _are_rows(tokens, mention):
            continue
        priority = 3 if mention.end - mention.start > 1 or not _is_noise(tokens, mention) else 5
        found.append(
            _Candidate(
                mention.start,
                mention.end,
                priority,
                _tag(
                    mention.start,
                    mention.end,
                    metrics=mention.metrics,
                    dimensions=mention.dimensions,
                    members=mention.members,
                    flags=mention.flags,
                ),
            )
        )
    return found


_COMPARED = frozenset(
    {"more", "fewer", "less", "over", "under", "above", "below", "least", "exactly"}
)


def _are_rows(tokens: tuple[Token, ...], mention: Mention) -> bool:
    """`which products sold the most units`: the products are asked for, not what was sold."""
    words = [t.lemma for t in tokens]
    phrase = words[mention.start : mention.end]
    if not mention.metrics or phrase not in (["product", "sold"], ["item", "sold"]):
        return False
    before = words[max(0, mention.start - 2) : mention.start]
    after = words[mention.end :]
    if {"which", "what"} & set(before):
        return True
    return before[-2:] == ["how", "many"] and bool(_COMPARED & set(after))


def _is_noise(tokens: tuple[Token, ...], mention: Mention) -> bool:
    return tokens[mention.start].norm in FILLER


def _cues(text: Canonical) -> list[_Candidate]:
    found: list[_Candidate] = []
    for name, pattern in CUES:
        for match in pattern.finditer(text.text):
            if match.group().strip():
                a, b = text.span(match.start(), match.start() + len(match.group().strip()))
                found.append(_Candidate(a, b, 4, _tag(a, b, cue=name)))
    return found


def _concepts(text: Canonical) -> list[_Candidate]:
    spans: dict[tuple[int, int], set[str]] = {}
    for name, pattern in CONCEPTS.items():
        for match in pattern.finditer(text.text):
            spans.setdefault(text.span(*match.span()), set()).add(name)
            first = match.group().split(" ")[0]
            if first != match.group() and pattern.fullmatch(first):
                alone = text.span(match.start(), match.start() + len(first))
                spans.setdefault(alone, set()).add(name)
    return [
        _Candidate(a, b, 4, _tag(a, b, concepts=frozenset(names)))
        for (a, b), names in spans.items()
    ]


def _single(tokens: tuple[Token, ...]) -> list[_Candidate]:
    found: list[_Candidate] = []
    for i, token in enumerate(tokens):
        if token.is_mark or token.norm in FILLER or token.lemma in FILLER:
            found.append(_Candidate(i, i + 1, 6, _tag(i, i + 1, filler=True)))
        elif (value := number_of(token.norm)) is not None:
            found.append(_Candidate(i, i + 1, 6, _tag(i, i + 1, number=value)))
        else:
            found.append(_Candidate(i, i + 1, 9, _tag(i, i + 1)))
    return found
