"""Which spans of an article are quoted, and how they are written down."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from assistant.answering.evidence import Nearness, choose_spans, role_of
from assistant.answering.writing import cite, quote_block, write_answer
from assistant.messages import load_messages
from knowledge_base.blocks import parse_blocks
from knowledge_base.model import Document

CONTENT = Path(__file__).parents[3] / "knowledge_base" / "content" / "articles"

TROUBLE = """# Badge is not read

## Symptoms

The reader blinks red and says "no card".

## Cause

The card was demagnetised by a phone case. This takes a few words to explain.

## Resolution

1. Hold the badge flat on the reader.

   :::image source="media/reader.png" alt-text="The reader.":::

2. Wait for the green light:

   ```text
   READY
   ```

## More information

See the price list for new badges.
"""

GUIDE = """# Working with rooms

A page about rooms.

## Booking a room

Open the calendar, select a free slot and add the room. The room answers within a minute
when it is free, and says who has it when it is not.

## Cleaning a room

Wipe the board, push the chairs in and switch the screen off. Report stains to facilities so
that somebody comes with the right cleaning agent.
"""


def article(text: str, **fields: object) -> Document:
    return Document(document_id="kb/a b.md", title="Badge is not read", text=text, **fields)  # type: ignore[arg-type]


def quoted(text: str, nearness: list[Nearness] | None = None) -> list[str]:
    document = article(text)
    spans = choose_spans(document, parse_blocks(document), nearness or [])
    return [text[span.start : span.end] for span in spans]


def test_a_trouble_article_answers_with_its_cause_and_its_fix() -> None:
    cause, fix = quoted(TROUBLE)
    assert cause.startswith("The card was demagnetised")
    assert fix.startswith("1. Hold the badge")
    assert fix.endswith("```")
    assert not any("price list" in text or "blinks red" in text for text in (cause, fix))


def test_a_guide_answers_with_the_section_that_is_near_the_question() -> None:
    start = GUIDE.index("Wipe")
    near = [Nearness(start=start, end=start + 20, score=0.8), Nearness(start=0, end=40, score=0.2)]
    (only,) = quoted(GUIDE, near)
    assert only.startswith("Wipe the board")


def test_of_many_fixes_the_nearest_is_quoted_first_and_reading_order_is_kept() -> None:
    long = "word " * 120
    methods = (f"first {long}", f"second {long}", "short third way out of it")
    text = "# T\n" + "".join(
        f"\n## Method {number}\n\n{body}\n" for number, body in enumerate(methods, start=1)
    )
    start = text.index("second")
    found = quoted(text, [Nearness(start=start, end=start + 5, score=0.9)])
    assert [piece.split()[0] for piece in found] == ["second", "short"]


def test_an_article_without_content_has_no_spans() -> None:
    assert quoted("# Only a title\n") == []


@pytest.mark.parametrize(
    ("path", "role"),
    [
        (("Title", "Resolution"), "fix"),
        (("Title", "Resolution", "Method 2: Registry"), "fix"),
        (("Title", "Resolution", "More information"), "aside"),
        (("How to set up a phone",), "none"),
        (("Title", "Why this happens"), "cause"),
        (("Title", "Symptoms"), "symptom"),
        (("Title", "Holidays"), "none"),
    ],
)
def test_the_deepest_heading_that_promises_something_decides(path, role: str) -> None:
    assert role_of(path) == role


def test_a_citation_is_the_span_itself() -> None:
    document = article(TROUBLE, updated_on=date(2026, 5, 3), verified_by="Noor Haddad")
    citations = cite(document, choose_spans(document, parse_blocks(document), []))
    assert citations
    for citation in citations:
        assert document.text[citation.start : citation.end] == citation.quote
        assert citation.url == "/a/kb/a%20b.md"


def test_images_are_left_out_and_code_stands_inside_its_step() -> None:
    document = article(TROUBLE, updated_on=date(2026, 5, 3), verified_by="Noor Haddad")
    blocks = parse_blocks(document)
    text = write_answer(document, blocks, choose_spans(document, blocks, []), load_messages())
    assert ":::image" not in text
    assert "\n   ```text\n   READY\n   ```\n" in text
    assert "From “Badge is not read”, updated 3 May 2026, verified by Noor Haddad." in text


def test_an_outdated_article_says_so_and_names_the_newer_one() -> None:
    document = article(TROUBLE, status="outdated", superseded_by="new")
    blocks = parse_blocks(document)
    spans = choose_spans(document, blocks, [])
    text = write_answer(document, blocks, spans, load_messages(), successor_title="New badges")
    assert "marked as outdated; the newer one is “New badges”" in text


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize(
    "path", sorted(CONTENT.rglob("*.md"))[::7], ids=lambda path: path.stem if path else ""
)
def test_every_piece_of_an_answer_is_a_span_or_a_template(path: Path) -> None:
    """Extractive by construction: what is not a message is in the article, word for word."""
    text = path.read_text(encoding="utf-8")
    document = Document(document_id=path.name, title="The title", text=text, body_start=body(text))
    blocks = parse_blocks(document)
    spans = choose_spans(document, blocks, [])
    assert spans
    messages = load_messages()
    answer = write_answer(document, blocks, spans, messages)
    own = {
        "From “The title”.",
        messages.say("helpdesk.if_not_solved"),
        *(f"**{span.heading}**" for span in spans),
    }
    stored = squeeze(text)
    for block in blocks:
        if squeeze(quote_block(text, block)) not in stored:
            # A quote or code block inside a list loses its own marks' indentation only.
            assert squeeze(text[block.start : block.end]) in stored
    pieces = [piece for piece in answer.split("\n\n") if piece.strip() not in own]
    assert pieces
    for piece in pieces:
        assert squeeze(piece) in stored


def body(text: str) -> int:
    return text.index("\n---\n", 4) + 5 if text.startswith("---\n") else 0
