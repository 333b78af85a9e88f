from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import OxmlElement
from docx.shared import Pt

from knowledge_base.blocks import parse
from knowledge_base.errors import SourceError
from knowledge_base.sources.sheets import MAX_ROWS, convert_xlsx, rows_of_xlsx
from knowledge_base.sources.slides import convert_pptx
from knowledge_base.sources.word import convert_docx
from tests.sample_files import Article, docx_file, pptx_file, saved, xlsx_file


def found(text: str) -> list[tuple[str, str, str]]:
    return [(each.block.kind, each.block.number, each.plain) for each in parse(text)]


def test_a_docx_keeps_headings_steps_and_tables() -> None:
    converted = convert_docx(docx_file(Article(steps=("Open it.", "Close it."))))
    assert converted.title == "The label printer feeds empty labels"
    assert found(converted.text) == [
        ("heading", "", converted.title),
        ("paragraph", "", Article().intro),
        ("heading", "", "Steps"),
        ("step", "1", "Open it."),
        ("step", "2", "Close it."),
        ("table", "", "Light Meaning\nLT-41 The sensor is dirty"),
    ]


def test_a_list_goes_on_behind_a_picture_and_code_stays_in_its_step() -> None:
    document = docx.Document()
    document.add_paragraph("One", style="List Number")
    document.add_paragraph("What you see now.").paragraph_format.left_indent = Pt(36)
    document.add_paragraph("Two", style="List Number")
    for line in ("Get-Printer |", "  Remove-Printer"):
        document.add_paragraph().add_run(line).font.name = "Consolas"
    document.add_paragraph("Three", style="List Number")
    document.add_paragraph("Then all is well.")
    assert found(convert_docx(saved(document)).text) == [
        ("step", "1", "One"),
        ("paragraph", "", "What you see now."),
        ("step", "2", "Two"),
        ("code", "", "Get-Printer |\n  Remove-Printer"),
        ("step", "3", "Three"),
        ("paragraph", "", "Then all is well."),
    ]


def test_hidden_and_deleted_text_is_left_out_and_inserted_text_is_kept() -> None:
    document = docx.Document()
    document.add_paragraph("Seen").add_run(" unseen").font.hidden = True
    for tag, text_tag, words in (("w:del", "w:delText", "gone"), ("w:ins", "w:t", " new")):
        change, run, text = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
        text.text = words
        run.append(text)
        change.append(run)
        document.paragraphs[0]._p.append(change)
    assert convert_docx(saved(document)).text == "Seen new\n"


def test_a_pptx_has_a_section_for_each_slide_with_notes_and_tables() -> None:
    converted = convert_pptx(pptx_file(Article(steps=("Open it.",))))
    assert converted.title == "The label printer feeds empty labels"
    assert found(converted.text) == [
        ("heading", "", "Slide 1: The label printer feeds empty labels"),
        ("bullet", "", Article().intro),
        ("bullet", "", "Open it."),
        ("heading", "", "Notes"),
        ("paragraph", "", "Ask who used the printer last."),
        ("heading", "", "Slide 2: Lights"),
        ("table", "", "Light Meaning\nLT-41 The sensor is dirty"),
    ]


def test_hidden_slides_are_left_out_but_counted() -> None:
    presentation = pptx.Presentation()
    for title in ("One", "Two", "Three"):
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = title
    presentation.slides[1].element.set("show", "0")
    text = convert_pptx(saved(presentation)).text
    assert text == "## Slide 1: One\n\n## Slide 3: Three\n"


def test_an_xlsx_has_a_section_for_each_sheet() -> None:
    text = convert_xlsx(xlsx_file(Article())).text
    assert found(text) == [
        ("heading", "", "Sheet Lights"),
        ("paragraph", "", "The label printer feeds empty labels"),
        ("table", "", "Light Meaning\nLT-41 The sensor is dirty"),
    ]


