from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base.encoders import HashEncoder
from knowledge_base.errors import IndexCorruptError, IndexMissingError
from knowledge_base.index import snapshot
from knowledge_base.index.snapshot import SnapshotFolder
from knowledge_base.retrieve import Retriever
from tests.integration.knowledge_base.conftest import Home

Article = Callable[..., str]


def live_folder(home: Home) -> Path:
    name = home.snapshots.current_name()
    assert name is not None
    return home.folder / "home" / "index" / name


def test_without_an_index_the_hint_says_what_to_do(home: Home) -> None:
    with pytest.raises(IndexMissingError) as raised:
        home.retriever().search("x", groups=())
    assert "deskwise ingest" in raised.value.hint


@pytest.mark.parametrize("file", ["segment.bin"])
@pytest.mark.parametrize("damage", ["flip", "cut", "missing"])
def test_a_damaged_file_is_found_before_it_is_read(
    home: Home, article: Article, file: str, damage: str
) -> None:
    home.write({"a.md": article("A", "Alpha.")})
    home.ingest()
    path = live_folder(home) / file
    raw = bytearray(path.read_bytes())
    if damage == "flip":
        raw[len(raw) // 2] ^= 0xFF
        path.write_bytes(raw)
    elif damage == "cut":
        path.write_bytes(raw[:-1])
    else:
        path.unlink()
    with pytest.raises(IndexCorruptError) as raised:
        home.retriever().search("Alpha", groups=())
    assert raised.value.code == "index_corrupt"


def test_a_long_file_is_hashed_once_and_again_when_it_looks_different(
    home: Home, article: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "_HASHED_AT_EACH_START", 0)
    home.write({"a.md": article("A", "Alpha.")})
    home.ingest()
    hashed: list[str] = []
    real = snapshot._sha256

    def counted(path: Path) -> str:
        hashed.append(path.name)
        return real(path)

    monkeypatch.setattr(snapshot, "_sha256", counted)
    # The build has hashed it, and said so.
    assert home.retriever().search("Alpha", groups=())
    assert hashed == []
    path = live_folder(home) / "segment.bin"
    (live_folder(home) / "verified.json").unlink()
    for _ in range(2):
        home.retriever().search("Alpha", groups=())
        assert hashed == ["segment.bin"]
    raw = bytearray(path.read_bytes())
    raw[-100] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(IndexCorruptError):
        home.retriever().search("Alpha", groups=())


def test_a_damaged_manifest_is_built_anew_by_the_next_ingest(home: Home, article: Article) -> None:
    home.write({"a.md": article("A", "Alpha.")})
    home.ingest()
    (live_folder(home) / "manifest.json").write_text("{")
    with pytest.raises(IndexCorruptError):
        home.retriever().search("Alpha", groups=())
    home.ingest()
    assert home.retriever().search("Alpha", groups=())


def test_a_reader_takes_up_a_new_snapshot_by_itself(home: Home, article: Article) -> None:
    home.write({"a.md": article("A", "Alpha.")})
    home.ingest()
    retriever = home.retriever()
    assert len(retriever.search("Alpha", groups=())) == 1
    home.write({"b.md": article("B", "Alpha again.")})
    home.ingest()
    assert len(retriever.search("Alpha", groups=())) == 2


def test_a_failed_build_leaves_the_live_snapshot_alone(home: Home, article: Article) -> None:
    home.write({"a.md": article("A", "Alpha.")})
    home.ingest()
    live = home.snapshots.current_name()
    with pytest.raises(RuntimeError), home.snapshots.building() as folder:
        (folder / "half").write_text("written")
        raise RuntimeError
    assert home.snapshots.current_name() == live
    assert home.retriever().search("Alpha", groups=())
    assert not list((home.folder / "home" / "index").glob("building-*"))


def test_old_snapshots_and_dead_builds_are_removed(home: Home, article: Article) -> None:
    index = home.folder / "home" / "index"
    for n in range(4):
        home.write({"a.md": article("A", f"Alpha {n}.")})
        home.ingest()
        (index / "building-999999999").mkdir(exist_ok=True)
    home.write({"a.md": article("A", "Alpha last.")})
    home.ingest()
    folders = sorted(path.name for path in index.iterdir() if path.is_dir())
    assert [name[:6] for name in folders] == ["000004", "000005"]


def test_another_encoder_is_refused(home: Home, article: Article) -> None:
    home.write({"a.md": article("A", "Alpha.")})
    home.ingest()
    retriever = Retriever(home.snapshots, HashEncoder(32), home.settings.retrieval)
    with pytest.raises(IndexCorruptError, match="hash/64"):
        retriever.search("Alpha", groups=())


def test_the_same_corpus_gives_the_same_files(home: Home, article: Article, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    for each in (home, other):
        each.write({"a.md": article("A", "Alpha."), "b.md": article("B", "Beta 0x80070005.")})
        each.ingest()
    assert SnapshotFolder(tmp_path / "home" / "index").manifest() == other.snapshots.manifest()
