"""Files of every kind that the product reads, made on the spot from one made-up article."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape

import docx
import openpyxl
import pptx
from fpdf import FPDF
from pptx.util import Inches


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    title: str = "The label printer feeds empty labels"
    intro: str = "The printer in the storeroom feeds labels without printing on them."
    steps: tuple[str, ...] = (
        "Open the lid and take out the roll.",
        "Wipe the sensor with a dry cloth.",
        "Close the lid and hold Feed for five seconds.",
    )
    rows: tuple[tuple[str, ...], ...] = (("Light", "Meaning"), ("LT-41", "The sensor is dirty"))
    n_paragraphs: int = 1


def markdown(article: Article) -> bytes:
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(article.steps, start=1))
    return f"# {article.title}\n\n{article.intro}\n\n## Steps\n\n{steps}\n".encode()


def html(article: Article) -> bytes:
    steps = "".join(f"<li>{escape(step)}</li>" for step in article.steps)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in article.rows
    )
    intro = f"<p>{escape(article.intro)}</p>" * article.n_paragraphs
    return (
        f"<!doctype html><html><head><title>{escape(article.title)} | Intranet</title></head>"
        f"<body><nav><a href=/>Home</a></nav><main><h1>{escape(article.title)}</h1>{intro}"
        f"<h2>Steps</h2><ol>{steps}</ol><table>{rows}</table></main></body></html>"
    ).encode()


def text(article: Article) -> bytes:
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(article.steps, start=1))
    return f"{article.title}\n\n{article.intro}\n\n{steps}\n".encode()


def docx_file(article: Article) -> bytes:
    document = docx.Document()
    document.add_heading(article.title, 1)
    for _ in range(article.n_paragraphs):
        document.add_paragraph(article.intro)
    document.add_heading("Steps", 2)
    for step in article.steps:
        document.add_paragraph(step, style="List Number")
    table = document.add_table(rows=len(article.rows), cols=len(article.rows[0]))
    for n, row in enumerate(article.rows):
        for m, cell in enumerate(row):
            table.cell(n, m).text = cell
    return saved(document)


def pptx_file(article: Article) -> bytes:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = article.title
    frame = slide.placeholders[1].text_frame
    frame.text = article.intro
    for step in article.steps:
        frame.add_paragraph().text = step
    slide.notes_slide.notes_text_frame.text = "Ask who used the printer last."
    second = presentation.slides.add_slide(presentation.slide_layouts[5])
    second.shapes.title.text = "Lights"
    size = (len(article.rows), len(article.rows[0]))
    table = second.shapes.add_table(*size, 0, 0, Inches(4), Inches(2)).table
    for n, row in enumerate(article.rows):
        for m, cell in enumerate(row):
            table.cell(n, m).text = cell
    return saved(presentation)


def xlsx_file(article: Article) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Lights"
    sheet["A1"] = article.title
    for row in article.rows:
        sheet.append(row)
    return saved(workbook)


def pdf_file(article: Article, *, n_pages: int = 1, password: str = "") -> bytes:
    pdf = FPDF()
    pdf.set_title(article.title)
    pdf.set_auto_page_break(auto=False)
    if password:
        pdf.set_encryption(owner_password="owner", user_password=password)
    for page in range(n_pages):
        pdf.add_page()
        pdf.set_y(8)
        write(pdf, 8, "Storeroom handbook")
        pdf.set_y(30)
        if page == 0:
            write(pdf, 18, article.title, style="B")
        for _ in range(article.n_paragraphs):
            write(pdf, 11, article.intro)
            pdf.ln(4)
        write(pdf, 14, f"Steps for part {page + 1}", style="B")
        pdf.ln(3)
        for n, step in enumerate(article.steps, start=1):
            write(pdf, 11, f"{n}. {step}")
        pdf.set_y(285)
        write(pdf, 8, f"Page {page + 1} of {n_pages}")
    return bytes(pdf.output())


def write(pdf: FPDF, size: int, line: str, *, style: str = "") -> None:
    pdf.set_font("Helvetica", style, size)
    pdf.multi_cell(0, size / 2, line, new_x="LMARGIN", new_y="NEXT")


def eml_file(article: Article, attachments: Mapping[str, bytes] | None = None) -> bytes:
    mail = EmailMessage()
    mail["Subject"] = article.title
    mail["From"] = "storeroom@example.org"
    mail["Date"] = "Mon, 02 Feb 2026 10:00:00 +0000"
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(article.steps, start=1))
    mail.set_content(
        f"{article.intro}\n\n{steps}\n\n-- \nThe storeroom\n\n"
        "On Sun, 1 Feb 2026 at 09:00 somebody wrote:\n> It prints nothing.\n"
    )
    for name, content in (attachments or {}).items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def zip_file(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tar_file(members: Mapping[str, bytes], *, mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


MAKERS: Mapping[str, Callable[[Article], bytes]] = {
    "html": html,
    "pdf": pdf_file,
    "docx": docx_file,
    "pptx": pptx_file,
    "xlsx": xlsx_file,
    "eml": eml_file,
    "txt": text,
}
