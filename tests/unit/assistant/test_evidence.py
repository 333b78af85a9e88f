"""Which spans of an article are quoted, and how they are written down."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.answering.evidence import MAX_WARNING_WORDS, Nearness, choose_spans
from assistant.answering.sections import n_words, read_sections, role_of
from assistant.answering.selection import MAX_WORDS_SURE
from assistant.answering.writing import cite, write_quotes, write_source
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


def quoted(text: str, query: str, nearness: list[Nearness] | None = None) -> list[str]:
    document = article(text)
    spans = choose_spans(document, parse_blocks(document), query, nearness or [])
    return [text[span.start : span.end] for span in spans]


def written(document: Document, query: str = "badge is not read") -> str:
    blocks = parse_blocks(document)
    return "\n\n".join(write_quotes(document, blocks, choose_spans(document, blocks, query, [])))


def test_a_trouble_article_answers_with_its_fix() -> None:
    found = quoted(TROUBLE, "my badge is not read")
    assert any(text.startswith("1. Hold the badge") for text in found)
    assert found[-1].endswith("```")
    assert not any("price list" in text or "blinks red" in text for text in found)


def test_a_guide_answers_with_the_section_that_is_near_the_question() -> None:
    start = GUIDE.index("Wipe")
    near = [Nearness(start=start, end=start + 20, score=0.8), Nearness(start=0, end=40, score=0.2)]
    found = quoted(GUIDE, "what has to be cleaned in a room", near)
    assert found[-1].startswith("Wipe the board")
    assert not any("Open the calendar" in text for text in found)


def test_of_the_variants_for_platforms_the_asked_one_is_quoted() -> None:
    text = "# Empty the cache\n" + "".join(
        f"\n## On {name}\n\n1. Quit the app on {name}.\n2. Delete {folder}.\n3. Start it again.\n"
        for name, folder in (("Windows", "`%appdata%`"), ("macOS", "`~/Library`"))
    )
    joined = "\n".join(quoted(text, "how do I empty the cache on my mac"))
    assert "~/Library" in joined


def test_of_a_long_table_the_header_and_the_matching_row_are_quoted() -> None:
    rows = "\n".join(
        f"| E-{number} | Trouble {word} | Do the thing number {number} and wait for a minute |"
        for number, word in ((410, "paper"), (411, "toner"), (412, "fuser"), (413, "tray"))
    )
    text = f"# Codes of the printer\n\n| Code | Means | Do |\n|---|---|---|\n{rows}\n"
    document = Document(document_id="d", title="Codes of the printer", text=text)
    shown = written(document, "the printer says E-412")
    assert shown.startswith("| Code | Means | Do |\n|---|---|---|\n| ")
    assert "| E-412 |" in shown


def test_an_article_without_content_has_no_spans() -> None:
    assert quoted("# Only a title\n", "title") == []


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
    citations = cite(document, choose_spans(document, parse_blocks(document), "badge", []))
    assert citations
    for citation in citations:
        assert document.text[citation.start : citation.end] == citation.quote
        assert citation.url == "/a/kb/a%20b.md"


def test_images_are_left_out_and_code_stands_inside_its_step() -> None:
    document = article(TROUBLE, updated_on=date(2026, 5, 3), verified_by="Noor Haddad")
    text = written(document)
    assert ":::image" not in text
    assert text.endswith("\n   ```text\n   READY\n   ```")
    assert (
        write_source(document, load_messages(), None)
        == "From “Badge is not read”, updated 3 May 2026, verified by Noor Haddad."
    )


def test_an_image_between_steps_is_not_cited() -> None:
    document = article(TROUBLE)
    spans = choose_spans(document, parse_blocks(document), "badge is not read", [])
    assert not any(":::image" in citation.quote for citation in cite(document, spans))


def test_an_outdated_article_says_so_and_names_the_newer_one() -> None:
    document = article(TROUBLE, status="outdated", superseded_by="new")
    said = write_source(document, load_messages(), "New badges")
    assert "marked as outdated; the newer one is “New badges”" in said


def test_a_warning_beside_quoted_steps_is_quoted_too() -> None:
    warning = "> [!WARNING]\n> This erases the phone.\n"
    text = f"# Reset a phone\n\n## Steps\n\n{warning}\n1. Open Settings.\n2. Select Reset.\n"
    document = Document(document_id="d", title="Reset a phone", text=text)
    shown = written(document, "reset my phone")
    assert "This erases the phone." in shown
    assert "2. Select Reset." in shown


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def check_extractive(document: Document, query: str) -> None:
    blocks = parse_blocks(document)
    text = document.text
    passages = [Nearness(start=block.start, end=block.end, score=0.4) for block in blocks[::2]]
    spans = choose_spans(document, blocks, query, passages)
    assert spans == choose_spans(document, blocks, query, passages)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    for citation in cite(document, spans):
        assert text[citation.start : citation.end] == citation.quote
    units = [unit for section in read_sections(document, blocks) for unit in section.units]
    longest = max((unit.n_words for unit in units), default=0)
    total = sum(n_words(text[span.start : span.end]) for span in spans)
    n_warnings = sum(unit.kind == "warning" for unit in units)
    assert total <= max(MAX_WORDS_SURE, longest) + MAX_WARNING_WORDS * n_warnings + 40
    stored = squeeze(text)
    headings = {heading for span in spans for heading in span.heading_path}
    for piece in write_quotes(document, blocks, spans):
        if piece.startswith("**") and set(piece.strip("*").split(" › ")) <= headings:
            continue
        # A table may be quoted as its header and some of its rows.
        rows = piece.split("\n") if piece.lstrip().startswith("|") else [piece]
        assert all(squeeze(row) in stored or dequoted(row) in dequoted(text) for row in rows)
    for block in blocks:
        if block.kind == "code":
            inside = [s for s in spans if s.start < block.end and block.start < s.end]
            assert all(s.start <= block.start and block.end <= s.end for s in inside)


def dequoted(text: str) -> str:
    """Squeeze a text without the marks at its line starts that hold a nested block together."""
    return squeeze(re.sub(r"^[\s>]+", "", text, flags=re.M))


def stored_article(path: Path) -> Document:
    text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    title = path.stem.replace("-", " ")
    return Document(document_id=path.name, title=title, text=text, body_start=body(text))


@pytest.mark.parametrize("folder", sorted(item for item in CONTENT.iterdir() if item.is_dir()))
def test_every_piece_of_an_answer_is_a_span_of_the_demo_articles(folder: Path) -> None:
    """Extractive by construction: what is not a message is in the article, word for word."""
    for path in sorted(folder.rglob("*.md")):
        document = stored_article(path)
        for query in (document.title, "why does it not work since yesterday", "E-410 on my iphone"):
            check_extractive(document, query)


def test_every_piece_of_an_answer_is_a_span_of_articles_of_others(shared: Path) -> None:
    paths = sorted((shared / "data" / "kb").rglob("*.md"))[::40]
    assert len(paths) > 50
    for path in paths:
        document = stored_article(path)
        check_extractive(document, document.title)


def body(text: str) -> int:
    return text.index("\n---\n", 4) + 5 if text.startswith("---\n") else 0
