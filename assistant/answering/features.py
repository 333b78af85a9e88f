"""What is known of each unit of an article when a question is asked of it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.answering.confidence import PLATFORMS
from assistant.answering.sections import Role, Section, Unit, UnitKind
from knowledge_base.model import Document
from knowledge_base.text import identifiers, terms
from knowledge_base.text import words as words_in

ROLES: tuple[Role, ...] = ("fix", "cause", "symptom", "aside")
KINDS: tuple[UnitKind, ...] = (
    "steps",
    "bullets",
    "code",
    "table",
    "row",
    "note",
    "warning",
    "quote",
)
MIN_REPAIRABLE = 5
"""A shorter word of the question is not taken for a slip of another."""
MIN_LIKENESS = 0.8
SHORT_WORDS = 12
NEARLY_AS_NEAR = 0.9
PHRASE_WEIGHT = 0.34
"""What a turn of phrase counts for each time it is found; three times is all."""

_HOW = re.compile(
    r"\b(?:how (?:do|can|to|should|would|could)|where (?:do|can|is|are)|is there (?:a|any) way|"
    r"steps?\b|way to|set ?up|configure|change|disable|enable|turn (?:on|off)|remove|reset)\b",
    re.I,
)
_WHY = re.compile(r"\b(?:why|reason|cause|how come|what (?:does .{1,40} mean|is going on))\b", re.I)
_FACT = re.compile(
    r"(?:^|[\n.,;] *)(?:can|may|must|do|does|is|are|am|will|should|what|which|who|when|"
    r"how (?:long|many|much|big|large|often|far))\b",
    re.I,
)
_PHRASES: Mapping[str, re.Pattern[str]] = {
    "to_fix": re.compile(
        r"\bto (?:resolve|fix|work ?around|solve|correct|avoid|prevent|mitigate)\b|"
        r"\b(?:workaround|follow these steps|use (?:one of )?the following)\b",
        re.I,
    ),
    "because": re.compile(
        r"\b(?:occurs?|happens?|caused?|due to|because|by design|expected behavior)\b", re.I
    ),
    "when_you": re.compile(
        r"\b(?:when (?:you|users?)|you (?:receive|see|experience)|consider the following|assume)\b",
        re.I,
    ),
    "look_elsewhere": re.compile(
        r"\b(?:for more (?:information|details)|see \[|see also|learn more|still need help|"
        r"original kb|contact (?:your|microsoft|support)|this article (?:describes|provides|"
        r"discusses|was|contains|explains)|applies to)\b",
        re.I,
    ),
    "looks_like": re.compile(
        r"\b(?:resembles?|similar to|the following (?:example|screenshot|output|error)|as follows|"
        r"for example|note)\b|```output",
        re.I,
    ),
    "do_it": re.compile(
        r"(?:^|\n)[\s>*+\-\d.)]*\**(?:select|click|open|go to|sign in|type|enter|run|press|tap|"
        r"choose|set|make sure|verify|check|install|remove|delete|restart|use|create|add|change|"
        r"turn|update|contact|ask|send|right-click|locate|start|close|wait|navigate|enable|disable)\b",
        re.I,
    ),
    "menu": re.compile(r"\*\*[^*\n]+\*\*\s*>|\*\*"),
    "code": re.compile(r"`[^`\n]+`|```"),
    "number": re.compile(r"\b\d+\b"),
    "policy": re.compile(
        r"\b(?:must|should|may|can(?:no|')?t|only|need to|have to|required?)\b", re.I
    ),
    "link": re.compile(r"\]\("),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """How near a stretch of the article is to the question: `score` of `text[start:end]`."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question, as an article sees it."""

    weights: Mapping[str, float]
    """Term → how much it tells the units of the article apart."""
    total: float
    identifiers: frozenset[str]
    platforms: frozenset[str]
    is_how: bool
    is_why: bool
    is_fact: bool

    def share(self, found: frozenset[str]) -> float:
        """Return the share of the question's weight that some terms have, 0..1."""
        if not self.total:
            return 0.0
        return sum(weight for term, weight in self.weights.items() if term in found) / self.total


