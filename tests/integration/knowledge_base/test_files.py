from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base.blocks import parse
from knowledge_base.config import ParsingSettings
from knowledge_base.errors import SourceError
from knowledge_base.model import Document, FailedSource, IngestReport
from knowledge_base.sources.files import file_source
from knowledge_base.sources.formats import FORMATS
from knowledge_base.sources.parser_process import ParserProcess
from knowledge_base.sources.tickets import TicketSource
from tests.integration.knowledge_base.conftest import Home
from tests.sample_files import (
    MAKERS,
    Article,
    docx_file,
    eml_file,
    html,
    markdown,
    pdf_file,
    saved,
    tar_file,
    zip_file,
)

SETTINGS = ParsingSettings(cpu_s=20, memory_bytes=600_000_000)


@pytest.fixture(scope="module")
def parser() -> Iterator[ParserProcess]:
    with ParserProcess(SETTINGS) as running:
        yield running


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def read(path: Path, parser: ParserProcess) -> dict[str, Document | FailedSource]:
    items = list(file_source(path, parser=parser, known=lambda _: None).read())
    return {
        (item.document_id if isinstance(item, Document) else item.source): item for item in items
    }


def ingest(home: Home, path: Path, parser: ParserProcess) -> IngestReport:
    with home.store as store:
        return home.ingest(file_source(path, parser=parser, known=store.document))


def test_a_folder_with_one_of_each_is_ingested_and_each_is_found(
    home: Home, parser: ParserProcess
) -> None:
    names = {}
    for kind, make in MAKERS.items():
        word = f"zorblat{kind}"
        names[word] = f"kb/in/{kind}.{kind}"
        rows = (("Light", "Meaning"), (word, "on"))
        article = Article(title=f"About the {word}", intro=f"The {word} hums.", rows=rows)
        put(home.articles, {f"in/{kind}.{kind}": make(article)})
    for name, pack in (("a.zip", zip_file), ("b.tar.gz", tar_file)):
        word = f"zorblat{name[0]}"
        names[word] = f"kb/{name}/x/page.html"
        put(home.articles, {name: pack({"x/page.html": html(Article(intro=f"The {word} hums."))})})
    put(home.articles, {"plain.md": markdown(Article(intro="The zorblatmd hums.")), "no.png": b""})
    names["zorblatmd"] = "kb/plain.md"

    report = ingest(home, home.articles, parser)
    assert report.failed == ()
    assert set(report.added) == set(names.values())
    retriever = home.retriever()
    for word, document_id in names.items():
        hit = retriever.search(f"the {word} hums", groups=())[0]
        assert hit.passage.document_id == document_id
        document = retriever.document(document_id, groups=())
        assert document is not None
        quote = document.text[hit.passage.start : hit.passage.end]
        assert word in quote


def test_offsets_count_characters_of_the_stored_text(parser: ParserProcess, tmp_path: Path) -> None:
    put(tmp_path, {f"{kind}.{kind}": make(Article()) for kind, make in MAKERS.items()})
    for document in read(tmp_path, parser).values():
        assert isinstance(document, Document)
        blocks = parse(document.text, document.body_start)
        assert blocks
        for each in blocks:
            stretch = document.text[each.block.start : each.block.end]
            assert stretch == stretch.strip() != ""


def test_what_has_not_changed_is_not_read_again(home: Home) -> None:
    files = {f"{kind}.{kind}": make(Article()) for kind, make in MAKERS.items()}
    put(home.articles, {**files, "pack.zip": zip_file({"in.html": html(Article())})})
    with ParserProcess(SETTINGS) as parser:
        first = ingest(home, home.articles, parser)
        assert len(first.added) == len(MAKERS) + 1
    with ParserProcess(replace(SETTINGS, max_chars=1)) as strict:
        # Whatever is converted now fails; nothing is.
        again = ingest(home, home.articles, strict)
        assert (again.unchanged, again.failed) == (first.added, ())
        put(home.articles, {"html.html": html(Article(intro="Other words."))})
        changed = ingest(home, home.articles, strict)
        assert [failed.source for failed in changed.failed] == ["kb/html.html"]
        assert len(changed.unchanged) == len(first.added) - 1
        assert changed.removed == ()


