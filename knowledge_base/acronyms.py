"""Short forms and nicknames that the corpus and past tickets suggest, for an operator to judge.

Four kinds of evidence, from the surest to the most doubtful:

- `defined`: `Exchange Web Services (EWS)`, or `EWS (Exchange Web Services)`;
- `called`: `Company Portal, also called the portal`;
- `initials`: a name of several words whose initials are written elsewhere among the same words;
- `tickets`: what requesters write and agents answer with a name that has its letters.

A candidate is never used by itself.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from knowledge_base.model import Ticket
from knowledge_base.text import STOP_WORDS, normalise, stem, words

CandidateKind = Literal["defined", "called", "initials", "tickets"]
_KINDS: tuple[CandidateKind, ...] = ("defined", "called", "initials", "tickets")

N_EXAMPLES = 3
_EXAMPLE_CHARS = 60
_LEAST_TEXTS: Mapping[CandidateKind, int] = {"defined": 1, "called": 1, "initials": 3, "tickets": 3}
_LEAST_TEXTS_OF_A_NAME = 5
_LEAST_CONTEXT_COSINE = 0.35
_CONTEXT_WORDS = 5
_LEAST_SHARE = 0.5
"""Of the tickets with a nickname, so many must be answered with the name."""
_LEAST_LIFT = 2.0
"""And so many times as often as other tickets."""
_SHORTEST, _LONGEST = 2, 6

_SMALL = frozenset({"of", "the", "and", "for", "to", "in", "on", "a", "an"})
_WORD = r"[A-Za-z][\w'/-]*"
_BEFORE_BRACKET = re.compile(rf"((?:{_WORD} ){{1,7}})\(([A-Z][A-Za-z0-9]{{1,8}}?)s?\)")
_IN_BRACKET = re.compile(rf"\b([A-Z][A-Za-z0-9]{{1,8}}) \(({_WORD}(?: {_WORD}){{1,6}})\)")
_NAME = r"[A-Z][\w'-]*(?: (?:[A-Z][\w'-]*|(?:for|of|and|on) [A-Z][\w'-]*))*"
_CALLED = re.compile(
    rf"\b({_NAME}),? \(?(?:also|formerly|previously|commonly|often|sometimes|better)?\s?"
    rf"(?:known as|called|referred to as|aka|a\.k\.a\.) (?:the )?"
    rf"(?:[\"“']([\w][\w '-]{{1,38}})[\"”']|({_NAME}))"
)
# Not the letters of an error code: `OD-500`.
_CAPITALS = re.compile(r"\b[A-Z][A-Z0-9]{1,5}\b(?![-_]?\d)")
_TICKET_WORD = re.compile(r"\b[A-Za-z][A-Za-z0-9]+\b(?![-_]?\d)")
_NAMES = re.compile(rf"\b{_NAME}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a short form may stand for, and what speaks for it."""

    short: str
    meaning: str
    """In lower case."""
    kind: CandidateKind
    n_texts: int
    """Articles or tickets that speak for it."""
    examples: tuple[str, ...]
    """`document id: … words around it …`."""


@dataclass(slots=True)
class _Found:
    """Evidence gathered so far, by kind, short form and meaning."""

    places: dict[tuple[CandidateKind, str, str], dict[str, str]] = field(default_factory=dict)

    def add(self, kind: CandidateKind, short: str, meaning: str, *, where: str, quote: str) -> None:
        meaning = " ".join(normalise(meaning).split())
        if normalise(short) == meaning or not meaning:
            return
        texts = self.places.setdefault((kind, short, meaning), {})
        texts.setdefault(where, f"{where}: {quote}")


def mine_candidates(
    texts: Iterable[tuple[str, str]],
    tickets: Iterable[Ticket] = (),
    *,
    common_words: Collection[str] = (),
) -> tuple[Candidate, ...]:
    """Return candidates by short form, the best supported meaning first.

    Parameters
    ----------
    texts : iterable of (document id, text)
        Articles as plain text.
    tickets : iterable of Ticket
        Past tickets with their threads; private ones and spam are not looked at.
    common_words : collection of str
        Words in lower case that are no nicknames.
    """
    articles = sorted(texts)
    usable = sorted(
        (each for each in tickets if not each.private and not each.is_spam),
        key=lambda each: each.ticket_id,
    )
    found = _Found()
    for where, text in articles:
        _find_definitions(where, text, found)
    defined = {short for _, short, _ in found.places}
    threads = [(each.ticket_id, _asked(each)) for each in usable]
    _find_initials(articles, threads, defined, found)
    _find_nicknames(usable, common_words, found)
    return _candidates(found)


