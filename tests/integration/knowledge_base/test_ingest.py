from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base.errors import SourceError
from knowledge_base.sources.markdown import markdown_source
from knowledge_base.sources.tickets import TicketSource
from tests.integration.knowledge_base.conftest import Home

Article = Callable[..., str]


def contents(home: Home) -> list[tuple[str, str, tuple[str, ...]]]:
    store = home.store
    found = [
        (document.document_id, document.content_hash, tuple(p.passage_id for p in passages))
        for document, passages in store.contents()
    ]
    store.close()
    return found


def test_a_second_run_changes_nothing(home: Home, article: Article) -> None:
    home.write({"a.md": article("A", "Alpha text."), "sub/b.md": article("B", "Beta text.")})
    first = home.ingest()
    assert first.added == ("kb/a.md", "kb/sub/b.md")
    assert (first.n_passages, first.n_encoded) == (2, 4)
    live, before = home.snapshots.current_name(), contents(home)

    second = home.ingest()
    assert second.unchanged == first.added
    assert second.added == second.changed == second.removed == ()
    assert second.n_encoded == 0
    assert (home.snapshots.current_name(), contents(home)) == (live, before)


def test_changed_and_removed_files_are_followed(home: Home, article: Article) -> None:
    home.write({"a.md": article("A", "Alpha."), "b.md": article("B", "Beta.")})
    home.ingest()
    home.write({"a.md": article("A", "Gamma."), "c.md": article("C", "Delta.")})
    (home.articles / "b.md").unlink()
    report = home.ingest()
    assert (report.added, report.changed, report.removed) == (
        ("kb/c.md",),
        ("kb/a.md",),
        ("kb/b.md",),
    )
    retriever = home.retriever()
    assert retriever.search("Gamma", groups=())[0].passage.document_id == "kb/a.md"
    assert retriever.document("kb/b.md", groups=()) is None


def test_two_documents_that_swap_their_texts_are_both_changed(home: Home, article: Article) -> None:
    home.write({"a.md": article("T", "One."), "b.md": article("T", "Two.")})
    home.ingest()
    home.write({"a.md": article("T", "Two."), "b.md": article("T", "One.")})
    report = home.ingest()
    assert report.changed == ("kb/a.md", "kb/b.md")
    assert report.n_encoded == 0
    assert home.retriever().document("kb/a.md", groups=()).text.endswith("Two.\n")  # type: ignore[union-attr]


def test_only_who_may_read_a_document_changed(home: Home, article: Article) -> None:
    home.write({"a.md": article("A", "Alpha.")})
    home.ingest()
    home.write({"a.md": article("A", "Alpha.", acl="[security]")})
    assert home.ingest().changed == ("kb/a.md",)
    assert home.retriever().search("Alpha", groups=("agents",)) == ()
    assert home.retriever().search("Alpha", groups=("security",)) != ()


def test_a_failed_file_is_named_with_its_reason_and_the_rest_goes_on(
    home: Home, article: Article
) -> None:
    home.write({"good.md": article("A", "Alpha."), "bad.md": article("B", "Beta.")})
    home.ingest()
    (home.articles / "bad.md").write_bytes(b"\x00\x01binary")
    home.write(
        {
            "new.md": article("C", "Gamma."),
            "gone.md": "---\ntitle: Old\nredirect_to: /new/\n---\n",
            "includes/note.md": "> [!NOTE]\n> Shared.\n",
            "index.md": "# Only a heading\n",
            "empty.md": "",
        }
    )
    report = home.ingest()
    assert report.added == ("kb/new.md",)
    reasons = {failed.source: (failed.reason, failed.is_skipped) for failed in report.failed}
    assert reasons == {
        "kb/bad.md": ("It is no text: it holds zero bytes.", False),
        "kb/gone.md": ("It only redirects to /new/.", True),
        "kb/includes/note.md": (
            "It is a piece that other articles include, not an article.",
            True,
        ),
        "kb/index.md": ("It has no text but headings.", True),
        "kb/empty.md": ("It has no text.", True),
    }
    # The version that could be read last stays.
    assert report.removed == ()
    assert home.retriever().document("kb/bad.md", groups=()) is not None


def test_a_single_file_is_added_without_removing_its_neighbours(
    home: Home, article: Article
) -> None:
    home.write({"a.md": article("A", "Alpha."), "b.md": article("B", "Beta.")})
    home.ingest()
    home.write({"a.md": article("A", "Changed.")})
    report = home.ingest(markdown_source(home.articles / "a.md"))
    assert (report.changed, report.removed) == (("kb/a.md",), ())


def test_two_folders_of_one_name_are_refused(home: Home, article: Article, tmp_path: Path) -> None:
    home.write({"a.md": article("A", "Alpha.")})
    home.ingest()
    other = tmp_path / "elsewhere" / "kb"
    other.mkdir(parents=True)
    (other / "x.md").write_text("Text.")
    with pytest.raises(SourceError, match="already ingested from"):
        home.ingest(markdown_source(other))


def test_a_folder_that_moved_keeps_its_documents(home: Home, article: Article) -> None:
    home.write({"a.md": article("A", "Alpha.")})
    home.ingest()
    moved = home.folder / "moved" / "kb"
    moved.parent.mkdir()
    home.articles.rename(moved)
    assert home.ingest(markdown_source(moved)).unchanged == ("kb/a.md",)


def test_other_ways_of_cutting_cut_everything_anew(home: Home, article: Article) -> None:
    home.write({"a.md": article("A", "Alpha. " * 60)})
    assert home.ingest().n_passages == 1
    home.settings = type(home.settings)()
    assert home.ingest().changed == ("kb/a.md",)


