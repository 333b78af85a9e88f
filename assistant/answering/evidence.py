"""Which spans of an article answer a question.

An article is read as sections: runs of blocks under one heading. What a heading promises (a fix,
a cause, symptoms, further reading) decides what may be quoted; how near a section's passages are
to the question decides which of several fixes is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge_base.model import Block, Document

Role = Literal["fix", "cause", "symptom", "aside", "none"]

MAX_FIX_WORDS = 230
MAX_CAUSE_WORDS = 60
MAX_PLAIN_WORDS = 170
MIN_WORDS = 15
"""A section shorter than this introduces others and answers nothing by itself."""
MIN_STEPS = 2
"""With so many numbered steps a section is a fix, in an article that promises none."""
NEARLY_AS_NEAR = 0.9
"""A plain section joins the best one when its nearness is at least this share of the best's."""

_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "aside",
        re.compile(
            r"^(?:more info|further|references?\b|see also|related|next steps?$|feedback|contact|"
            r"disclaimer|third.party|applies to|status$|if (?:this|that) does(?: not|n't) help|"
            r"need more help|still need help|keywords|version history|change ?log)",
            re.I,
        ),
    ),
    ("cause", re.compile(r"^(?:causes?\b|root cause|reasons?\b|why\b)", re.I)),
    (
        "symptom",
        re.compile(
            r"^(?:symptoms?\b|problems?\b|issues?\b|error messages?\b|what you see|description$|"
            r"scenario$)",
            re.I,
        ),
    ),
    (
        "fix",
        re.compile(
            r"^(?:resolutions?\b|resolve\b|solutions?\b|work ?arounds?\b|fix(?:es)?\b|steps?\b|"
            r"how to\b|methods?\b|options?\b|procedures?\b|instructions?\b|mitigation|"
            r"recommended\b|what (?:you need )?to do|to (?:resolve|fix|work around)|"
            r"before you start|prerequisites?|on (?:windows|a mac|macos|iphone|ios|android)\b)",
            re.I,
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """How near a stretch of the article is to the question: `score` of `text[start:end]`."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of the article to be quoted, and the heading that it stands under."""

    start: int
    end: int
    heading: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A run of blocks under one heading, without the heading itself."""

    heading_path: tuple[str, ...]
    role: Role
    blocks: tuple[Block, ...]
    nearness: float

    @property
    def n_steps(self) -> int:
        """Return the number of numbered steps."""
        return sum(block.kind == "step" for block in self.blocks)

    def n_words(self, text: str) -> int:
        """Return the number of words between the section's first and last block."""
        return len(text[self.blocks[0].start : self.blocks[-1].end].split())


def choose_spans(
    document: Document, blocks: Sequence[Block], nearness: Sequence[Nearness]
) -> tuple[Span, ...]:
    """Return the spans that answer, in reading order; none for an article without content.

    Parameters
    ----------
    document
        The article; spans count characters of its `text`.
    blocks
        Its blocks in order.
    nearness
        Scores of stretches of the article; a section takes the best that overlaps it.
    """
    sections = read_sections(blocks, nearness)
    fixes = [item for item in sections if item.role == "fix"] or [
        item for item in sections if item.role == "none" and item.n_steps >= MIN_STEPS
    ]
    if fixes:
        causes = [item for item in sections if item.role == "cause"][:1]
        return tuple(
            [_shortened(item, document.text, MAX_CAUSE_WORDS) for item in causes]
            + _fill(fixes, document.text, MAX_FIX_WORDS)
        )
    full = [item for item in sections if item.n_words(document.text) >= MIN_WORDS] or sections
    rest = (
        [item for item in full if item.role in ("none", "cause")]
        or [item for item in full if item.role != "aside"]
        or full
    )
    if not rest:
        return ()
    best = max(item.nearness for item in rest)
    near = [item for item in rest if item.nearness >= NEARLY_AS_NEAR * best]
    return tuple(_fill(near, document.text, MAX_PLAIN_WORDS))


def read_sections(blocks: Sequence[Block], nearness: Sequence[Nearness]) -> list[Section]:
    """Group blocks under their headings, in order; sections without content are left out."""
    groups: list[list[Block]] = []
    for block in blocks:
        if block.kind == "heading":
            continue
        if groups and groups[-1][-1].heading_path == block.heading_path:
            groups[-1].append(block)
        else:
            groups.append([block])
    return [
        Section(
            heading_path=group[0].heading_path,
            role=role_of(group[0].heading_path),
            blocks=tuple(group),
            nearness=_nearest(group[0].start, group[-1].end, nearness),
        )
        for group in groups
    ]


def role_of(heading_path: Sequence[str]) -> Role:
    """Return what the headings promise: the deepest that promises anything decides.

    The first heading is the article's title and promises nothing of a section; under a heading
    that promises an aside, everything is one.
    """
    role: Role = "none"
    for heading in heading_path[1:]:
        found = next((name for name, words in _ROLES if words.search(heading.strip())), None)
        if found == "aside":
            return "aside"
        role = found or role
    return role


def _nearest(start: int, end: int, nearness: Sequence[Nearness]) -> float:
    overlapping = [item.score for item in nearness if item.start < end and start < item.end]
    return max(overlapping, default=0.0)


def _fill(sections: Sequence[Section], text: str, max_words: int) -> list[Span]:
    """Take whole sections, nearest first, while they fit; return them in reading order.

    The nearest is always taken, cut at a block when it alone is too long.
    """
    by_nearness = sorted(sections, key=lambda item: (-item.nearness, item.blocks[0].start))
    taken = [by_nearness[0]]
    left = max_words - by_nearness[0].n_words(text)
    for item in by_nearness[1:]:
        words = item.n_words(text)
        if words <= left:
            taken.append(item)
            left -= words
    taken.sort(key=lambda item: item.blocks[0].start)
    return [_shortened(item, text, max_words) for item in taken]


def _shortened(section: Section, text: str, max_words: int) -> Span:
    """Return the section as one span, ending with the last block that fits."""
    last = section.blocks[0]
    words = 0
    for block in section.blocks:
        words += len(text[block.start : block.end].split())
        if words > max_words and block is not section.blocks[0]:
            break
        last = block
    return Span(
        start=section.blocks[0].start,
        end=last.end,
        heading=section.heading_path[-1] if section.heading_path else "",
        role=section.role,
    )