def ambiguous(candidates: Sequence[Candidate]) -> frozenset[str]:
    """Return the short forms with several meanings."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for each in candidates:
        meanings[each.short].add(" ".join(stem(word) for word in words(each.meaning)))
    return frozenset(short for short, found in meanings.items() if len(found) > 1)


def initials_fit(short: str, spelled_out: Sequence[str]) -> bool:
    """Return whether letters are the initials of words, small words counted or not."""
    parts = [part for word in spelled_out for part in re.split(r"[-/]", word) if part]
    if len(parts) < 2 or parts[0].lower() in _SMALL:
        return False
    every = "".join(part[0] for part in parts).lower()
    weighty = "".join(part[0] for part in parts if part.lower() not in _SMALL).lower()
    return short.lower() in {every, weighty}


def _find_definitions(where: str, text: str, found: _Found) -> None:
    for match in _BEFORE_BRACKET.finditer(text):
        before, short = match.group(1).split(), match.group(2)
        for n_taken in range(2, len(before) + 1):
            if initials_fit(short, before[-n_taken:]):
                meaning = " ".join(before[-n_taken:])
                found.add("defined", short, meaning, where=where, quote=_quote(text, match))
                break
    for match in _IN_BRACKET.finditer(text):
        if initials_fit(match.group(1), match.group(2).split()):
            found.add(
                "defined", match.group(1), match.group(2), where=where, quote=_quote(text, match)
            )
    for match in _CALLED.finditer(text):
        name, other = match.group(1), (match.group(2) or match.group(3)).strip()
        if name.split()[0].lower() not in STOP_WORDS and other.lower() not in STOP_WORDS:
            found.add("called", other, name, where=where, quote=_quote(text, match))


def _find_initials(
    articles: Sequence[tuple[str, str]],
    threads: Sequence[tuple[str, str]],
    defined: Collection[str],
    found: _Found,
) -> None:
    """Match frequent names of several words with initials written among the same words."""
    names: dict[str, set[str]] = defaultdict(set)
    shorts: dict[str, set[str]] = defaultdict(set)
    for where, text in (*articles, *threads):
        for written in set(_CAPITALS.findall(text)) - set(defined):
            shorts[written].add(where)
    for where, text in articles:
        for name in {match.group() for match in _NAMES.finditer(text)}:
            if 2 <= len(name.split()) <= 4:
                names[name].add(where)
    by_initials: dict[str, list[str]] = defaultdict(list)
    for name, places in sorted(names.items()):
        initials = "".join(word[0] for word in name.split() if word.lower() not in _SMALL)
        if len(places) >= _LEAST_TEXTS_OF_A_NAME and initials in shorts:
            by_initials[initials].append(name)
    wanted = {
        short: named
        for short, named in by_initials.items()
        if len(shorts[short]) >= _LEAST_TEXTS["initials"]
    }
    contexts = _contexts(
        (*articles, *threads), {*wanted, *(name for each in wanted.values() for name in each)}
    )
    everything = dict((*articles, *threads))
    for short, named in sorted(wanted.items()):
        for name in named:
            if _cosine(contexts[short], contexts[name]) < _LEAST_CONTEXT_COSINE:
                continue
            for where in sorted(shorts[short]):
                match = re.search(rf"\b{re.escape(short)}\b", everything[where])
                assert match is not None
                quote = _quote(everything[where], match)
                found.add("initials", short, name, where=where, quote=quote)


def _contexts(
    texts: Iterable[tuple[str, str]], phrases: Collection[str]
) -> Mapping[str, Counter[str]]:
    """Return the words that stand around phrases."""
    contexts: dict[str, Counter[str]] = {phrase: Counter() for phrase in phrases}
    if not phrases:
        return contexts
    pattern = re.compile(r"\b(?:" + "|".join(re.escape(each) for each in sorted(phrases)) + r")\b")
    for _, text in texts:
        for match in pattern.finditer(text):
            around = (
                *words(text[max(0, match.start() - 80) : match.start()])[-_CONTEXT_WORDS:],
                *words(text[match.end() : match.end() + 80])[:_CONTEXT_WORDS],
            )
            contexts[match.group()].update(
                stem(word) for word in around if word not in STOP_WORDS and word.isalpha()
            )
    return contexts


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    shared = sum(count * other[word] for word, count in one.items())
    lengths = sum(n * n for n in one.values()) * sum(n * n for n in other.values())
    return float(shared / lengths**0.5) if lengths else 0.0


def _find_nicknames(
    tickets: Sequence[Ticket], common_words: Collection[str], found: _Found
) -> None:
    """Match short words of requesters with names that agents answer them with."""
    asked: dict[str, dict[str, str]] = defaultdict(dict)
    answered: dict[str, set[str]] = defaultdict(set)
    for ticket in tickets:
        text = _asked(ticket)
        for match in _TICKET_WORD.finditer(text):
            word = match.group()
            known = word.lower() in common_words or word.lower() in STOP_WORDS
            if _SHORTEST <= len(word) <= _LONGEST and (not known or _CAPITALS.fullmatch(word)):
                asked[word.lower()].setdefault(ticket.ticket_id, _quote(text, match))
        replies = "\n".join(each.text for each in ticket.messages if each.role == "agent")
        for match in _NAMES.finditer(replies):
            parts = match.group().split()
            for start in range(len(parts)):
                for end in range(start + 1, min(start + 3, len(parts)) + 1):
                    answered[" ".join(parts[start:end])].add(ticket.ticket_id)
    for short, places in sorted(asked.items()):
        if len(places) < _LEAST_TEXTS["tickets"]:
            continue
        for name in _names_for(short, places.keys(), answered, len(tickets)):
            for where in sorted(places.keys() & answered[name]):
                found.add("tickets", short, name, where=where, quote=places[where])


def _names_for(
    short: str, places: Collection[str], answered: Mapping[str, set[str]], n_tickets: int
) -> list[str]:
    """Return the best names for a nickname: at most one."""
    ranked = []
    for name, replies in answered.items():
        n_both = len(replies & set(places))
        if n_both < _LEAST_TEXTS["tickets"] or not _has_letters(short, name):
            continue
        share = n_both / len(places)
        elsewhere = (len(replies) - n_both) / max(1, n_tickets - len(places))
        if share >= _LEAST_SHARE and share >= _LEAST_LIFT * elsewhere:
            ranked.append((-share + elsewhere, -len(name), name))
    return [name for *_, name in sorted(ranked)[:1]]


def _has_letters(short: str, name: str) -> bool:
    """Return whether a longer name begins with the short form's first letter and has the others."""
    plain = normalise(name).replace(" ", "")
    if len(plain) <= len(short) + 1 or plain[0] != short[0]:
        return False
    rest = iter(plain)
    return all(letter in rest for letter in short)


def _asked(ticket: Ticket) -> str:
    first = next((each.text for each in ticket.messages if each.role == "requester"), "")
    return f"{ticket.subject}\n{first}"


def _quote(text: str, match: re.Match[str]) -> str:
    start, end = max(0, match.start() - _EXAMPLE_CHARS), match.end() + _EXAMPLE_CHARS
    return " ".join(text[start:end].split())


def _candidates(found: _Found) -> tuple[Candidate, ...]:
    """Return what has enough evidence; of several kinds for one meaning, the surest."""
    best: dict[tuple[str, str], Candidate] = {}
    for (kind, short, meaning), places in found.places.items():
        if len(places) < _LEAST_TEXTS[kind]:
            continue
        candidate = Candidate(
            short=short,
            meaning=meaning,
            kind=kind,
            n_texts=len(places),
            examples=tuple(places[where] for where in sorted(places)[:N_EXAMPLES]),
        )
        key = (normalise(short), meaning)
        held = best.get(key)
        if held is None or _KINDS.index(kind) < _KINDS.index(held.kind):
            best[key] = candidate
    return tuple(
        sorted(best.values(), key=lambda each: (each.short.lower(), -each.n_texts, each.meaning))
    )
