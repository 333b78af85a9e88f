"""The self-check finds what is damaged, says what to do, and changes nothing unless asked."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assistant.answering.selection import FILE_NAME as SPANS
from assistant.bootstrap.upkeep import openers, rebuild_index
from assistant.cli.main import deskwise
from assistant.cli.output import run
from assistant.config import Settings
from assistant.upkeep.doctor import examine, mend
from assistant.upkeep.findings import Finding
from knowledge_base.store import SqliteStore
from tests.integration.assistant.upkeep.made import digests
from tests.unit.assistant.fakes import START

NOW_S = START.timestamp()


def found(settings: Settings) -> dict[str, Finding]:
    """Return the worst finding of each name."""
    worst: dict[str, Finding] = {}
    for each in examine(openers(settings), now_s=NOW_S):
        if each.name not in worst or worst[each.name].status == "ok":
            worst[each.name] = each
    return worst


def not_ok(settings: Settings) -> dict[str, str]:
    return {each.name: each.status for each in found(settings).values() if each.status != "ok"}


def test_a_sound_home_is_sound_and_stays_as_it_is(settings: Settings) -> None:
    before = digests(settings.home)
    worst = found(settings)
    assert {each.name: each.found for each in worst.values() if each.status != "ok"} == {}
    assert len(worst) > 20
    assert "3 documents" in worst["index"].found
    assert digests(settings.home) == before


def one(home: Path, pattern: str) -> Path:
    paths = sorted(home.glob(pattern))
    assert paths, pattern
    return paths[-1]


DAMAGED = (
    {
        "conversations.sqlite": "database conversations.sqlite",
        "knowledge/documents.sqlite": "database knowledge/documents.sqlite",
        "knowledge/vectors.sqlite": "vector cache",
        "models/router/0*/manifest.json": "router",
        "models/churn/2*/model.skops": "churn",
        "models/ranker/0*.json": "ranker",
        "models/confidence.json": "confidence",
        f"models/{SPANS}": "spans",
        "routing/helpdesk.yaml": "routing examples",
        "questions.json": "questions",
        "warehouse/tickets.parquet": "warehouse",
    },
    {
        "knowledge/index/0*/segment.bin": "index",
        "models/router/0*/weights.npz": "router",
        "models/churn/2*/manifest.json": "churn",
        "models/ranker/current.json": "ranker",
    },
    {
        "knowledge/index/0*/manifest.json": "index",
        "models/router/current.json": "router",
        "models/churn/current.json": "churn",
    },
    {"knowledge/index/CURRENT": "index", "models/router/0*/ngrams.json": "router"},
)
"""Files that are damaged together, and what names each of them."""


@pytest.mark.parametrize(
    ("files", "how"),
    [*((files, "cut") for files in DAMAGED), *((f, "flipped") for f in DAMAGED[:2])],
)
def test_damage_to_any_file_is_found_and_named(
    settings: Settings, files: dict[str, str], how: str
) -> None:
    for pattern in files:
        path = one(settings.home, pattern)
        whole = path.read_bytes()
        hurt = bytes(each ^ 0xFF for each in whole[:64])
        path.write_bytes(hurt + whole[64:] if how == "flipped" else whole[: len(whole) // 2])
    worst = found(settings)
    for pattern, name in files.items():
        assert worst[name].status != "ok", f"{pattern} {how}: {worst[name]}"
        assert worst[name].advice, pattern
    assert {name for name in worst if worst[name].status == "bad"} <= {*files.values(), "articles"}


def test_a_changed_byte_deep_inside_is_found(settings: Settings) -> None:
    files = {
        "warehouse/tickets.parquet": "warehouse",
        "knowledge/index/0*/segment.bin": "index",
        "models/churn/2*/model.skops": "churn",
    }
    for pattern in files:
        path = one(settings.home, pattern)
        whole = path.read_bytes()
        place = len(whole) // 3
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    worst = found(settings)
    assert {name: worst[name].status for name in files.values()} == dict.fromkeys(
        files.values(), "bad"
    )


def changed(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for each in statements:
            connection.execute(each)


DOCUMENTS, CONVERSATIONS = "database knowledge/documents.sqlite", "database conversations.sqlite"
LOST_TURN = (
    "INSERT INTO turns SELECT 'lost', 'nowhere', 0, text, route, outcome, body, asked_at, "
    "timings_ms FROM turns LIMIT 1"
)
CONTRADICTIONS = (
    (
        ("UPDATE documents SET text = replace(text, 'Lark', 'Dark')",),
        ("UPDATE turns SET body = '{' WHERE ordinal = 1",),
        {"articles": "hash", "conversations": "c1-1"},
    ),
    (
        ("UPDATE passages SET text = 'other' WHERE ordinal = 0",),
        ("PRAGMA user_version = 99",),
        {"articles": "differ from the index", CONVERSATIONS: "99"},
    ),
    (
        (
            "DELETE FROM passages WHERE document_id LIKE '%vpn%'",
            "DELETE FROM documents WHERE document_id LIKE '%vpn%'",
        ),
        (LOST_TURN,),
        {"index": "not in step", CONVERSATIONS: "turns belong to nothing in conversations"},
    ),
    (
        ("DELETE FROM documents WHERE document_id LIKE '%badge%'",),
        ("INSERT INTO desk_tickets VALUES (1, 'gone', 'ann', '', '', 'open', '', '{')",),
        {DOCUMENTS: "passages belong to nothing in documents", "conversations": "hand-off"},
    ),
    (
        ("UPDATE schema_version SET version = 99",),
        ("DELETE FROM feedback", "DELETE FROM turns"),
        {DOCUMENTS: "99", "conversations": "have no turns: c1"},
    ),
)


@pytest.mark.parametrize(("documents", "conversations", "wanted"), CONTRADICTIONS)
def test_what_contradicts_itself_is_found(
    settings: Settings,
    documents: tuple[str, ...],
    conversations: tuple[str, ...],
    wanted: dict[str, str],
) -> None:
    changed(settings.knowledge_dir / "documents.sqlite", *documents)
    changed(settings.database_path, *conversations)
    told = [
        (each.name, each.found)
        for each in examine(openers(settings), now_s=NOW_S)
        if each.status != "ok"
    ]
    for name, words in wanted.items():
        assert any(name == each and words in what for each, what in told), told


def test_a_quoted_article_that_is_gone_is_told(settings: Settings) -> None:
    store = SqliteStore(settings.knowledge_dir / "documents.sqlite")
    store.remove(["articles/vpn.md"])
    store.close()
    rebuild_index(settings, is_anew=False)
    assert not_ok(settings) == {"citations": "warning"}


def test_repair_makes_anew_what_can_be_and_says_so(settings: Settings) -> None:
    index = one(settings.home, "knowledge/index/0*/segment.bin")
    index.write_bytes(index.read_bytes()[:-1])
    (settings.knowledge_dir / "vectors.sqlite").write_bytes(b"no database at all" * 100)
    settings.home.chmod(0o755)
    settings.questions_path.chmod(0o644)
    (settings.home / "warehouse" / "orders.parquet.part").write_bytes(b"half")
    later = (settings.home / "warehouse").stat().st_mtime + 86_400
    wrong = examine(openers(settings), now_s=later)
    assert {each.name: each.status for each in wrong if each.status != "ok"} == {
        "index": "bad",
        "leftovers": "warning",
        "permissions": "warning",
        "vector cache": "warning",
    }

    told = mend(openers(settings), wrong, now_s=later)

    assert [each.split()[0] for each in told] == ["Removed", "Removed", "Brought", "Closed"]
    assert not_ok(settings) == {}
    assert settings.home.stat().st_mode & 0o007 == 0


def test_an_index_is_not_made_from_damaged_articles(settings: Settings) -> None:
    path = settings.knowledge_dir / "documents.sqlite"
    changed(path, "UPDATE documents SET text = replace(text, 'Lark', 'Dark')")
    (settings.knowledge_dir / "index" / "CURRENT").unlink()
    wrong = examine(openers(settings), now_s=NOW_S)
    assert "left alone" in " ".join(mend(openers(settings), wrong, now_s=NOW_S))


def test_the_command_tells_everything_and_its_exit_code_the_verdict(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(deskwise, ["doctor", "--home", str(settings.home), "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["bad"], told["warning"]) == (0, 0)
    assert {"name", "status", "found", "advice", "repairable"} == set(told["checks"][0])

    settings.questions_path.write_text("{", encoding="utf-8")
    (settings.home / "deskwise.toml").write_text("prot = 1", encoding="utf-8")
    assert run(deskwise, ["doctor", "--home", str(settings.home)]) == 1
    told_again = capsys.readouterr()
    assert "2 of" in told_again.err
    assert "bad: settings file, questions" in told_again.err
    assert "Did you mean 'port'?" in told_again.out
    assert "Traceback" not in told_again.err + told_again.out


def test_there_is_no_home_without_one(tmp_path: Path) -> None:
    assert run(deskwise, ["doctor", "--home", str(tmp_path / "none")]) == 1
    assert not (tmp_path / "none").exists()
