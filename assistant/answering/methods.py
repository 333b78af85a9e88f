"""An article as methods: sections that can be tried, told to have failed, and gone through.

A method is a section that says what to do. What is quoted of it are its blocks as written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.evidence import Span
from assistant.answering.facets import FacetVocabulary, named_values
from assistant.answering.sections import Section, n_words, read_sections
from assistant.model import Method
from knowledge_base.model import Block, Document

MAX_METHOD_WORDS = 300
_LAST_RESORT = re.compile(r"^if (?:this|that|it|nothing) does(?: not|n't) help|^still ", re.I)
_SHARED = ("os", "client")
"""Facets that sections of one article are written apart for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One numbered step with what belongs to it: `document.text[start:end]`."""

    number: int
    start: int
    end: int


def method_of(document: Document, section: Section) -> Method:
    """Return a section as a method."""
    return Method(
        document_id=document.document_id,
        title=document.title,
        heading_path=section.heading_path,
        n_steps=len(_steps(section)),
    )


def offered_by(
    document: Document, blocks: Sequence[Block], spans: Sequence[Span]
) -> tuple[Method, ...]:
    """Return the methods that some spans quote: the sections that they stand in.

    Causes and symptoms are none: nobody can try them.
    """
    quoted = {span.heading_path for span in spans if span.role not in ("cause", "symptom")}
    return tuple(
        dict.fromkeys(
            method_of(document, section)
            for section in read_sections(document, blocks)
            if section.heading_path in quoted
        )
    )


def methods(document: Document, blocks: Sequence[Block]) -> tuple[Method, ...]:
    """Return what an article says to do: sections with steps, then what to do if they do not help.

    In reading order; empty for an article that has neither.
    """
    sections = read_sections(document, blocks)
    own = [item for item in sections if _steps(item) and item.role not in ("cause", "aside")]
    last = [item for item in sections if _LAST_RESORT.match(item.heading_path[-1].strip())]
    return tuple(dict.fromkeys(method_of(document, item) for item in (*own, *last)))


def is_last_resort(method: Method) -> bool:
    """Return whether a section is what its article names for when its methods did not help."""
    return bool(_LAST_RESORT.match(method.heading_path[-1].strip()))


def fits(method: Method, known: Mapping[str, str], vocabulary: FacetVocabulary) -> bool:
    """Return whether a section is not headed for another system than the known one."""
    return _fits(method.heading_path, known, vocabulary)


def systems_of(method: Method, vocabulary: FacetVocabulary) -> dict[str, str]:
    """Return facet → value for what a section's headings say it is for."""
    named = {
        key: named_values(" ".join(method.heading_path[1:]), vocabulary.facet(key))
        for key in _SHARED
    }
    return {key: values[0] for key, values in named.items() if len(values) == 1}


def _fits(
    heading_path: Sequence[str], known: Mapping[str, str], vocabulary: FacetVocabulary
) -> bool:
    headings = " ".join(heading_path[1:])
    for key in _SHARED:
        if known.get(key):
            named = named_values(headings, vocabulary.facet(key))
            if named and known[key] not in named:
                return False
    return True


def _names(
    heading_path: Sequence[str], known: Mapping[str, str], vocabulary: FacetVocabulary
) -> bool:
    headings = " ".join(heading_path[1:])
    return any(
        known.get(key, "") in named_values(headings, vocabulary.facet(key)) for key in _SHARED
    )


def for_known(
    document: Document,
    blocks: Sequence[Block],
    spans: Sequence[Span],
    known: Mapping[str, str],
    vocabulary: FacetVocabulary,
) -> tuple[Span, ...]:
    """Return spans without sections headed for another system than the known one.

    Where that takes the article's own section for the known system's place, it is put back. All
    spans stay where nothing would be left.
    """
    kept = [span for span in spans if _fits(span.heading_path, known, vocabulary)]
    if len(kept) == len(spans):
        return tuple(spans)
    if not any(_names(span.heading_path, known, vocabulary) for span in kept):
        for method in methods(document, blocks):
            if _names(method.heading_path, known, vocabulary):
                kept += spans_of(document, blocks, method)
    return tuple(sorted(kept, key=lambda span: span.start)) or tuple(spans)


def spans_of(document: Document, blocks: Sequence[Block], method: Method) -> tuple[Span, ...]:
    """Return a method's section as spans, as much of it as an answer has room for.

    Empty when the article no longer has it.
    """
    spans: list[Span] = []
    words = 0
    for section in read_sections(document, blocks):
        if section.heading_path != method.heading_path:
            continue
        for unit in section.units:
            words += unit.n_words
            if spans and words > MAX_METHOD_WORDS:
                return tuple(spans)
            spans.append(_span(section, unit.start, unit.end))
    return _joined(document.text, spans)


def cause_spans(document: Document, blocks: Sequence[Block]) -> tuple[Span, ...]:
    """Return the sections that tell why something happens; empty when there are none."""
    spans = [
        _span(section, unit.start, unit.end)
        for section in read_sections(document, blocks)
        if section.role == "cause"
        for unit in section.units
    ]
    return _joined(document.text, spans)


def steps(document: Document, blocks: Sequence[Block], method: Method) -> tuple[Step, ...]:
    """Return the numbered steps of a method, in order; empty when the article no longer has it."""
    for section in read_sections(document, blocks):
        if section.heading_path == method.heading_path:
            return _steps(section)
    return ()


def step_span(method: Method, step: Step) -> Span:
    """Return one step as a span."""
    return Span(start=step.start, end=step.end, heading_path=method.heading_path, role="fix")


def _steps(section: Section) -> tuple[Step, ...]:
    """Return the numbered steps of the first level, each with the blocks that stand inside it."""
    found: list[list[Block]] = []
    for unit in section.units:
        if unit.kind != "steps":
            continue
        for block in unit.blocks:
            if block.kind == "step" and block.depth == 1:
                found.append([block])
            elif found and block.depth:
                found[-1].append(block)
    return tuple(
        Step(number=number, start=group[0].start, end=group[-1].end)
        for number, group in enumerate(found, start=1)
    )


def _span(section: Section, start: int, end: int) -> Span:
    return Span(start=start, end=end, heading_path=section.heading_path, role=section.role)


def _joined(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return spans with those that stand side by side in one section made one."""
    joined: list[Span] = []
    for span in spans:
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.heading_path == span.heading_path
            and not n_words(text[before.end : span.start])
        ):
            joined[-1] = Span(
                start=before.start, end=span.end, heading_path=span.heading_path, role=span.role
            )
        else:
            joined.append(span)
    return tuple(joined)