def unit_features(
    document: Document,
    sections: Sequence[Section],
    query: str,
    nearness: Sequence[Nearness],
) -> list[dict[str, float]]:
    """Return the features of every unit by name, in reading order.

    Parameters
    ----------
    document
        The article.
    sections
        Its sections.
    query
        What was asked, with the turns before it when it leans on them.
    nearness
        Cosines of the question with stretches of the article; a unit takes the best that
        overlaps it, 0 where there is none.
    """
    article = _read(document, sections, query)
    best_cosine = max((item.score for item in nearness), default=0.0)
    mean_cosine = sum(item.score for item in nearness) / len(nearness) if nearness else 0.0
    best_words = max(article.words, default=0.0)
    best_section = max(article.section_words, default=0.0)
    best_heading = max((heading for _, heading, _ in article.headings), default=0.0)
    standing = _standing(article, sections, nearness)
    rows: list[dict[str, float]] = []
    for number, section in enumerate(sections):
        for unit in section.units:
            place = len(rows)
            cosine = _nearest(unit, nearness)
            words = article.words[place]
            neighbours = article.words[max(0, place - 1) : place + 2]
            row = {
                "cosine": cosine,
                "cosine_lead": cosine - mean_cosine,
                "cosine_behind_best": cosine - best_cosine,
                "words": words,
                "words_behind_best": words - best_words,
                "words_density": article.density[place],
                "neighbour_words": (sum(neighbours) - words) / 2,
                "section_words": article.section_words[number],
                "section_behind_best": article.section_words[number] - best_section,
                "heading_in_question": article.headings[number][0],
                "question_in_heading": article.headings[number][1],
                "heading_behind_best": article.headings[number][1] - best_heading,
                "parents_in_question": article.headings[number][2],
                **standing[number],
                **_exact(document, article, section, unit),
                **_shape(article, sections, number, unit),
                **_wording(document.text[unit.start : unit.end], article.asked, section, unit),
            }
            row["place_in_article"] = place / max(1, len(article.words) - 1)
            rows.append(row)
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Article:
    """An article and a question, with all that its units are compared by."""

    asked: _Asked
    words: Sequence[float]
    """Of each unit, the share of the question that it has."""
    density: Sequence[float]
    """Of each unit, the share of its terms that the question has."""
    section_words: Sequence[float]
    """Of each section with its headings, the share of the question that it has."""
    headings: Sequence[tuple[float, float, float]]
    """Of each section: the share of its heading's terms that the question has, the share of the
    question that the heading has, the share of its parents' terms that the question has."""
    n_words: int
    roles: frozenset[Role]
    has_steps: bool


def _read(document: Document, sections: Sequence[Section], query: str) -> _Article:
    text = document.text
    held = [frozenset(terms(text[u.start : u.end])) for section in sections for u in section.units]
    own = [frozenset(terms(" ".join(section.heading_path[-1:]))) for section in sections]
    parents = [frozenset(terms(" ".join(section.heading_path[1:-1]))) for section in sections]
    title = frozenset(terms(document.title))
    asked = _ask(query, held, frozenset().union(title, *own, *parents))
    asked_terms = frozenset(asked.weights)
    section_words, place = [], 0
    for section, one, other in zip(sections, own, parents, strict=True):
        inside = held[place : place + len(section.units)]
        section_words.append(asked.share(frozenset().union(one, other, *inside)))
        place += len(section.units)
    return _Article(
        asked=asked,
        words=[asked.share(found) for found in held],
        density=[len(found & asked_terms) / len(found) if found else 0.0 for found in held],
        section_words=section_words,
        headings=[
            (
                len(one & asked_terms) / len(one) if one else 0.0,
                asked.share(one - title),
                len(other & asked_terms) / len(other) if other else 0.0,
            )
            for one, other in zip(own, parents, strict=True)
        ],
        n_words=sum(section.n_words for section in sections),
        roles=frozenset(section.role for section in sections),
        has_steps=any(unit.kind == "steps" for section in sections for unit in section.units),
    )


def _ask(query: str, held: Sequence[frozenset[str]], headings: frozenset[str]) -> _Asked:
    known = headings.union(*held)
    weights: dict[str, float] = {}
    for term in dict.fromkeys(terms(query)):
        meant = term if term in known else _slip_of(term, known)
        if meant is not None:
            n_with = sum(meant in unit for unit in held)
            weights[meant] = math.log1p(len(held) / (1 + n_with))
    return _Asked(
        weights=weights,
        total=sum(weights.values()),
        identifiers=frozenset(identifiers(query)),
        platforms=_platforms(query),
        is_how=bool(_HOW.search(query)),
        is_why=bool(_WHY.search(query)),
        is_fact=bool(_FACT.search(query)),
    )


def _slip_of(term: str, known: frozenset[str]) -> str | None:
    """Return the article's term that a mistyped one most likely is, or None."""
    if len(term) < MIN_REPAIRABLE or not term.isalpha():
        return None
    best: tuple[float, str] | None = None
    for other in known:
        if abs(len(other) - len(term)) > 2 or other[:1] != term[:1] or not other.isalpha():
            continue
        likeness = SequenceMatcher(None, term, other).ratio()
        if likeness >= MIN_LIKENESS and (best is None or (-likeness, other) < best):
            best = (-likeness, other)
    return None if best is None else best[1]


def _platforms(text: str) -> frozenset[str]:
    return frozenset(PLATFORMS[word] for word in words_in(text) if word in PLATFORMS)