def test_cells_are_written_as_people_read_them_and_hidden_sheets_are_named() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["When", "Price", "Share", "Open"])
    sheet.append([datetime(2026, 3, 4), 12.0, 0.195, True])
    sheet["C2"].number_format = "0.0%"
    hidden = workbook.create_sheet("Salaries")
    hidden.sheet_state = "hidden"
    hidden.append(["secret"])
    converted = convert_xlsx(saved(workbook))
    assert "| 2026-03-04 | 12 | 19.5 % | yes |" in converted.text
    assert "secret" not in converted.text
    assert converted.metadata["hidden_sheets"] == "Salaries"


def test_a_long_sheet_is_cut_and_says_so() -> None:
    workbook = openpyxl.Workbook()
    for number in range(MAX_ROWS + 50):
        workbook.active.append([f"row {number}", "x"])
    text = convert_xlsx(saved(workbook)).text
    assert f"row {MAX_ROWS - 1}" in text
    assert f"row {MAX_ROWS}" not in text
    assert text.endswith("Only the first 1,000 rows of this sheet are kept here.\n")


def test_rows_of_a_workbook_by_their_names() -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["Export of May"])
    workbook.active.append(["id", "created", "summary", None])
    workbook.active.append([7, datetime(2026, 5, 1, 9, 30), "Line one\nline two", "no name"])
    assert list(rows_of_xlsx(saved(workbook))) == [
        (3, {"id": "7", "created": "2026-05-01 09:30:00", "summary": "Line one\nline two"})
    ]


CONVERTERS = {"docx": convert_docx, "pptx": convert_pptx, "xlsx": convert_xlsx}
SAMPLES = {"docx": docx_file, "pptx": pptx_file, "xlsx": xlsx_file}
MAIN = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "xlsx": "xl/workbook.xml"}


def changed(raw: bytes, **parts: bytes) -> bytes:
    """Return the package with parts replaced or added; a dot in a name is written `__`."""
    given = {name.replace("__", ".").replace("_S_", "/"): body for name, body in parts.items()}
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in given:
                new.writestr(name, old.read(name))
        for name, body in given.items():
            new.writestr(name, body)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", CONVERTERS)
def test_macros_are_refused(kind: str) -> None:
    raw = changed(SAMPLES[kind](Article()), x_S_vbaProject__bin=b"macro")
    with pytest.raises(SourceError, match="holds macros"):
        CONVERTERS[kind](raw)


@pytest.mark.parametrize("kind", CONVERTERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused_before_they_are_read(kind: str, encoding: str) -> None:
    bomb = "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
        f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(20)
    )
    body = (bomb + "]><x>&t;</x>").encode(encoding)
    name = MAIN[kind].replace(".", "__").replace("/", "_S_")
    with pytest.raises(SourceError, match="declares XML entities"):
        CONVERTERS[kind](changed(SAMPLES[kind](Article()), **{name: body}))


@pytest.mark.parametrize("kind", CONVERTERS)
def test_a_package_that_unpacks_without_end_is_refused(kind: str) -> None:
    raw = changed(SAMPLES[kind](Article()), media_S_x__xml=b"\0" * 30_000_000)
    assert len(raw) < 100_000
    with pytest.raises(SourceError, match=r"times its size"):
        CONVERTERS[kind](raw)


@pytest.mark.parametrize("kind", CONVERTERS)
def test_other_files_of_that_name_are_refused_in_words(kind: str) -> None:
    for raw in (b"", b"PK\x03\x04 nonsense", SAMPLES[kind](Article())[:3000]):
        with pytest.raises(SourceError, match=f"no readable {kind.upper()} file"):
            CONVERTERS[kind](raw)
    other = SAMPLES["xlsx" if kind == "docx" else "docx"](Article())
    with pytest.raises(SourceError, match=f"no {kind.upper()} file: it has no part"):
        CONVERTERS[kind](other)


def test_a_package_with_a_password_is_refused() -> None:
    raw = bytearray(docx_file(Article()))
    for match in re.finditer(rb"PK\x01\x02", bytes(raw)):
        raw[match.start() + 8] |= 1
    with pytest.raises(SourceError, match="password"):
        convert_docx(bytes(raw))
