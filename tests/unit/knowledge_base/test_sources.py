from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from knowledge_base.errors import SourceError
from knowledge_base.model import Document, FailedSource, Ticket
from knowledge_base.sources.corpus import CorpusSource
from knowledge_base.sources.markdown import markdown_document, markdown_source
from knowledge_base.sources.tickets import TicketSource, ticket_from_row


def test_an_article_has_what_its_front_matter_says() -> None:
    text = (
        "---\ntitle: Old VPN | Microsoft Docs\ndescription: How to.\nms.date: 03/14/2024\n"
        "appliesto:\n  - Windows 11\nkeywords: vpn, remote\nstatus: outdated\n"
        "superseded_by: new-vpn\nverified_by: Ann\nacl: [it-staff]\nowner: Network\n---\n# Old\n"
    )
    document = markdown_document(text, "kb/vpn/old.md")
    assert document.title == "Old VPN"
    assert document.updated_on == date(2024, 3, 14)
    assert document.applies_to == ("Windows 11",)
    assert document.tags == ("vpn", "remote")
    assert (document.status, document.superseded_by) == ("outdated", "kb/vpn/new-vpn.md")
    assert (document.verified_by, document.acl) == ("Ann", ("it-staff",))
    assert document.metadata == {"owner": "Network"}
    assert document.text[document.body_start :] == "# Old\n"


@pytest.mark.parametrize(
    ("head", "acl"),
    [
        ("", ("everyone",)),
        ("acl: []", ()),
        ("acl:", ()),
        ("acl: hr, finance", ("finance", "hr")),
        ("acl: {bad: rule}", ()),
        ("acl: [hr\nbroken: [", ()),
        ("groups: [hr]", ("hr",)),
    ],
)
def test_an_access_rule_that_cannot_be_read_admits_nobody(head: str, acl: tuple[str, ...]) -> None:
    document = markdown_document(f"---\ntitle: T\n{head}\n---\nText", "kb/a.md")
    if head.startswith("acl: [hr"):
        assert "everyone" not in document.acl
    else:
        assert document.acl == acl


def test_without_a_title_the_heading_and_then_the_name_serve() -> None:
    assert markdown_document("Text\n\n## Fix it\n", "kb/a.md").title == "Fix it"
    assert markdown_document("Text", "kb/reset-your_pin.md").title == "Reset your pin"


def test_the_hash_is_of_everything() -> None:
    one = markdown_document("Text", "kb/a.md")
    assert one.content_hash == markdown_document("Text", "kb/a.md").content_hash
    assert one.content_hash != markdown_document("Text", "kb/a.md", acl=("hr",)).content_hash
    assert one.content_hash != markdown_document("Text", "kb/b.md").content_hash


def test_line_ends_marks_and_old_encodings_are_read(tmp_path: Path) -> None:
    (tmp_path / "crlf.md").write_bytes("\ufeff# Ünï\r\ncode\r".encode())
    (tmp_path / "old.md").write_bytes("# Café\n".encode("cp1252"))
    (tmp_path / "wide.md").write_bytes("# Wide\n".encode("utf-16"))
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.md").write_text("Text")
    found = {
        each.document_id.partition("/")[2]: each
        for each in markdown_source(tmp_path).read()
        if isinstance(each, Document)
    }
    assert found["crlf.md"].text == "# Ünï\ncode\n"
    assert found["old.md"].title == "Café"
    assert found["old.md"].metadata["encoding"] == "cp1252"
    assert found["wide.md"].title == "Wide"
    assert len(found) == 3


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no folder or file"):
        markdown_source(tmp_path / "nowhere")


def test_a_corpus_keeps_its_ids_and_names_bad_lines(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text(
        "\n".join(
            [
                json.dumps({"_id": "d1", "title": "One", "text": "# Head\r\nBody"}),
                json.dumps({"_id": 2, "title": "", "text": "Body"}),
                json.dumps({"_id": "d3", "title": "Alone", "text": ""}),
                json.dumps({"_id": "d4", "text": " "}),
                "{broken",
                json.dumps({"title": "no id"}),
                "",
            ]
        )
    )
    items = list(CorpusSource(path=path, name="corpus").read())
    documents = [each for each in items if isinstance(each, Document)]
    assert [(d.document_id, d.title, d.text) for d in documents] == [
        ("d1", "One", "# Head\nBody"),
        ("2", "Body", "Body"),
        ("d3", "Alone", "Alone"),
    ]
    failed = [(each.source, each.is_skipped) for each in items if isinstance(each, FailedSource)]
    assert failed == [("d4", True), ("corpus:5", False), ("corpus:6", False)]


def test_tickets_are_read_from_every_kind_of_file(tmp_path: Path) -> None:
    row = {
        "ticket_id": "T-1",
        "opened_at": "2026-01-05T08:00:00Z",
        "resolved_at": None,
        "subject": "No sound",
        "messages": [{"at": "2026-01-05T08:00:00+01:00", "role": "Customer", "text": " Silent. "}],
        "is_spam": False,
    }
    (tmp_path / "a.json").write_text(json.dumps([row]))
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n\n{broken\n")
    (tmp_path / "a.csv").write_text(
        "Number,Created,Closed,Short description,Description,Close notes\n"
        "T-1,2026-01-05 08:00,2026-01-06,No sound,Silent.,Chose the headset.\n"
    )
    read = {
        path.suffix: list(TicketSource(path=path, name="t").read())
        for path in sorted(tmp_path.iterdir())
    }
    (from_json,) = read[".json"]
    assert isinstance(from_json, Ticket)
    assert from_json.messages[0].at == datetime(2026, 1, 5, 7, tzinfo=UTC)
    assert (from_json.messages[0].role, from_json.messages[0].text) == ("requester", "Silent.")
    assert read[".jsonl"][0] == from_json
    assert isinstance(read[".jsonl"][1], FailedSource)
    (from_csv,) = read[".csv"]
    assert isinstance(from_csv, Ticket)
    assert [message.text for message in from_csv.messages] == ["Silent.", "Chose the headset."]
    assert from_csv.resolved_at == datetime(2026, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ([], "is no ticket"),
        ({}, "has no id"),
        ({"id": "1", "subject": "x"}, "when it was opened"),
        ({"id": "1", "created": "2026-01-01"}, "has no text"),
    ],
)
def test_what_is_no_ticket_says_why(row: object, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        ticket_from_row(row)


def test_an_unknown_kind_of_ticket_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tickets.pdf"
    path.write_text("x")
    with pytest.raises(SourceError, match=r"\.csv"):
        list(TicketSource(path=path, name="t").read())


def test_halves_of_surrogate_pairs_do_not_stop_an_ingest(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text('{"_id": "d1", "title": "a", "text": "broken \\ud83d pair"}\n')
    (document,) = CorpusSource(path=path, name="corpus").read()
    assert isinstance(document, Document)
    assert document.text == "broken ? pair"


@pytest.mark.parametrize(
    "written",
    [
        '{"tickets": [{"id": "1", "created": "2026-01-01", "subject": "x"}]}',
        '{"id": "1", "created": "2026-01-01", "subject": "x"}',
        '{"id": "1", "created": "2026-01-01", "subject": "x"}\n{"id": "2"}',
    ],
)
def test_json_exports_come_in_several_shapes(written: str, tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    path.write_text(written)
    first = next(iter(TicketSource(path=path, name="t").read()))
    assert isinstance(first, Ticket)
    assert (first.ticket_id, first.subject) == ("1", "x")
