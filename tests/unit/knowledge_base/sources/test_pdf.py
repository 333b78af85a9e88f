from __future__ import annotations

import json

import pytest
from fpdf import FPDF

from knowledge_base.blocks import parse
from knowledge_base.errors import SourceError
from knowledge_base.sources.converted import page_at
from knowledge_base.sources.pdf import convert_pdf
from tests.sample_files import Article, pdf_file, write


def found(text: str) -> list[tuple[str, str, str]]:
    return [(each.block.kind, each.block.number, each.plain) for each in parse(text)]


def page(pdf: FPDF) -> None:
    pdf.set_auto_page_break(auto=False)
    pdf.add_page()
    pdf.set_y(40)


def test_a_pdf_keeps_headings_and_steps_and_loses_what_every_page_repeats() -> None:
    converted = convert_pdf(pdf_file(Article(), n_pages=3))
    assert converted.title == "The label printer feeds empty labels"
    steps = [("step", str(n), step) for n, step in enumerate(Article().steps, start=1)]
    expected = [("heading", "", converted.title)]
    for n in (1, 2, 3):
        expected += [("paragraph", "", Article().intro), ("heading", "", f"Steps for part {n}")]
        expected += steps
    assert found(converted.text) == expected


def test_every_letter_knows_its_page() -> None:
    converted = convert_pdf(pdf_file(Article(), n_pages=3))
    for n in (1, 2, 3):
        place = converted.text.index(f"Steps for part {n}")
        assert page_at(converted.metadata, place) == n
    starts = json.loads(converted.metadata["page_starts"])
    assert [converted.text[start:][:5] for start in starts] == ["# The", "The p", "The p"]
    assert page_at({}, 5) is None


def test_words_cut_at_line_ends_are_joined_unless_they_have_a_hyphen_elsewhere() -> None:
    pdf = FPDF()
    page(pdf)
    write(
        pdf, 11, "The badge was not re-\nplaced. After the next sign-\nin it works; sign-in twice."
    )
    assert convert_pdf(bytes(pdf.output())).text == (
        "The badge was not replaced. After the next sign-in it works; sign-in twice.\n"
    )


def test_columns_become_a_table() -> None:
    pdf = FPDF()
    page(pdf)
    for row in (("Code", "Meaning"), ("E-12", "Paper jam"), ("E-13", "No | toner")):
        pdf.set_font("Helvetica", "", 11)
        for cell in row:
            pdf.cell(60, 6, cell)
        pdf.ln(6)
    assert found(convert_pdf(bytes(pdf.output())).text) == [
        ("table", "", "Code Meaning\nE-12 Paper jam\nE-13 No | toner")
    ]


def test_letters_of_one_width_are_code() -> None:
    pdf = FPDF()
    page(pdf)
    write(pdf, 11, "Run this:")
    pdf.ln(4)
    pdf.set_font("Courier", "", 10)
    for line in ("if x:", "    restart()"):
        pdf.cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
    text = convert_pdf(bytes(pdf.output())).text
    assert ("code", "", "if x:\n    restart()") in found(text)


def test_a_pdf_without_headings_has_one_for_each_page() -> None:
    pdf = FPDF()
    for n in (1, 2):
        page(pdf)
        write(pdf, 11, f"Text of the {n}. page.")
    assert [block[2] for block in found(convert_pdf(bytes(pdf.output())).text)] == [
        "Page 1",
        "Text of the 1. page.",
        "Page 2",
        "Text of the 2. page.",
    ]


def test_a_long_text_without_gaps_is_cut_at_sentences() -> None:
    pdf = FPDF()
    page(pdf)
    write(pdf, 9, "Every sentence of this text has exactly nine words. " * 60)
    lengths = [len(plain.split()) for _, _, plain in found(convert_pdf(bytes(pdf.output())).text)]
    assert sum(lengths) == 60 * 9
    assert max(lengths) <= 120


def test_a_sentence_goes_on_over_the_page() -> None:
    pdf = FPDF()
    page(pdf)
    write(pdf, 16, "A heading", style="B")
    write(pdf, 11, "This sentence does not end where")
    page(pdf)
    write(pdf, 11, "the page does. And so on.")
    text = convert_pdf(bytes(pdf.output())).text
    assert "where the page does." in " ".join(text.split())


def test_pictures_of_text_are_refused_in_words() -> None:
    pdf = FPDF()
    page(pdf)
    pdf.rect(10, 10, 50, 50)
    with pytest.raises(SourceError, match="has no text layer"):
        convert_pdf(bytes(pdf.output()))


def test_a_password_and_a_broken_file_are_refused_in_words() -> None:
    with pytest.raises(SourceError, match="password"):
        convert_pdf(pdf_file(Article(), password="pw"))
    for raw in (b"", b"%PDF-1.7 nonsense", pdf_file(Article())[:200]):
        with pytest.raises(SourceError, match="no readable PDF"):
            convert_pdf(raw)
