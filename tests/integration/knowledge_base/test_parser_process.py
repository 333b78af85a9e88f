from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_base.config import ParsingSettings
from knowledge_base.errors import SourceError
from knowledge_base.sources import parser_process
from knowledge_base.sources.parser_process import ParserProcess
from tests.sample_files import MAKERS, Article, html, text, zip_file

SETTINGS = ParsingSettings(cpu_s=2, memory_bytes=400_000_000)
"""Limits that harm reaches soon; on a busy machine a good file may reach them too."""
PATIENT = ParsingSettings(cpu_s=20, memory_bytes=400_000_000)
GOOD = text(Article())

# Converters that do harm, put in the place of the one for plain text in the child alone.
HARM = {
    "loops": "while True: pass",
    "sleeps": "import time; time.sleep(100)",
    "takes memory": "held = [bytes(10**7) for _ in range(10**6)]",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "exits": "import os; os._exit(3)",
    "recurses": "f = lambda: f(); f()",
    "raises": "raise KeyError('w:p')",
    "writes": "open('/tmp/deskwise-must-not-be', 'w')",
    "connects": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "starts": "import subprocess; subprocess.run(['true'])",
    "prints": "print('x' * 100_000); raise ValueError('printed')",
    "talks": "from knowledge_base.sources.converted import Converted\n"
    "    return Converted(text='x' * 5_000_000)",
}
REASONS = {
    "loops": "more than 2 s of processor time",
    "sleeps": "takes longer than",
    "takes memory": "more than 400 MB of memory",
    "crashes": "ended the parser (SIGSEGV)",
    "exits": "ended the parser (exit code 3)",
    "recurses": "nested too deeply",
    "raises": "damaged or of an unknown kind (KeyError",
    "writes": "writes no files",
    "connects": "may not use socket",
    "starts": "may not use subprocess",
    "prints": "ValueError: printed",
    "talks": "5,000,000 letters",
}


@pytest.fixture
def harmful(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ParserProcess]]:
    started: list[ParserProcess] = []

    def start(how: str, settings: ParsingSettings = SETTINGS) -> ParserProcess:
        program = parser_process._PROGRAM.replace(
            "main()\n",
            "from knowledge_base.sources import parser_main, plain_text\n"
            "good = plain_text.convert_text\n"
            "def convert(raw):\n"
            "    if raw != b'harm': return good(raw)\n"
            f"    {HARM[how]}\n"
            "parser_main._CONVERTERS = {**parser_main._CONVERTERS, 'text': lambda: convert}\n"
            "main()\n",
        )
        monkeypatch.setattr(parser_process, "_PROGRAM", program)
        started.append(ParserProcess(settings))
        return started[-1]

    yield start
    for parser in started:
        parser.close()


@pytest.mark.parametrize("how", HARM)
def test_a_harmful_file_fails_alone_and_soon(
    harmful: Callable[..., ParserProcess], how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "loops":
        # On a busy machine the clock would else be up before the processor time is.
        monkeypatch.setattr(parser_process, "_WALL_FACTOR", 30)
    # Only what is stopped by a limit needs a short one.
    parser = harmful(how, SETTINGS if how in {"loops", "sleeps"} else PATIENT)
    assert parser.convert("text", GOOD).text
    with pytest.raises(SourceError) as failure:
        parser.convert("text", b"harm")
    assert REASONS[how] in failure.value.message
    assert parser.convert("text", GOOD).text
    assert not Path("/tmp/deskwise-must-not-be").exists()


def test_one_process_serves_many_files_and_is_replaced_after_enough() -> None:
    with ParserProcess(replace(PATIENT, n_files_per_process=4)) as parser:
        for _ in range(9):
            parser.convert("html", html(Article()))
        assert parser.n_started == 3


def test_a_file_that_fails_in_words_keeps_the_process() -> None:
    with ParserProcess(PATIENT) as parser:
        for raw in (b"", b"%PDF-1.4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"):
            with pytest.raises(SourceError):
                parser.convert("pdf", raw)
        assert parser.convert("html", html(Article())).text
        assert parser.n_started == 1


def test_the_same_file_gives_the_same_text_in_every_process() -> None:
    files = {"text" if kind == "txt" else kind: make(Article()) for kind, make in MAKERS.items()}
    texts = []
    for order in (list(files), list(files)[::-1]):
        with ParserProcess(PATIENT) as parser:
            texts.append({kind: parser.convert(kind, files[kind]) for kind in order})
    assert texts[0] == texts[1]


def test_the_content_decides_what_a_file_is() -> None:
    with ParserProcess(PATIENT) as parser:
        for kind, make in MAKERS.items():
            if kind in {"txt", "html", "eml"}:
                continue
            converted = parser.convert("docx" if kind != "docx" else "pdf", make(Article()))
            assert converted.metadata["format"] == kind


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old binary office file"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (zip_file({"a.txt": b"x"}), "no part 'word/document.xml'"),
    ],
)
def test_office_files_that_are_none_are_refused_in_words(raw: bytes, reason: str) -> None:
    with ParserProcess(SETTINGS) as parser, pytest.raises(SourceError, match=reason):
        parser.convert("docx", raw)


def test_a_file_that_is_too_long_is_not_even_sent() -> None:
    with ParserProcess(replace(SETTINGS, max_file_bytes=100)) as parser:
        with pytest.raises(SourceError, match="a file may have 100"):
            parser.convert("html", b"x" * 101)
        assert parser.n_started == 0


def test_an_archive_given_up_in_the_middle_does_not_reach_the_next_file() -> None:
    raw = zip_file({f"{n}.md": b"words " * 10_000 for n in range(50)})
    with ParserProcess(PATIENT) as parser:
        members = parser.unpack(raw, max_total_bytes=10**9)
        assert next(members).name == "0.md"
        members.close()  # type: ignore[attr-defined]
        assert "label printer" in parser.convert("html", html(Article())).text


def test_a_process_that_somebody_ended_is_started_anew() -> None:
    with ParserProcess(PATIENT) as parser:
        parser.convert("text", GOOD)
        assert parser._process is not None
        parser._process.kill()
        parser._process.wait()
        assert parser.convert("text", GOOD).text
        assert parser.n_started == 2
