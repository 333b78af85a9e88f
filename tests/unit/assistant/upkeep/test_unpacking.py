"""A backup may come from anywhere: what is not exactly a backup is refused, and nothing escapes."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import BackupUnreadableError, RestoreError
from assistant.upkeep.inventory import Choice, take_stock, without_secrets
from assistant.upkeep.manifest import FORMAT, MANIFEST, MANIFEST_HASH, digest, unsafe_name
from assistant.upkeep.packing import Source, write_backup
from assistant.upkeep.restoring import restore
from assistant.upkeep.unpacking import read_manifest, unpack
from tests.unit.assistant.fakes import START

Member = tuple[str | tarfile.TarInfo, bytes]


def manifest_of(held: dict[str, bytes], **other: Any) -> bytes:
    body = {
        "format": FORMAT,
        "product": "deskwise",
        "version": "0",
        "created_at": START.isoformat(),
        "schemas": {},
        "rows": {},
        "files": {
            name: {"sha256": digest(content), "n_bytes": len(content)}
            for name, content in held.items()
        },
        "left_out": [],
    }
    return json.dumps(body | other).encode()


def archive(path: Path, head: bytes, *members: Member) -> Path:
    with tarfile.open(path, "w") as tar:
        first = [(MANIFEST, head), (MANIFEST_HASH, digest(head).encode())]
        for each, content in (*first, *members):
            info = each if isinstance(each, tarfile.TarInfo) else tarfile.TarInfo(each)
            if not isinstance(each, tarfile.TarInfo) or info.isreg():
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def special(kind: bytes, name: str = "a.txt", link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "unpacked"
    made.mkdir()
    return made


def refused(path: Path, folder: Path) -> str:
    with pytest.raises(BackupUnreadableError) as caught:
        unpack(path, folder)
    assert caught.value.hint
    outside = {each.name for each in folder.parent.iterdir()} - {path.name, folder.name}
    assert outside == set()
    return caught.value.message


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../up",
        "a/../../up",
        "a//b",
        "./a",
        "a\\..\\b",
        "C:/x",
        "c:x",
        "",
        "a\nb",
        "a\x00b",
        "a/",
        "x" * 2_000,
        "y" * 300,
        MANIFEST,
        "a\u202eb",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, folder: Path, name: str) -> None:
    files = {name: b"x"}
    assert unsafe_name(name)
    assert "names a file" in refused(archive(tmp_path / "b.tar", manifest_of(files)), folder)


@pytest.mark.parametrize(
    ("member", "link"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"),
        (tarfile.LNKTYPE, "manifest.json"),
        (tarfile.CHRTYPE, ""),
        (tarfile.BLKTYPE, ""),
        (tarfile.FIFOTYPE, ""),
        (tarfile.DIRTYPE, ""),
        (tarfile.GNUTYPE_SPARSE, ""),
        (tarfile.CONTTYPE, ""),
    ],
)
def test_what_is_no_plain_file_is_refused(
    tmp_path: Path, folder: Path, member: bytes, link: str
) -> None:
    path = archive(
        tmp_path / "b.tar", manifest_of({"a.txt": b""}), (special(member, link=link), b"")
    )
    refused(path, folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ((("a.txt", b"x"), ("a.txt", b"x")), "twice"),
        ((("a.txt", b"x"), ("b.txt", b"x")), "its manifest does not"),
        ((), "missing"),
        ((("a.txt", b"y"),), "differs from the hash"),
        ((("a.txt", b"xx"),), "its manifest says 1"),
        ((("A.txt", b"x"),), "its manifest does not"),
    ],
)
def test_files_are_exactly_those_of_the_manifest(
    tmp_path: Path, folder: Path, members: tuple[Member, ...], words: str
) -> None:
    path = archive(tmp_path / "b.tar", manifest_of({"a.txt": b"x"}), *members)
    assert words in refused(path, folder)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        manifest_of({}, format=0),
        manifest_of({}, format="1"),
        manifest_of({}, format=True),
        manifest_of({}, product="other"),
        manifest_of({}, extra=1),
        manifest_of({}, files=[]),
        manifest_of({}, files={"a": {"sha256": "0" * 64, "n_bytes": -1}}),
        manifest_of({}, files={"a": {"sha256": "zz", "n_bytes": 1}}),
        manifest_of({}, created_at="yesterday"),
        manifest_of({"a": b"", "A": b""}),
        manifest_of({"a": b"", "a/b": b""}),
    ],
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, folder: Path, head: bytes) -> None:
    refused(archive(tmp_path / "b.tar", head), folder)


def test_a_newer_format_is_refused_by_name(tmp_path: Path, folder: Path) -> None:
    path = archive(tmp_path / "b.tar", manifest_of({}, format=FORMAT + 1, news="unknown"))
    assert f"format {FORMAT + 1}" in refused(path, folder)


def test_a_newer_schema_is_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path / "b.tar", manifest_of({}, schemas={"c.sqlite": 9}))
    with pytest.raises(BackupUnreadableError, match="schema version 9"):
        restore(
            path,
            tmp_path / "home",
            known_schemas={"c.sqlite": 3},
            is_replacing=False,
            finish=lambda _: "",
            now=START,
        )
    assert [each.name for each in tmp_path.iterdir()] == ["b.tar"]


def test_a_bomb_is_refused_by_what_it_declares(tmp_path: Path, folder: Path) -> None:
    entry = {"sha256": "0" * 64, "n_bytes": 10**15}
    path = archive(tmp_path / "b.tar", manifest_of({}, files={"a": entry}))
    with pytest.raises(RestoreError, match="1,000,000,067 MB"):
        unpack(path, folder)


def test_a_header_as_long_as_a_bomb_is_not_read(tmp_path: Path, folder: Path) -> None:
    for kind in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME):
        head = special(kind, name="x")
        head.size = 2**30
        whole = io.BytesIO()
        archive_bytes = archive(tmp_path / "b.tar", manifest_of({"a": b""})).read_bytes()
        body = archive_bytes.rstrip(b"\0")
        body += b"\0" * (-len(body) % 512)
        with gzip.GzipFile(fileobj=whole, mode="wb", compresslevel=1) as packed:
            packed.write(body + head.tobuf(tarfile.GNU_FORMAT) + b"\0" * 2**21)
        (tmp_path / "b.tar").write_bytes(whole.getvalue())
        assert "longer than headers are" in refused(tmp_path / "b.tar", folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"x" * 5_000])
def test_what_is_no_archive_is_refused(tmp_path: Path, folder: Path, content: bytes) -> None:
    (tmp_path / "b.tar").write_bytes(content)
    refused(tmp_path / "b.tar", folder)
    with pytest.raises(BackupUnreadableError):
        read_manifest(tmp_path / "none.tar")


@pytest.fixture(params=["b.tar", "b.tar.gz"])
def backup(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    home = tmp_path / "home"
    (home / "knowledge").mkdir(parents=True)
    with closing(sqlite3.connect(home / "knowledge" / "d.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
        connection.execute("INSERT INTO notes VALUES ('one')")
    (home / "questions.json").write_bytes(b"{}" * 700)
    target = tmp_path / str(request.param)
    choice = Choice(index_folders=())
    source = Source(
        home=home, take_stock=lambda: take_stock(home, choice), texts={}, holding=nullcontext
    )
    write_backup(source, target, created_at=START, version="0", show=lambda _: None)
    return target


def tried(changed: bytes, path: Path, place: Callable[[], Path]) -> dict[str, bytes] | None:
    """Return what a changed backup unpacks to, or None when it is refused in words."""
    path.write_bytes(changed)
    folder = place()
    try:
        unpack(path, folder)
    except BackupUnreadableError:
        return None
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def test_no_changed_or_missing_byte_gets_through(backup: Path, tmp_path: Path) -> None:
    whole = backup.read_bytes()
    numbers = iter(range(10_000))

    def place() -> Path:
        made = tmp_path / f"u{next(numbers)}"
        made.mkdir()
        return made

    right = tried(whole, backup, place)
    assert right is not None
    step = max(1, len(whole) // 100)
    flipped = [
        tried(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :], backup, place)
        for at in range(0, len(whole), step)
    ]
    assert all(each is None or each == right for each in flipped)
    assert sum(each is None for each in flipped) > len(flipped) / 2
    cut = [tried(whole[:at], backup, place) for at in range(0, len(whole) - 10_240, step)]
    assert all(each is None for each in cut)


def test_settings_without_secrets_stay_what_they_were() -> None:
    text = 'port = 1\nhost = "a\\"b\\\\c\\td"\nsecure_cookies = true\n'
    assert without_secrets(text) == (text, ())
    kept, left = without_secrets(text + 'warehouse = "postgres://u:p@h/d"\n')
    assert left == ("warehouse",)
    assert "u:p" not in kept
    import tomllib

    assert tomllib.loads(kept) == tomllib.loads(text)