def _standing(
    article: _Article, sections: Sequence[Section], nearness: Sequence[Nearness]
) -> list[dict[str, float]]:
    """Return how each section stands among those that may answer at all.

    Those are the fixes; in an article that promises none, what has steps; in one without steps,
    whatever is neither a symptom nor an aside.
    """
    cosines = [
        max((_nearest(unit, nearness) for unit in section.units), default=0.0)
        for section in sections
    ]
    may = _may_answer(sections)
    n_may = sum(may)
    best_cosine = max((c for c, ok in zip(cosines, may, strict=True) if ok), default=0.0)
    best_words = max(
        (found for found, ok in zip(article.section_words, may, strict=True) if ok), default=0.0
    )
    rows = []
    for cosine, found, heading, ok in zip(
        cosines, article.section_words, article.headings, may, strict=True
    ):
        rows.append(
            {
                "may_answer": float(ok),
                "may_answer_nearest": float(ok and cosine >= NEARLY_AS_NEAR * best_cosine),
                "may_answer_behind": (cosine - best_cosine) if ok else 0.0,
                "may_answer_words_behind": (found - best_words) if ok else 0.0,
                "may_answer_heading": heading[1] if ok else 0.0,
                "may_answer_alone": float(ok and n_may == 1),
                "may_answer_rivals": math.log1p(n_may) if ok else 0.0,
            }
        )
    return rows


def _may_answer(sections: Sequence[Section]) -> list[bool]:
    fixes = [section.role == "fix" for section in sections]
    with_steps = [
        section.role == "none" and any(unit.kind == "steps" for unit in section.units)
        for section in sections
    ]
    plain = [
        section.role in ("none", "cause") and section.n_words >= SHORT_WORDS for section in sections
    ]
    for found in (fixes, with_steps, plain):
        if any(found):
            return found
    return [True] * len(sections)


def _nearest(unit: Unit, nearness: Sequence[Nearness]) -> float:
    return max(
        (item.score for item in nearness if item.start < unit.end and unit.start < item.end),
        default=0.0,
    )


def _exact(document: Document, article: _Article, section: Section, unit: Unit) -> dict[str, float]:
    """Return how far what must match to the letter does: codes, commands, platforms."""
    asked = article.asked
    headings = " ".join(section.heading_path[1:])
    shown = document.text[unit.start : unit.end]
    codes = asked.identifiers & frozenset(identifiers(shown)) if asked.identifiers else ()
    in_heading = asked.identifiers & frozenset(identifiers(headings)) if asked.identifiers else ()
    platforms = _platforms(headings)
    met = 0.0
    if asked.platforms and platforms:
        met = 1.0 if asked.platforms & platforms else -1.0
    return {
        "identifiers": len(codes) / len(asked.identifiers) if asked.identifiers else 0.0,
        "identifier_in_heading": float(bool(in_heading)),
        "platform": met,
    }


def _shape(
    article: _Article, sections: Sequence[Section], number: int, unit: Unit
) -> dict[str, float]:
    """Return what a unit is and where it stands."""
    section = sections[number]
    parent = section.heading_path[:-1]
    siblings = [
        place
        for place, other in enumerate(sections)
        if len(section.heading_path) > 1 and other.heading_path[:-1] == parent
    ]
    among = siblings.index(number) / max(1, len(siblings) - 1) if siblings else 0.0
    return {
        **{f"role_{role}": float(section.role == role) for role in ROLES},
        **{f"kind_{kind}": float(unit.kind == kind) for kind in KINDS},
        "fix_text": float(section.role == "fix" and unit.kind == "text"),
        "fix_steps": float(section.role == "fix" and unit.kind in ("steps", "bullets", "code")),
        "none_beside_fix": float(section.role == "none" and "fix" in article.roles),
        "none_without_steps": float(section.role == "none" and not article.has_steps),
        "cause_without_fix": float(section.role == "cause" and "fix" not in article.roles),
        "lead": float(number == 0),
        "first_in_section": float(unit.place == 0),
        "place_in_section": unit.place / max(1, len(section.units) - 1),
        "section_place": number / max(1, len(sections) - 1),
        "section_share": section.n_words / max(1, article.n_words),
        "n_units_log": math.log1p(len(article.words)),
        "n_words_log": math.log1p(unit.n_words),
        "is_short": float(unit.n_words < SHORT_WORDS),
        "article_words_log": math.log1p(article.n_words),
        "n_siblings_log": math.log1p(len(siblings)),
        "place_among_siblings": among,
    }


def _wording(words: str, asked: _Asked, section: Section, unit: Unit) -> dict[str, float]:
    """Return what a unit's words are like, and how that suits the kind of question."""
    said = {
        f"says_{name}": min(1.0, len(pattern.findall(words)) * PHRASE_WEIGHT)
        for name, pattern in _PHRASES.items()
    }
    return {
        **said,
        "how_steps": float(asked.is_how and unit.kind == "steps"),
        "why_cause": float(asked.is_why and section.role == "cause"),
        "fact_text": float(asked.is_fact and not asked.is_how and unit.kind == "text"),
        "fact_steps": float(asked.is_fact and not asked.is_how and unit.kind == "steps"),
    }
