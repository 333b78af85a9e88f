"""How much of what a right answer quotes an answer quotes, and how much else.

Tokens are counted where they stand in the documents, so that a word that occurs elsewhere in an
answer does not pass for the quoted one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.evaluation.files import Evidence, KeyTermsMode, Quote
from assistant.model import Citation
from knowledge_base.blocks import parse_blocks
from knowledge_base.model import Document

DocumentOf = Callable[[str], Document | None]

_TOKEN = re.compile(r"\w+", re.UNICODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceScore:
    """One answer against the evidence of its question."""

    recall: float
    """Share of the quotes' tokens inside the answer's spans, 0..1."""
    precision: float
    """Share of the spans' tokens inside a quote or its section heading, 0..1."""
    n_answer_tokens: int
    n_quotes_not_found: int
    """Quotes that are not in their document word for word; nothing of them counts as quoted."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A quote as the tokens of its document."""

    tokens: frozenset[int]
    """Empty when it is not found."""
    n_tokens: int


def score_evidence(
    citations: Sequence[Citation], evidence: Evidence, document_of: DocumentOf
) -> EvidenceScore:
    """Compare the spans of an answer with the quotes of its question.

    Parameters
    ----------
    citations
        The answer's spans: `document.text[start:end]`.
    evidence
        Document id → quotes. Of the quotes with one `alternative_group`, in whichever documents
        they stand, the best covered one counts; of equally covered ones the shortest.
    document_of
        Document id → document.

    Returns
    -------
    EvidenceScore
        Recall is 0 without quotes, precision 0 without spans.
    """
    texts = {
        document_id: _Tokens.of(document)
        for document_id in sorted({*evidence, *(item.document_id for item in citations)})
        if (document := document_of(document_id)) is not None
    }
    answered = _answered_tokens(citations, texts)
    wanted: dict[object, tuple[int, int]] = {}
    allowed: dict[str, set[int]] = {}
    n_not_found = 0
    for document_id, quotes in evidence.items():
        for place, quote in enumerate(quotes):
            placed = _place(quote, texts.get(document_id))
            n_not_found += not placed.tokens
            covered = len(placed.tokens & answered.get(document_id, set()))
            key: object = quote.alternative_group
            if key is None:
                key = (document_id, place)
            wanted[key] = _better(wanted.get(key), (covered, placed.n_tokens))
            if placed.tokens:
                allowed.setdefault(document_id, set()).update(
                    placed.tokens, texts[document_id].heading_of(min(placed.tokens))
                )
    n_answer = sum(len(tokens) for tokens in answered.values())
    n_wanted = sum(n_tokens for _, n_tokens in wanted.values())
    n_meant = sum(len(tokens & allowed.get(name, set())) for name, tokens in answered.items())
    return EvidenceScore(
        recall=sum(covered for covered, _ in wanted.values()) / n_wanted if n_wanted else 0.0,
        precision=n_meant / n_answer if n_answer else 0.0,
        n_answer_tokens=n_answer,
        n_quotes_not_found=n_not_found,
    )


def gold_shares(
    document: Document, quotes: Sequence[Quote], stretches: Sequence[tuple[int, int]]
) -> list[float]:
    """Return the share of each stretch's tokens that lies in any quote, alternatives included."""
    tokens = _Tokens.of(document)
    gold: set[int] = set()
    for quote in quotes:
        gold |= _place(quote, tokens).tokens
    shares = []
    for start, end in stretches:
        inside = tokens.inside(start, end)
        shares.append(len(inside & gold) / len(inside) if inside else 0.0)
    return shares


def has_key_terms(text: str, terms: Sequence[str], mode: KeyTermsMode) -> bool:
    """Return whether a text has all of the terms, or any; white space is normalised."""
    plain = " ".join(text.split())
    found = [" ".join(term.split()) in plain for term in terms]
    return any(found) if mode == "any" else all(found)


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The tokens of a document with their places, and where its headings are."""

    words: Sequence[str]
    spans: Sequence[tuple[int, int]]
    headings: Sequence[tuple[int, int]]
    """Characters of each heading, in order."""

    @classmethod
    def of(cls, document: Document) -> _Tokens:
        matches = list(_TOKEN.finditer(document.text))
        return cls(
            words=[match.group() for match in matches],
            spans=[match.span() for match in matches],
            headings=[
                (block.start, block.end)
                for block in parse_blocks(document)
                if block.kind == "heading"
            ],
        )

    def inside(self, start: int, end: int) -> set[int]:
        """Return the numbers of the tokens that lie wholly in these characters."""
        return {
            number
            for number, (first, last) in enumerate(self.spans)
            if start <= first < last <= end
        }

    def heading_of(self, token: int) -> set[int]:
        """Return the tokens of the nearest heading at or before a token."""
        before = [span for span in self.headings if span[0] <= self.spans[token][0]]
        return self.inside(*before[-1]) if before else set()


def _answered_tokens(
    citations: Sequence[Citation], texts: Mapping[str, _Tokens]
) -> dict[str, set[int]]:
    answered: dict[str, set[int]] = {}
    for citation in citations:
        if citation.document_id in texts:
            tokens = texts[citation.document_id].inside(citation.start, citation.end)
            answered.setdefault(citation.document_id, set()).update(tokens)
    return answered


def _place(quote: Quote, document: _Tokens | None) -> _Placed:
    if not quote.quote.strip():
        if document is None or quote.start is None or quote.end is None:
            return _Placed(frozenset(), 1)
        held = document.inside(quote.start, quote.end)
        return _Placed(frozenset(held), max(1, len(held)))
    wanted = _TOKEN.findall(quote.quote)
    if document is not None and wanted:
        for first in range(len(document.words) - len(wanted) + 1):
            if document.words[first : first + len(wanted)] == wanted:
                return _Placed(frozenset(range(first, first + len(wanted))), len(wanted))
    return _Placed(frozenset(), len(wanted))


def _better(known: tuple[int, int] | None, other: tuple[int, int]) -> tuple[int, int]:
    """Return the better covered of two alternatives (covered, all tokens)."""
    if known is None:
        return other
    by_share = [(covered / n if n else 0.0, -n) for covered, n in (known, other)]
    return other if by_share[1] > by_share[0] else known
