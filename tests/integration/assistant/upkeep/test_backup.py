"""A backup is whole or not there, made while others write; what comes back is what went in."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sqlite3
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from assistant.bootstrap import upkeep
from assistant.cli.backup import source_of
from assistant.cli.main import deskwise
from assistant.cli.output import run
from assistant.config import Settings
from assistant.errors import BackupError, RestoreError
from assistant.store import SqlConversationStore, open_engine
from assistant.upkeep.databases import integrity_problems, is_open_elsewhere
from assistant.upkeep.inventory import Choice, take_stock
from assistant.upkeep.packing import Source, write_backup
from assistant.upkeep.restoring import restore
from assistant.upkeep.unpacking import unpack
from knowledge_base.config import RetrievalSettings
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.model import EVERYONE
from knowledge_base.retrieve import Retriever
from knowledge_base.store import SqliteStore
from tests.integration.assistant.upkeep.made import ENCODER, SESSION, digests, turn
from tests.unit.assistant.fakes import START

QUESTION = "where do I connect the lark client"


def silent(_: str) -> None:
    """Show nothing."""


def commanded(*arguments: str | Path) -> int:
    return run(deskwise, [str(each) for each in arguments])


def backed_up(home: Path, target: Path) -> None:
    choice = Choice(index_folders=())
    source = Source(
        home=home, take_stock=lambda: take_stock(home, choice), texts={}, holding=nullcontext
    )
    write_backup(source, target, created_at=START, version="0", show=silent)


def restored(backup: Path, home: Path, *, is_replacing: bool = False) -> Path | None:
    return restore(
        backup,
        home,
        known_schemas={},
        is_replacing=is_replacing,
        finish=lambda _: "",
        now=START,
    ).kept_as


def said(database: Path) -> list[str]:
    """Everything in a database but its open sessions."""
    with closing(sqlite3.connect(database)) as connection:
        return [line for line in connection.iterdump() if SESSION not in line]


def answers(settings: Settings) -> list[tuple[str, float]]:
    """What a search finds, with its scores."""
    folder = SnapshotFolder(settings.knowledge_dir / "index")
    found = Retriever(folder, ENCODER, RetrievalSettings()).search(QUESTION, groups={EVERYONE}, k=3)
    return [(hit.passage.document_id, hit.fused_score) for hit in found]


def test_everything_comes_back_and_the_doctor_is_content(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, other = tmp_path / "b.tar.gz", tmp_path / "other"
    assert commanded("backup", file, "--home", settings.home, "--json", "-") == 0
    made = json.loads(capsys.readouterr().out)
    assert file.stat().st_mode & 0o077 == 0
    assert {each["name"] for each in made["left_out"]} == {"knowledge/vectors.sqlite"}
    assert made["rows"]["knowledge/documents.sqlite"]["documents"] == 3

    assert commanded("restore", file, "--home", other, "--json", "-") == 0
    told = json.loads(capsys.readouterr().out)
    assert [each for each in told["checks"] if each["status"] != "ok"] == []
    assert (told["rows"], told["kept_as"]) == (made["rows"], None)
    assert told["index"].startswith("3 documents")

    before, after = digests(settings.home), digests(other)
    assert before.keys() - after.keys() == {"knowledge/vectors.sqlite", "knowledge/index/lock"}
    files = {name for name in after if not name.endswith(".sqlite")}
    assert {name: after[name] for name in files} == {name: before[name] for name in files}
    for name in after.keys() - files:
        assert said(other / name) == said(settings.home / name)
    assert answers(Settings(home=other)) == answers(settings)
    assert other.stat().st_mode & 0o077 == 0


def test_open_sessions_stay_out(settings: Settings, tmp_path: Path) -> None:
    backed_up(settings.home, tmp_path / "b.tar")
    assert SESSION.encode() in settings.database_path.read_bytes()
    assert SESSION.encode() not in (tmp_path / "b.tar").read_bytes()
    restored(tmp_path / "b.tar", tmp_path / "other")
    with closing(sqlite3.connect(tmp_path / "other" / "conversations.sqlite")) as connection:
        assert connection.execute("SELECT COUNT(*) FROM users").fetchone() == (1,)
        assert connection.execute("SELECT COUNT(*) FROM sessions").fetchone() == (0,)


def test_secrets_and_what_lies_outside(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "note.txt").write_text("mine", encoding="utf-8")
    (settings.home / "field.key").write_text("hunter2", encoding="utf-8")
    (settings.home / "deskwise.toml").write_text(
        f'warehouse = "postgres://me:hunter2@host/db"\nport = 8801\n'
        f'answer_templates = "{templates}"\n',
        encoding="utf-8",
    )
    file = tmp_path / "b.tar"
    assert commanded("backup", file, "--home", settings.home, "--json", "-") == 0
    assert b"hunter2" not in file.read_bytes()
    left = {each["name"] for each in json.loads(capsys.readouterr().out)["left_out"]}
    assert left == {"knowledge/vectors.sqlite", "field.key"}
    restored(file, tmp_path / "other")
    kept = (tmp_path / "other" / "deskwise.toml").read_text(encoding="utf-8")
    assert "port = 8801" in kept
    assert "warehouse is a secret" in kept
    assert (tmp_path / "other/outside/answer_templates/note.txt").read_text() == "mine"


def test_the_warehouse_may_stay_out(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b.tgz"
    assert commanded("backup", file, "--without-warehouse", "--home", settings.home) == 0
    restored(file, tmp_path / "other")
    assert not (tmp_path / "other" / "warehouse").exists()
    assert (tmp_path / "other" / "models").is_dir()


def test_an_index_that_is_damaged_or_behind_is_made_good(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = answers(settings)
    for path in settings.home.glob("knowledge/index/0*/segment.bin"):
        path.write_bytes(path.read_bytes()[:-9])
    assert commanded("backup", tmp_path / "b.tar", "--home", settings.home, "--json", "-") == 0
    told = {each["name"] for each in json.loads(capsys.readouterr().out)["left_out"]}
    assert "knowledge/index" in told
    assert commanded("restore", tmp_path / "b.tar", "--home", tmp_path / "o", "--json", "-") == 0
    body = json.loads(capsys.readouterr().out)
    assert "3 documents" in body["index"]
    assert [each for each in body["checks"] if each["status"] == "bad"] == []
    found = answers(Settings(home=tmp_path / "o"))
    assert [name for name, _ in found] == [name for name, _ in wanted]


def test_a_home_with_broken_settings_can_be_replaced(settings: Settings, tmp_path: Path) -> None:
    backed_up(settings.home, tmp_path / "b.tar")
    (settings.home / "deskwise.toml").write_text("no toml", encoding="utf-8")
    assert commanded("restore", tmp_path / "b.tar", "--home", settings.home) == 1
    assert commanded("restore", tmp_path / "b.tar", "--replace", "--home", settings.home) == 0


def test_an_index_published_meanwhile_is_the_one_that_is_kept(
    settings: Settings, tmp_path: Path
) -> None:
    source = source_of(settings, False)
    source.take_stock()
    store = SqliteStore(settings.knowledge_dir / "documents.sqlite")
    store.remove(["articles/badge.md"])
    store.close()
    upkeep.rebuild_index(settings, is_anew=False)
    write_backup(source, tmp_path / "b.tar", created_at=START, version="0", show=silent)
    restored(tmp_path / "b.tar", tmp_path / "o")
    assert upkeep.finish_restored(Settings(home=tmp_path / "o")).startswith("2 documents")


def test_a_backup_made_while_others_write_is_of_one_moment(
    settings: Settings, tmp_path: Path
) -> None:
    stop, failures = threading.Event(), []

    def write(conversation: str) -> None:
        engine = open_engine(settings.database_path)
        store = SqlConversationStore(engine)
        number = 0
        while not stop.is_set():
            try:
                store.add_turn(turn(number, conversation), user_id="bob")
            except Exception as error:  # noqa: BLE001 - whatever a writer meets fails the test
                failures.append(error)
                break
            number += 1
        engine.dispose()

    writers = [threading.Thread(target=write, args=(f"w{n}",)) for n in range(2)]
    for each in writers:
        each.start()
    try:
        for number in range(6):
            backed_up(settings.home, tmp_path / f"{number}.tar")
    finally:
        stop.set()
        for each in writers:
            each.join()
    assert failures == []
    n_turns = []
    for number in range(6):
        folder = tmp_path / f"unpacked-{number}"
        folder.mkdir()
        manifest = unpack(tmp_path / f"{number}.tar", folder)
        copy = folder / "conversations.sqlite"
        assert integrity_problems(copy) == ()
        with closing(sqlite3.connect(copy)) as connection:
            rows = connection.execute(
                "SELECT conversation_id, COUNT(*), MAX(ordinal) + 1 FROM turns "
                "GROUP BY conversation_id"
            ).fetchall()
        assert all(n == last for _, n, last in rows)
        n_turns.append(sum(n for _, n, _ in rows))
        assert manifest.rows["conversations.sqlite"]["turns"] == n_turns[-1]
    assert n_turns == sorted(n_turns)
    assert n_turns[-1] > 3


def test_a_damaged_database_never_replaces_a_good_backup(
    settings: Settings, tmp_path: Path
) -> None:
    backed_up(settings.home, tmp_path / "b.tar")
    good = (tmp_path / "b.tar").read_bytes()
    whole = settings.database_path.read_bytes()
    settings.database_path.write_bytes(whole[:4096] + b"\xff" * 4096 + whole[8192:])
    with pytest.raises(BackupError):
        backed_up(settings.home, tmp_path / "b.tar")
    assert (tmp_path / "b.tar").read_bytes() == good
    assert sorted(path.name for path in tmp_path.glob(".*")) == []


def test_a_full_disk_is_said_and_leaves_everything_as_it_was(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "b.tar"
    backed_up(settings.home, file)
    good, before = file.read_bytes(), digests(settings.home)

    def no_room(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(BackupError, match="No space left"):
        backed_up(settings.home, file)
    with pytest.raises(RestoreError, match="No space left"):
        restored(file, settings.home, is_replacing=True)
    assert file.read_bytes() == good
    assert digests(settings.home) == before
    assert [path.name for path in tmp_path.glob(".*")] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("b.zip", "is called .tar"), ("none/b.tar", "does not exist"), ("home/b.tar", "lies in")],
)
def test_a_place_that_cannot_be_is_refused(
    settings: Settings, tmp_path: Path, name: str, words: str
) -> None:
    with pytest.raises(BackupError, match=words):
        backed_up(settings.home, tmp_path / name)


def test_a_home_that_holds_something_is_kept(settings: Settings, tmp_path: Path) -> None:
    backed_up(settings.home, tmp_path / "b.tar")
    before = digests(settings.home)
    with pytest.raises(RestoreError, match="not empty"):
        restored(tmp_path / "b.tar", settings.home)
    assert digests(settings.home) == before
    kept_as = restored(tmp_path / "b.tar", settings.home, is_replacing=True)
    again = restored(tmp_path / "b.tar", settings.home, is_replacing=True)
    assert kept_as is not None
    assert again is not None
    assert digests(kept_as) == before
    assert again != kept_as
    (tmp_path / "empty").mkdir()
    assert restored(tmp_path / "b.tar", tmp_path / "empty") is None


STEPS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "ctypes.dlsym")
"""Events of Python's audit that are steps towards the file system."""


