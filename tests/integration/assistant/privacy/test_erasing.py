"""One person is erased through the whole home: no byte names them, the rest stands."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from analytics.questions.model import SavedQuestion
from assistant.accounts import AuditNote
from assistant.accounts.errors import AuditBrokenError
from assistant.bootstrap import Parts, knowledge, upkeep
from assistant.bootstrap import privacy as privacy_parts
from assistant.cli.main import deskwise
from assistant.config import Settings
from assistant.handoff.contract import HandOff, Said
from assistant.model import Answered, Asker, Turn, WorkEvent
from assistant.privacy import Subject, erasing
from assistant.tables import gap_topics, ingest_runs, operator_choices
from assistant.upkeep.surroundings import check_erasure
from knowledge_base import HashEncoder
from tests.integration.assistant.upkeep.made import ingest_articles
from tests.unit.assistant.fakes import START

NAME, EMAIL, FULL = "zoe.marker7", "zoe@marker.example", "Zoë Markerson"
WROTE = "xyloquartz"
"""What the person wrote themselves: nobody else uses the word."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for module in (knowledge, upkeep, privacy_parts):
        monkeypatch.setattr(module, "load_encoder", lambda _settings: HashEncoder())
    made = Settings(home=tmp_path / "home")
    made.home.mkdir(mode=0o700)
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "vpn.md").write_text("# VPN\n\nOpen the client.\n", encoding="utf-8")
    (articles / "rooms.md").write_text(
        f"---\nverified_by: {FULL}\n---\n# Rooms\n\nAsk {FULL} ({EMAIL}) for a key.\n",
        encoding="utf-8",
    )
    ingest_articles(made, articles)
    fill(made)
    return made


def fill(settings: Settings) -> None:
    """Let the person do one of everything, and others name them."""
    parts = Parts(settings)
    zoe = parts.accounts.add_user(NAME, role="agent", password=None, email=EMAIL)
    ann = parts.accounts.add_user("ann", role="admin", password=None)
    parts.accounts.tokens.add(zoe, name=f"{WROTE} token", scopes=["chat.ask"], days=3)
    note = AuditNote(
        action="session.opened", actor=zoe.user_id, subject=zoe.user_id, address="192.0.2.77"
    )
    parts.accounts.audit.append(note, at=START)
    _talk(parts, zoe.user_id, ann.user_id)
    _tickets(parts, zoe.user_id, ann.user_id)
    question = SavedQuestion(
        name=f"{WROTE} saved", question="Show revenue", owner=NAME, saved_on=START.date()
    )
    parts.questions.put_saved(question)
    parts.questions.put_saved(replace(question, name="theirs", owner="ann"))
    parts.boards.pin([f"{WROTE} pinned"], asker=Asker(user_id=zoe.user_id))
    _operating(parts, zoe.user_id)
    parts.store.close()
    upload = settings.home / "uploads" / "kb" / "keys.md"
    upload.parent.mkdir(parents=True)
    upload.write_text(f"# Keys\n\nAsk {FULL}.\n", encoding="utf-8")


def _talk(parts: Parts, zoe: str, ann: str) -> None:
    for user, text in ((zoe, f"{WROTE} does not start"), (ann, f"who is {FULL}?")):
        turn = Turn(
            turn_id=f"t-{user}",
            conversation_id=f"c-{user}",
            text=text,
            route="helpdesk",
            outcome=Answered(text=f"Answer about {text}", confidence=0.9),
            asked_at=START,
        )
        parts.store.add_turn(turn, user_id=user)
        parts.store.add_feedback(turn.turn_id, user_id=user, value="up", comment=text, at=START)


def _operating(parts: Parts, zoe: str) -> None:
    """What operators' pages keep of who did something, in tables of their own."""
    at = START.isoformat()
    topic = {"topic_id": "1", "turn_ids": f'["t-{zoe}"]', "owner_id": zoe, "owner_name": NAME}
    rows = (
        (ingest_runs, {"run_id": "1", "at": at, "by": zoe, "body": json.dumps({"by": FULL})}),
        (operator_choices, {"name": "note", "value": "0.1", "by": zoe, "at": at}),
        (gap_topics, {**topic, "state": "", "n_asked": 1, "n_answered": 0}),
    )
    with parts.database.engine.begin() as connection:
        for table, values in rows:
            connection.execute(table.insert().values(values))


def _tickets(parts: Parts, zoe: str, ann: str) -> None:
    for user, subject in ((zoe, f"{WROTE} ticket"), (ann, "badge broken")):
        handoff = HandOff(
            reason="asked",
            subject=subject,
            transcript=(Said(role="requester", text=subject, at=START),),
            tried=(),
            evidence=(),
            predicted={},
            facets={},
        )
        ticket = parts.tickets.open_ticket(
            conversation_id=f"c-{user}", user_id=user, transcript=subject, handoff=handoff, at=START
        )
        parts.tickets.add_note(ticket.ticket_number, f"{subject} more", user_id=user, at=START)
        event = WorkEvent(
            kind="reply", text=f"Hello, {FULL} here: done", at=START, actor_id=zoe, actor_name=NAME
        )
        parts.work.change(ticket.ticket_number, version=1, values={}, events=(event,))


def run(settings: Settings, *words: str) -> Any:
    return CliRunner().invoke(deskwise, [*words, "--home", str(settings.home)])