TICKET = {
    "ticket_id": "T-1",
    "opened_at": "2026-01-05T08:00:00Z",
    "resolved_at": "2026-01-05T09:00:00Z",
    "subject": "No sound",
    "category": "hardware",
    "priority": "low",
    "team": "Workplace",
    "status": "closed",
    "messages": [
        {"at": "2026-01-05T08:00:00Z", "role": "requester", "text": "My headset is silent."},
        {"at": "2026-01-05T08:10:00Z", "role": "agent", "text": "Open Sound and choose it."},
        {"at": "2026-01-05T08:20:00Z", "role": "requester", "text": "It works, thanks!"},
    ],
}


def test_tickets_are_for_agents_and_private_ones_are_never_stored(home: Home) -> None:
    rows = [
        TICKET,
        {**TICKET, "ticket_id": "T-2", "private": True, "subject": "Zanzibar"},
        {**TICKET, "ticket_id": "T-3", "is_spam": True, "subject": "Zanzibar"},
        {"subject": "no id"},
    ]
    path = home.folder / "tickets.json"
    path.write_text(json.dumps(rows))
    report = home.ingest(TicketSource(path=path, name="tickets"))
    assert report.added == ("ticket/T-1",)
    assert {failed.source for failed in report.failed} == {
        "ticket/T-2",
        "ticket/T-3",
        "tickets:4",
    }
    retriever = home.retriever()
    (hit,) = retriever.search("headset silent", groups=("agents",), pools=("ticket",))
    assert "Open Sound and choose it." in hit.passage.text
    assert retriever.search("headset silent", groups=("agents",)) == ()
    assert retriever.search("headset silent", groups=("everyone",), pools=("ticket",)) == ()
    database = home.folder / "home" / "kb.sqlite"
    assert b"Zanzibar" not in database.read_bytes()


RUN = """
import sys
from pathlib import Path
from tests.integration.knowledge_base.conftest import Home
Home(Path(sys.argv[1])).ingest()
"""


def n_documents(home: Home) -> int:
    path = home.folder / "home" / "kb.sqlite"
    if not path.exists():
        return 0
    store = home.store
    try:
        return len(store.versions())
    finally:
        store.close()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_killed_half_way_and_run_again_nothing_is_lost_or_twice(
    home: Home, article: Article, tmp_path: Path, share: float
) -> None:
    n_files = 400
    home.write({f"{i:03}.md": article(f"T{i}", f"Text number{i}. " * 30) for i in range(n_files)})
    root = Path(__file__).resolve().parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(home.folder)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    deadline = time.monotonic() + 60
    while n_documents(home) < share * n_files and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    n_kept = n_documents(home)

    report = home.ingest()
    assert len(report.unchanged) >= n_kept
    assert report.changed == ()
    after_kill = contents(home)
    assert len(after_kill) == n_files
    fresh = Home(tmp_path / "fresh")
    fresh.folder.mkdir()
    home.articles.rename(fresh.articles)
    fresh.ingest()
    assert contents(fresh) == after_kill
    query = "number7 text"
    found = [hit.passage.passage_id for hit in fresh.retriever().search(query, groups=())]
    assert [hit.passage.passage_id for hit in home.retriever().search(query, groups=())] == found


def test_an_empty_folder_makes_an_empty_index(home: Home) -> None:
    report = home.ingest()
    assert (report.added, report.n_passages) == ((), 0)
    assert home.retriever().search("anything", groups=()) == ()
    assert home.retriever().documents("anything", groups=()) == ()


@pytest.mark.parametrize("mark", ["private", "is_spam"])
def test_a_ticket_that_became_private_or_spam_goes(home: Home, mark: str) -> None:
    path = home.folder / "tickets.json"
    path.write_text(json.dumps([TICKET]))
    home.ingest(TicketSource(path=path, name="tickets"))
    path.write_text(json.dumps([{**TICKET, mark: True}]))
    assert home.ingest(TicketSource(path=path, name="tickets")).removed == ("ticket/T-1",)
    retriever = home.retriever()
    assert retriever.search("headset", groups=("agents",), pools=("ticket",)) == ()


def test_an_export_of_the_newest_tickets_keeps_the_older_ones(home: Home) -> None:
    path = home.folder / "tickets.json"
    path.write_text(json.dumps([TICKET]))
    home.ingest(TicketSource(path=path, name="tickets"))
    path.write_text(json.dumps([{**TICKET, "ticket_id": "T-9"}]))
    report = home.ingest(TicketSource(path=path, name="tickets"))
    assert (report.added, report.removed) == (("ticket/T-9",), ())


def test_a_ticket_in_two_exports_is_taken_up_once(home: Home) -> None:
    for name in ("one", "two"):
        (home.folder / f"{name}.json").write_text(json.dumps([TICKET]))
    sources = [TicketSource(path=home.folder / f"{n}.json", name=n) for n in ("one", "two")]
    assert home.ingest(*sources).added == ("ticket/T-1",)
    again = home.ingest(*sources)
    assert (again.added, again.changed) == ((), ())


def test_a_link_out_of_the_folder_is_not_followed(home: Home, article: Article) -> None:
    home.write({"a.md": article("A", "Alpha.")})
    outside = home.folder / "secret.md"
    outside.write_text("Zanzibar")
    (home.articles / "link.md").symlink_to(outside)
    report = home.ingest()
    assert report.added == ("kb/a.md",)
    assert [failed.source for failed in report.failed] == ["kb/link.md"]