def forked(job: Callable[[], None]) -> int:
    """Run a job in a forked process; return its process id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child only touches files
        child = os.fork()
    if child == 0:
        try:
            job()
        finally:
            os._exit(0)
    return child


def killed_at(last_step: int, job: Callable[[], None]) -> int:
    """Run a job that dies at its nth step; return how many steps it took."""
    reader, writer = os.pipe()

    def run_until() -> None:
        steps = 0

        def hook(event: str, _: tuple[object, ...]) -> None:
            nonlocal steps
            if event in STEPS:
                steps += 1
                if steps == last_step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        job()
        os.write(writer, str(steps).encode())

    child = forked(run_until)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        steps = int(told.read() or 0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) == (steps == 0)
    return steps


def kill_points(n_steps: int) -> list[int]:
    """Return steps to be killed at: all along, and each of the last ones."""
    return sorted({*range(1, n_steps, max(1, n_steps // 6)), *range(n_steps - 7, n_steps + 1)})


def forget_unfinished(folder: Path) -> None:
    """Remove what killed processes left, so that each run takes as many steps as the first."""
    for path in folder.glob(".*"):
        shutil.rmtree(path)


@pytest.fixture
def small(settings: Settings) -> Settings:
    """A home of a few files."""
    for name in ("models", "warehouse"):
        shutil.rmtree(settings.home / name)
    return settings


def test_a_killed_backup_leaves_the_home_and_the_old_backup(
    small: Settings, tmp_path: Path
) -> None:
    file, before = tmp_path / "b.tar", digests(small.home)
    backed_up(small.home, file)
    small.questions_path.unlink()
    backed_up(small.home, tmp_path / "wanted.tar")
    old, new = file.read_bytes(), (tmp_path / "wanted.tar").read_bytes()

    def job() -> None:
        backed_up(small.home, file)

    n_steps = killed_at(0, job)
    seen = set()
    assert file.read_bytes() == new  # the same content gives the same bytes
    for point in kill_points(n_steps):
        file.write_bytes(old)
        forget_unfinished(tmp_path)
        killed_at(point, job)
        now = file.read_bytes()
        assert now in (old, new)
        seen.add("new" if now == new else "old")
    assert seen == {"old", "new"}
    assert digests(small.home) == {k: v for k, v in before.items() if k != "questions.json"}
    backed_up(small.home, file)
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_killed_restore_leaves_the_old_home_or_the_whole_new_one(
    small: Settings, tmp_path: Path
) -> None:
    home, file = small.home, tmp_path / "b.tar"
    backed_up(home, file)
    restored(file, tmp_path / "wanted")
    new = digests(tmp_path / "wanted")
    small.questions_path.unlink()
    shutil.copytree(home, tmp_path / "pristine")
    old = digests(home)

    def job() -> None:
        restored(file, home, is_replacing=True)

    seen = set()
    for point in kill_points(killed_at(0, job)):
        shutil.rmtree(home)
        for path in tmp_path.glob("home.before-*"):
            shutil.rmtree(path)
        shutil.copytree(tmp_path / "pristine", home)
        forget_unfinished(tmp_path)
        killed_at(point, job)
        now = digests(home)
        assert now in (old, new)
        seen.add("new" if now == new else "old")
        if now == new:
            assert [digests(path) for path in tmp_path.glob("home.before-*")] == [old]
    assert seen == {"old", "new"}
    assert restored(file, home, is_replacing=True) is not None
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_home_in_use_is_not_exchanged(settings: Settings, tmp_path: Path) -> None:
    backed_up(settings.home, tmp_path / "b.tar")
    ready, done = os.pipe(), os.pipe()

    def hold() -> None:
        engine = open_engine(settings.database_path)
        with engine.connect():
            os.write(ready[1], b"x")
            os.read(done[0], 1)

    child = forked(hold)
    os.read(ready[0], 1)
    try:
        assert is_open_elsewhere(settings.database_path)
        with pytest.raises(RestoreError, match="open in another process"):
            restored(tmp_path / "b.tar", settings.home, is_replacing=True)
    finally:
        os.write(done[1], b"x")
        os.waitpid(child, 0)
    assert not is_open_elsewhere(settings.database_path)