def erase(settings: Settings) -> dict[str, Any]:
    done = run(settings, "users", "erase", NAME, "--also", FULL, "--yes", "--json", "-")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def bytes_naming(settings: Settings, user_id: str) -> list[str]:
    words = (user_id, NAME, EMAIL, FULL, WROTE, "192.0.2.77")
    forms = [form for word in words for form in (word.encode(), json.dumps(word)[1:-1].encode())]
    return [
        f"{form!r} in {path.relative_to(settings.home)}"
        for path in sorted(settings.home.rglob("*"))
        if path.is_file()
        for form in forms
        if form.lower() in path.read_bytes().lower()
    ]


def user_id_of(settings: Settings) -> str:
    parts = Parts(settings)
    found = parts.accounts.named(NAME).user_id
    parts.store.close()
    return found


def test_no_byte_of_the_home_names_somebody_who_was_erased(settings: Settings) -> None:
    user_id = user_id_of(settings)
    assert len(bytes_naming(settings, user_id)) > 5
    told = erase(settings)

    assert bytes_naming(settings, user_id) == []
    assert told["still_named_in"] == []
    assert told["removed"]["accounts"] == 1
    assert not list(settings.home.rglob("vectors.sqlite*"))
    assert told["removed"]["conversations"] == 1
    assert told["removed"]["tickets, emptied"] == 1
    assert (told["masked"]["articles"], told["masked"]["uploaded files"]) == (1, 1)
    parts = Parts(settings)
    n_entries, _ = parts.accounts.audit.verify()
    assert n_entries >= 5
    assert [entry.note.action for entry in parts.accounts.audit.entries(limit=1)] == [
        "person.erased"
    ]
    tickets = parts.work.tickets()
    assert [item.is_open for item in tickets] == [False, True]
    assert [item.subject for item in tickets] == ["[erased]", "badge broken"]
    assert parts.retriever.manifest.n_documents == 2
    assert sorted(parts.questions.kept().saved) == ["theirs"]
    kept = parts.documents.document("articles/rooms.md")
    assert kept is not None
    assert "Ask [erased] ([erased]) for a key." in kept.text
    parts.documents.close()
    parts.store.close()
    again = run(settings, "users", "erase", NAME, "--yes")
    assert "There is no account" in str(again.exception)


@pytest.mark.parametrize("step", ["mask_documents", "erase_rows", "_compact", "close_journal"])
def test_an_erasure_that_is_cut_short_is_taken_up_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    user_id = user_id_of(settings)
    module = privacy_parts if step == "mask_documents" else erasing
    whole = getattr(module, step)

    def cut_short(*given: Any, **named: Any) -> Any:
        whole(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, step, cut_short if step != "close_journal" else _interrupted)
        done = CliRunner().invoke(
            deskwise,
            ["users", "erase", NAME, "--also", FULL, "--yes", "--home", str(settings.home)],
        )
    assert done.exit_code != 0
    assert [item.status for item in check_erasure(settings.home)] == ["bad"]
    run(settings, "users", "erase", NAME, "--yes")

    assert bytes_naming(settings, user_id) == []
    parts = Parts(settings)
    parts.accounts.audit.verify()
    parts.store.close()


def _interrupted(*_: Any) -> Any:
    raise KeyboardInterrupt


def test_an_export_has_what_they_own_and_nothing_that_opens_anything(
    settings: Settings, tmp_path: Path
) -> None:
    out = tmp_path / "zoe.zip"
    done = run(settings, "users", "export", NAME, "--out", str(out))

    assert done.exit_code == 0, done.output
    assert out.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(out) as archive:
        told = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    assert told["account.json"][0]["email"] == EMAIL
    assert told["turns.json"][0]["text"] == f"{WROTE} does not start"
    assert [len(told[f"{name}.json"]) for name in ("tickets", "ticket_notes", "board")] == [1, 1, 1]
    assert "hash" not in json.dumps(
        {name: rows for name, rows in told.items() if "audit" not in name}
    )
    assert "badge broken" not in json.dumps(told)
    assert run(settings, "users", "export", NAME, "--out", str(out)).exit_code == 1


def test_whoever_changes_what_an_erasure_left_is_found(settings: Settings) -> None:
    erase(settings)
    parts = Parts(settings)
    engine = parts.database
    with engine.execution_options(is_write=True).begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_log_no_UPDATE")
        connection.exec_driver_sql(
            "UPDATE audit_log SET action = 'x' "
            "WHERE actor LIKE 'erased-%' AND action = 'session.opened'"
        )
    with pytest.raises(AuditBrokenError):
        parts.accounts.audit.verify()
    engine.dispose()


def test_a_common_word_is_masked_only_when_the_operator_says_so() -> None:
    mark = Subject(user_id="u-1", name="mark", email="", pseudonym="erased-1")

    assert mark.masked("A mark on the screen") == "A mark on the screen"
    assert replace_also(mark, "Mark Twain").masked("by MARK TWAIN.") == "by [erased]."
    assert mark.masked("given to u-1") == "given to erased-1"


def replace_also(subject: Subject, *also: str) -> Subject:
    return Subject(
        user_id=subject.user_id,
        name=subject.name,
        email=subject.email,
        pseudonym=subject.pseudonym,
        also=also,
    )
