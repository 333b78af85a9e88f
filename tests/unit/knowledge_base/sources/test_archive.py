from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import pytest

from knowledge_base.errors import SourceError
from knowledge_base.sources.archive import unpack
from knowledge_base.sources.archive_names import member_name
from knowledge_base.sources.converted import Member
from tests.sample_files import tar_file, zip_file


def members(raw: bytes, *, total: int = 10_000_000, each: int = 5_000_000) -> list[Member]:
    return list(
        unpack(
            raw,
            is_tar=not raw.startswith(b"PK"),
            is_wanted=lambda name: name.endswith(".md"),
            max_member_bytes=each,
            max_total_bytes=total,
        )
    )


@pytest.mark.parametrize("pack", [zip_file, tar_file])
def test_wanted_members_come_in_order_and_hidden_ones_not_at_all(pack: object) -> None:
    given = {
        "b.md": b"B",
        "in/a.md": b"A",
        "c.png": b"",
        ".git/x.md": b"",
        "__MACOSX/b.md": b"",
    }
    found = members(pack(given))  # type: ignore[operator]
    assert [(member.name, member.content) for member in found] == [
        ("b.md", b"B"),
        ("in/a.md", b"A"),
    ]


@pytest.mark.parametrize(
    "name", ["../x.md", "/etc/x.md", "a/../../x.md", "C:\\x.md", "..\\x.md", "\\\\host\\x.md"]
)
@pytest.mark.parametrize("pack", [zip_file, tar_file])
def test_paths_that_lead_out_are_named_and_not_read(pack: object, name: str) -> None:
    (member,) = members(pack({name: b"harm"}))  # type: ignore[operator]
    assert (member.name, member.content) == ("(outside)/x.md", b"")
    assert "leads out of the archive" in member.reason


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("a/./b//c.md", "a/b/c.md"),
        ("a\\b.md", "a/b.md"),
        ("a\0b\n.md", "ab.md"),
        ("..", ""),
        ("", ""),
        ("x" * 500, ""),
        ("a..b.md", "a..b.md"),
    ],
)
def test_names_are_made_safe(written: str, name: str) -> None:
    assert member_name(written) == name


def test_links_and_devices_are_not_followed() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            entry = tarfile.TarInfo(f"{kind.decode()}.md")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    reasons = [member.reason for member in members(buffer.getvalue())]
    assert ["link" in reason for reason in reasons] == [True, True, False, False]
    assert ["device" in reason for reason in reasons] == [False, False, True, True]

    linked = zipfile.ZipInfo("link.md")
    linked.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr(linked, "/etc/passwd")
    (member,) = members(buffer.getvalue())
    assert "link" in member.reason


def test_a_member_that_is_too_long_fails_alone() -> None:
    raw = zip_file({"big.md": b"x" * 6_000_000, "small.md": b"y"})
    big, small = members(raw)
    assert "unpacks to more than 5,000,000 bytes" in big.reason
    assert small.content == b"y"


def test_a_member_that_lies_about_its_length_is_cut_off() -> None:
    raw = bytearray(zip_file({"big.md": b"x" * 6_000_000}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = raw.index(mark) + place
        raw[start : start + 4] = (100).to_bytes(4, "little")
    (member,) = members(bytes(raw))
    assert member.reason != "" and member.content == b""


@pytest.mark.parametrize("pack", [zip_file, tar_file])
def test_an_archive_that_unpacks_without_end_stops(pack: object) -> None:
    raw = pack({f"{n}.md": b"\0" * 4_000_000 for n in range(40)})  # type: ignore[operator]
    assert len(raw) < 1_000_000
    with pytest.raises(SourceError, match="unpacks to more than 10,000,000 bytes"):
        members(raw)


def test_members_passed_over_cost_as_well() -> None:
    raw = tar_file({f"{n}.bin": b"\0" * 4_000_000 for n in range(10)})
    with pytest.raises(SourceError, match="unpacks to more than"):
        members(raw)


def test_members_with_a_password_are_named() -> None:
    raw = bytearray(zip_file({"a.md": b"A"}))
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (member,) = members(bytes(raw))
    assert member.reason == "It is protected by a password."


@pytest.mark.parametrize(
    "raw",
    [
        b"PK\x03\x04 nonsense",
        b"\x1f\x8b nonsense",
        gzip.compress(b"no tar in here" * 100),
        tar_file({"a.md": b"A" * 5000})[:60],
        zip_file({"a.md": b"A" * 5000})[:60],
    ],
    # Compressed bytes hold the time of the run: they cannot be the names.
    ids=["no zip", "no gzip", "no tar inside", "cut tar", "cut zip"],
)
def test_broken_archives_are_refused_in_words(raw: bytes) -> None:
    with pytest.raises(SourceError, match="no readable archive"):
        members(raw)