def test_other_readers_or_a_new_converter_mean_reading_again(
    home: Home, parser: ParserProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(home.articles, {"a.html": html(Article())})
    ingest(home, home.articles, parser)
    with home.store as store:
        source = file_source(home.articles, parser=parser, known=store.document, acl=("hr",))
        assert home.ingest(source).changed == ("kb/a.html",)
    assert home.retriever().search("label printer", groups=("agents",)) == ()
    monkeypatch.setattr("knowledge_base.sources.files.CONVERTER_VERSION", "next")
    assert ingest(home, home.articles, parser).changed == ("kb/a.html",)


def test_what_came_out_of_an_archive_stays_while_it_cannot_be_read(
    home: Home, parser: ParserProcess
) -> None:
    put(
        home.articles, {"p.zip": zip_file({"a.md": markdown(Article()), "b.html": html(Article())})}
    )
    first = ingest(home, home.articles, parser)
    put(home.articles, {"p.zip": b"PK\x03\x04 broken"})
    broken = ingest(home, home.articles, parser)
    assert ([failed.source for failed in broken.failed], broken.removed) == (["kb/p.zip"], ())
    put(home.articles, {"p.zip": zip_file({"a.md": markdown(Article())})})
    fixed = ingest(home, home.articles, parser)
    assert (fixed.unchanged, fixed.removed) == (("kb/p.zip/a.md",), ("kb/p.zip/b.html",))
    assert first.added == ("kb/p.zip/a.md", "kb/p.zip/b.html")


def test_an_archive_that_is_named_is_a_source_of_its_own(home: Home, parser: ParserProcess) -> None:
    path = home.folder / "handbook.zip"
    path.write_bytes(zip_file({"a.md": markdown(Article()), "b.md": markdown(Article())}))
    assert ingest(home, path, parser).added == ("handbook.zip/a.md", "handbook.zip/b.md")
    path.write_bytes(zip_file({"b.md": markdown(Article())}))
    assert ingest(home, path, parser).removed == ("handbook.zip/a.md",)


def test_archives_and_mails_inside_each_other_end_somewhere(
    parser: ParserProcess, tmp_path: Path
) -> None:
    inner = zip_file({"deep.md": markdown(Article())})
    twice = tar_file({"two.zip": inner})
    put(tmp_path, {"three.zip": zip_file({"t.tar.gz": twice})})
    (found,) = read(tmp_path, parser)
    assert found.endswith("/three.zip/t.tar.gz/two.zip/deep.md")
    put(tmp_path, {"three.zip": zip_file({"m.eml": eml_file(Article(), {"t.tar.gz": twice})})})
    items = read(tmp_path, parser)
    reasons = [item.reason for item in items.values() if isinstance(item, FailedSource)]
    assert reasons == ["It is packed into more than 3 archives or mails inside each other."]


def test_a_bomb_in_a_bomb_is_stopped_by_the_outermost_limit(tmp_path: Path) -> None:
    layer = zip_file({f"{n}.md": b"\n" * 900_000 for n in range(20)})
    put(tmp_path, {"bomb.zip": zip_file({f"{n}.zip": layer for n in range(20)})})
    limits = replace(SETTINGS, max_file_bytes=1_000_000, max_archive_bytes=30_000_000)
    with ParserProcess(limits) as parser:
        items = read(tmp_path, parser)
    failed = [item for item in items.values() if isinstance(item, FailedSource)]
    assert any("unpacks to more than" in item.reason for item in failed)
    assert sum(item.reason == "It has no text." for item in failed) < 40


def test_attachments_are_documents_of_their_own(parser: ParserProcess, tmp_path: Path) -> None:
    attached = {"plan.docx": docx_file(Article(title="The plan")), "photo.jpg": b"x"}
    put(tmp_path, {"note.eml": eml_file(Article(), attached), "old.eml": b"not a mail"})
    items = read(tmp_path, parser)
    assert sorted(name.partition("/")[2] for name in items) == [
        "note.eml",
        "note.eml/plan.docx",
        "old.eml",
    ]
    plan = items[f"{tmp_path.name}/note.eml/plan.docx"]
    assert isinstance(plan, Document) and plan.title == "The plan"


def test_a_converted_text_cannot_give_itself_readers(parser: ParserProcess, tmp_path: Path) -> None:
    head = "---\nacl: [everyone]\ntitle: Mine\n---\n"
    put(tmp_path, {"a.txt": f"{head}Text".encode(), "a.html": f"<p>{head}</p>Text".encode()})
    source = file_source(tmp_path, parser=parser, known=lambda _: None, acl=("hr",))
    for document in source.read():
        assert isinstance(document, Document)
        assert (document.acl, document.body_start) == (("hr",), 0)


def test_kinds_that_are_not_read_are_named_and_others_passed_over(
    parser: ParserProcess, tmp_path: Path
) -> None:
    put(tmp_path, dict.fromkeys(("a.doc", "b.xlsm", "c.png", "d.py", "~$a.docx"), b"x"))
    assert {
        name.partition("/")[2]: item.reason
        for name, item in read(tmp_path, parser).items()
        if isinstance(item, FailedSource)
    } == {
        "a.doc": "DOC files are not read; save it as DOCX.",
        "b.xlsm": "XLSM files may hold macros and are not read; save it as XLSX.",
    }
    with pytest.raises(SourceError, match="save it as DOCX"):
        file_source(tmp_path / "a.doc", parser=parser, known=lambda _: None)
    with pytest.raises(SourceError, match=r"of no kind that is read; expected one of \.md"):
        file_source(tmp_path / "c.png", parser=parser, known=lambda _: None)
    with pytest.raises(SourceError, match="no folder or file"):
        file_source(tmp_path / "nowhere", parser=parser, known=lambda _: None)


def test_links_out_of_the_folder_and_long_files_are_named(tmp_path: Path) -> None:
    put(tmp_path, {"outside.html": b"<p>secret", "kb/long.html": b"x" * 2000})
    (tmp_path / "kb" / "link.html").symlink_to(tmp_path / "outside.html")
    with ParserProcess(replace(SETTINGS, max_file_bytes=1000)) as parser:
        items = read(tmp_path / "kb", parser)
    assert [item.reason for item in items.values() if isinstance(item, FailedSource)] == [
        "It is a link to a place outside the folder.",
        "It has 2,000 bytes; a file may have 1,000. Split it, or raise `max_file_mb`.",
    ]


@pytest.mark.parametrize("kind", [*MAKERS, "zip", "tar.gz"])
def test_files_cut_or_changed_anywhere_never_stop_an_ingest(
    parser: ParserProcess, tmp_path: Path, kind: str
) -> None:
    pack = {"zip": zip_file, "tar.gz": tar_file}.get(kind)
    raw = pack({"a.html": html(Article())}) if pack else MAKERS[kind](Article())
    for n in range(8):
        place = len(raw) * (n + 1) // 9
        damaged = bytearray(raw)
        damaged[place : place + 8] = b"\xff\0<&%\x13\x37("
        put(tmp_path, {f"cut{n}.{kind}": raw[:place], f"hurt{n}.{kind}": bytes(damaged)})
    for item in read(tmp_path, parser).values():
        if isinstance(item, FailedSource):
            assert item.reason.endswith(".") and len(item.reason) < 400
        else:
            assert item.text.strip()


HEADS = [
    b"",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"<html>",
    b"Subject: x\n\n",
    b"\xff\xfe",
]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.sampled_from(HEADS), st.binary(max_size=400))
def test_any_bytes_under_any_name_give_a_document_or_a_reason(
    parser: ParserProcess, tmp_path: Path, head: bytes, tail: bytes
) -> None:
    put(tmp_path, {f"file{suffix}": head + tail for suffix in FORMATS})
    started = parser.n_started
    items = read(tmp_path, parser)
    assert {name.split("/")[1] for name in items} == {f"file{suffix}" for suffix in FORMATS}
    for item in items.values():
        text = item.reason if isinstance(item, FailedSource) else item.text
        assert text.strip()
    assert parser.n_started <= started + 1


