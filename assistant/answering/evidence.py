"""Which spans of an article answer a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.features import Nearness, unit_features
from assistant.answering.sections import Role, Section, Unit, n_words, read_sections
from assistant.answering.selection import MAX_WORDS_SURE, SpanModel, choose, load_span_model
from knowledge_base.model import Block, Document

MAX_WARNING_WORDS = 60
MAX_GAP_WORDS = 2
"""With more words between two quoted blocks, each is a span of its own."""

__all__ = ["Nearness", "Span", "choose_spans"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of the article to be quoted, and the headings that it stands under."""

    start: int
    end: int
    heading_path: tuple[str, ...]
    """Outermost first; the first is the article's title where the article repeats it."""
    role: Role

    @property
    def heading(self) -> str:
        """Return the nearest heading, empty when there is none."""
        return self.heading_path[-1] if self.heading_path else ""


def choose_spans(
    document: Document,
    blocks: Sequence[Block],
    query: str,
    nearness: Sequence[Nearness],
    *,
    model: SpanModel | None = None,
) -> tuple[Span, ...]:
    """Return the spans that answer, in reading order; none for an article without content.

    Parameters
    ----------
    document
        The article; spans count characters of its `text`.
    blocks
        Its blocks in order.
    query
        What was asked.
    nearness
        Cosines of the question with stretches of the article.
    model
        How likely a unit is part of an answer; the shipped one when None.

    Notes
    -----
    Units are quoted whole, but for one that alone is longer than an answer may be: it ends with
    the last block that fits. A warning that stands beside a quoted unit is quoted with it.
    """
    sections = read_sections(document, blocks)
    units = [(section, unit) for section in sections for unit in section.units]
    if not units:
        return ()
    rows = unit_features(document, sections, query, nearness)
    chances = (model or load_span_model()).chances(rows)
    chosen = set(choose(chances, [unit.n_words for _, unit in units]))
    chosen |= _warnings(units, chosen)
    return _spans(document.text, units, sorted(chosen))


def _warnings(units: Sequence[tuple[Section, Unit]], chosen: set[int]) -> set[int]:
    """Return the short warnings that stand right before or behind something chosen."""
    return {
        number
        for number, (section, unit) in enumerate(units)
        if unit.kind == "warning"
        and unit.n_words <= MAX_WARNING_WORDS
        and any(
            other in chosen and units[other][0] is section and units[other][1].kind != "warning"
            for other in (number - 1, number + 1)
        )
    }


def _spans(
    text: str, units: Sequence[tuple[Section, Unit]], chosen: Sequence[int]
) -> tuple[Span, ...]:
    """Return the chosen units as spans; what stands side by side in a section becomes one.

    A row of a table brings the table's header with it, once. What is not shown between two blocks
    (an image, an include) is not quoted either.
    """
    spans: list[Span] = []
    headers: set[tuple[int, int]] = set()
    before: Section | None = None
    for number in chosen:
        section, unit = units[number]
        pieces = _pieces(text, unit)
        if unit.header is not None and unit.header not in headers:
            headers.add(unit.header)
            pieces.insert(0, unit.header)
        for start, end in pieces:
            if section is before and n_words(text[spans[-1].end : start]) <= MAX_GAP_WORDS:
                start = spans.pop().start
            spans.append(
                Span(start=start, end=end, heading_path=section.heading_path, role=section.role)
            )
            before = section
    return tuple(spans)


def _pieces(text: str, unit: Unit) -> list[tuple[int, int]]:
    """Return where the blocks of a unit stand, as many as an answer has room for."""
    if unit.header is not None:
        return [(unit.start, unit.end)]
    pieces: list[tuple[int, int]] = []
    words = 0
    for block in unit.blocks:
        words += n_words(text[block.start : block.end])
        if pieces and words > MAX_WORDS_SURE:
            break
        pieces.append((block.start, block.end))
    return pieces
