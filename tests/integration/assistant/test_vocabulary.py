"""From mining to an operator's decision to the glossary in use, by the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cli.main import deskwise
from assistant.cli.output import run
from assistant.live_glossary import LiveGlossary
from assistant.store import open_engine
from assistant.vocabulary_store import SqlVocabularyStore
from knowledge_base.acronyms import Candidate
from knowledge_base.model import Document, Passage
from knowledge_base.store import SqliteStore
from tests.unit.assistant.fakes import START

TEXT = "Open the Shared Parts List (SPL). Sound Pressure Levels (SPL) are high. Red Fox Bus (RFB)."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "knowledge").mkdir()
    document = Document(document_id="kb/a.md", title="Parts", text=TEXT)
    passage = Passage(
        passage_id="kb/a.md#0",
        document_id="kb/a.md",
        ordinal=0,
        start=0,
        end=len(TEXT),
        heading_path=("Parts",),
        text=TEXT,
    )
    with SqliteStore(tmp_path / "knowledge" / "documents.sqlite") as store:
        store.replace("kb", document, [passage], None)
    return tmp_path


def vocabulary(home: Path, *arguments: str) -> int:
    return run(deskwise, ["--home", str(home), "vocabulary", *arguments])


def listed(home: Path, status: str = "all") -> list[tuple[str, str, str]]:
    target = home / "out.json"
    assert vocabulary(home, "list", "--status", status, "--json", str(target)) == 0
    entries = json.loads(target.read_text())["entries"]
    return [(each["short"], each["meaning"], each["status"]) for each in entries]


def meanings(home: Path, query: str) -> list[str]:
    engine = open_engine(home / "conversations.sqlite")
    glossary = LiveGlossary(SqlVocabularyStore(engine), lambda: {"rfb"}, with_general=False)
    found = [sense.meaning for sense in glossary().senses(query)]
    engine.dispose()
    return found


def test_what_is_mined_is_proposed_and_not_used(home: Path) -> None:
    assert vocabulary(home, "mine") == 0
    assert listed(home) == [
        ("RFB", "red fox bus", "proposed"),
        ("SPL", "shared parts list", "proposed"),
        ("SPL", "sound pressure levels", "proposed"),
    ]
    assert meanings(home, "RFB SPL") == []


def test_what_is_approved_is_used(home: Path) -> None:
    vocabulary(home, "mine")
    assert vocabulary(home, "approve", "rfb") == 0
    assert meanings(home, "my RFB") == ["red fox bus"]
    assert meanings(home, "my rfb") == []  # a word of its own in small letters


def test_of_several_meanings_one_must_be_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vocabulary(home, "mine")
    assert vocabulary(home, "approve", "SPL") == 1
    assert "“shared parts list”, “sound pressure levels”" in capsys.readouterr().err
    assert vocabulary(home, "approve", "SPL", "Shared parts list") == 0
    assert meanings(home, "spl") == ["shared parts list"]


def test_what_nobody_proposed_is_added_not_approved(home: Path) -> None:
    assert vocabulary(home, "approve", "lv", "larkvpn") == 1
    assert vocabulary(home, "add", "lv", "LarkVPN") == 0
    assert meanings(home, "LV") == ["larkvpn"]
    assert vocabulary(home, "add", "lv", "LV") == 2


def test_what_is_rejected_stays_rejected_until_it_is_approved(home: Path) -> None:
    vocabulary(home, "mine")
    vocabulary(home, "reject", "SPL", "sound pressure levels")
    vocabulary(home, "reject", "rfb")
    vocabulary(home, "mine")
    assert listed(home, "rejected") == [
        ("RFB", "red fox bus", "rejected"),
        ("rfb", "", "rejected"),
        ("SPL", "sound pressure levels", "rejected"),
    ]
    assert vocabulary(home, "approve", "RFB") == 0
    assert meanings(home, "RFB") == ["red fox bus"]


def test_a_running_glossary_sees_a_decision_at_once(home: Path) -> None:
    engine = open_engine(home / "conversations.sqlite")
    store = SqlVocabularyStore(engine)
    glossary = LiveGlossary(store, lambda: (), with_general=False)
    assert len(glossary()) == 0
    store.decide("lv", "larkvpn", status="approved", at=START)
    assert len(glossary()) == 1
    assert glossary() is glossary()
    assert store.remove("lv", "larkvpn") and not store.remove("lv", "larkvpn")
    assert len(glossary()) == 0
    engine.dispose()


def test_evidence_of_a_decided_entry_is_kept_up_to_date(home: Path) -> None:
    engine = open_engine(home / "conversations.sqlite")
    store = SqlVocabularyStore(engine)
    store.decide("lv", "larkvpn", status="approved", at=START)
    found = Candidate(short="lv", meaning="larkvpn", kind="tickets", n_texts=7, examples=("a: b",))
    store.propose([found], at=START)
    (entry,) = store.entries()
    assert (entry.status, entry.source, entry.n_texts) == ("approved", "operator", 7)
    assert entry.examples == ("a: b",)
    store.propose([], at=START)
    assert store.entries()[0].status == "approved"
    engine.dispose()