def test_front_matter_that_refers_to_itself_ends(parser: ParserProcess, tmp_path: Path) -> None:
    lists = "".join(f"  - &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 15))
    put(tmp_path, {"a.md": f"---\ntags:\n  - &l0 [lol]\n{lists}---\n# A\n\nText\n".encode()})
    (document,) = read(tmp_path, parser).values()
    assert isinstance(document, Document) and document.tags == ()


def test_tickets_come_from_a_workbook(home: Home, parser: ParserProcess) -> None:
    rows = [
        {"number": "T-1", "opened": "2026-02-03 10:00", "short_description": "Badge dead",
         "description": "It stays red.", "close_notes": "Linked the new badge."},
        {"number": "T-2", "opened": "", "short_description": "No time"},
    ]  # fmt: skip
    workbook = openpyxl.Workbook()
    workbook.active.append(list(rows[0]))
    for row in rows:
        workbook.active.append(list(row.values()))
    path = home.folder / "may.xlsx"
    path.write_bytes(saved(workbook))
    for given_parser in (parser, None):
        report = home.ingest(TicketSource(path=path, name="tickets", parser=given_parser))
        assert (report.added or report.unchanged) == ("ticket/T-1",)
        assert [failed.reason for failed in report.failed] == [
            "Ticket 'T-2' does not say when it was opened."
        ]
    path.write_bytes(b"PK broken")
    with pytest.raises(SourceError, match=r"may\.xlsx.*no readable XLSX"):
        home.ingest(TicketSource(path=path, name="tickets"))


def test_pages_of_a_pdf_survive_storing(home: Home, parser: ParserProcess) -> None:
    put(home.articles, {"a.pdf": pdf_file(Article(), n_pages=2)})
    ingest(home, home.articles, parser)
    document = home.retriever().document("kb/a.pdf", groups=())
    assert document is not None
    assert len(json.loads(document.metadata["page_starts"])) == 2
    assert document.metadata["format"] == "pdf"
