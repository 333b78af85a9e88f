"""A process of its own for parsing: what harms it fails one file and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self

from knowledge_base.config import ParsingSettings
from knowledge_base.errors import SourceError
from knowledge_base.sources.converted import Converted, Member, from_json
from knowledge_base.sources.frames import read_frame, write_frame

_PACKAGE = Path(__file__).resolve().parents[1]
# The package's own `__init__` would load the encoder's libraries, which parsing does not need and
# which alone are larger than the memory it gets.
_PROGRAM = """
import sys, types
for name in ("knowledge_base", "knowledge_base.sources"):
    package = types.ModuleType(name)
    package.__path__ = [sys.argv[2] + name.removeprefix("knowledge_base").replace(".", "/")]
    sys.modules[name] = package
from knowledge_base.sources.parser_main import main
main()
"""
_ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}
_WALL_FACTOR = 2
"""Seconds on the clock for each allowed second of processor time: the machine may be busy."""


class ParserProcess:
    """Turns files into Markdown in a child process, started when it is first needed.

    One process serves many files. It is ended and replaced when a file takes too long or too much
    memory or makes it crash. Not for several threads at once.

    Parameters
    ----------
    settings : ParsingSettings
        The limits.
    """

    def __init__(self, settings: ParsingSettings) -> None:
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._n_served = 0
        self.n_started = 0
        """How many processes were started so far."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; it is started anew when something comes after that."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        _close_streams(process)
        process.wait()

    def convert(self, format_name: str, raw: bytes) -> Converted:
        """Return a document as Markdown.

        Parameters
        ----------
        format_name : str
            What the file's name says it is; its content wins.
        raw : bytes
            The file.

        Raises
        ------
        SourceError
            When it cannot be read, or only beyond the limits.
        """
        for header, payload in self._ask({"task": "convert", "format": format_name}, raw):
            return from_json(header, payload.decode())
        raise AssertionError("a reply has at least one frame")

    def attachments(self, raw: bytes) -> Iterator[Member]:
        """Yield the files attached to a mail.

        Raises
        ------
        SourceError
            When it cannot be read, or only beyond the limits.
        """
        yield from self._members({"task": "attachments"}, raw)

    def unpack(self, raw: bytes, *, max_total_bytes: int) -> Iterator[Member]:
        """Yield the documents in an archive, and those that cannot be unpacked with the reason.

        Parameters
        ----------
        raw : bytes
            The archive.
        max_total_bytes : int
            How long all its members together may be.

        Raises
        ------
        SourceError
            When it cannot be read, or only beyond the limits; what came before that stands.
        """
        request = {
            "task": "unpack",
            "max_member_bytes": self.settings.max_file_bytes,
            "max_total_bytes": max_total_bytes,
        }
        yield from self._members(request, raw)

    def rows(self, raw: bytes) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the rows of an XLSX file by the names in its first row.

        Raises
        ------
        SourceError
            When it cannot be read, or only beyond the limits.
        """
        for _, payload in self._ask({"task": "rows"}, raw):
            for line in payload.decode().splitlines():
                number, row = json.loads(line)
                yield number, row

    def _members(self, request: dict[str, Any], raw: bytes) -> Iterator[Member]:
        for header, payload in self._ask(request, raw):
            if not header.get("end"):
                yield Member(name=header["name"], content=payload, reason=header["reason"])

    def _ask(self, request: dict[str, Any], raw: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Send one request and yield the frames of its reply, the last of which has `end`."""
        if len(raw) > self.settings.max_file_bytes:
            raise SourceError(
                f"It has {len(raw):,} bytes; a file may have {self.settings.max_file_bytes:,}.",
                hint="Split it, or raise `max_file_mb`.",
            )
        process = self._running()
        alarm = _Alarm(process, _WALL_FACTOR * self.settings.cpu_s + 1)
        is_done = False
        try:
            with alarm:
                assert process.stdin is not None and process.stdout is not None
                if _send(process.stdin, request, raw):
                    while frame := read_frame(process.stdout, self._max_frame_bytes):
                        header, payload = frame
                        is_done = bool(header.get("end")) and not header.get("last")
                        if header.get("failed"):
                            raise SourceError(header["failed"])
                        yield header, payload
                        if header.get("end"):
                            return
            raise SourceError(self._cause_of_death(process, is_late=alarm.has_rung))
        except ValueError as error:
            raise SourceError(f"The parser's reply cannot be read: {error}.") from error
        finally:
            if not is_done:
                # What is left in the pipe belongs to this file; the next gets a clean one.
                self.close()

    @property
    def _max_frame_bytes(self) -> int:
        return max(self.settings.max_file_bytes, 4 * self.settings.max_chars) + 1_000_000

    def _running(self) -> subprocess.Popen[bytes]:
        if self._n_served >= self.settings.n_files_per_process:
            self.close()
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = self._start()
            self._n_served = 0
        self._n_served += 1
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        self.n_started += 1
        limits = {
            "memory_bytes": self.settings.memory_bytes,
            "cpu_s": self.settings.cpu_s,
            "max_chars": self.settings.max_chars,
            "max_frame_bytes": self._max_frame_bytes,
        }
        command = [sys.executable, "-P", "-B", "-c", _PROGRAM, json.dumps(limits), str(_PACKAGE)]
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
        return subprocess.Popen(  # noqa: S603 - this interpreter with a program of ours
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=os.path.abspath(os.sep),  # noqa: PTH100 - the root of whatever system it is
            env={**kept, **_ENVIRONMENT},
            start_new_session=os.name == "posix",
        )

    def _cause_of_death(self, process: subprocess.Popen[bytes], *, is_late: bool) -> str:
        """Return in words why the process ended in the middle of a file."""
        if is_late:
            return f"Reading it takes longer than {_WALL_FACTOR * self.settings.cpu_s + 1:,} s."
        code = process.wait()
        if code == -getattr(signal, "SIGXCPU", 0):
            return f"Reading it takes more than {self.settings.cpu_s:,} s of processor time."
        megabytes = self.settings.memory_bytes // 1_000_000
        if code < 0:
            name = signal.Signals(-code).name
            return (
                f"Reading it ended the parser ({name}); it is damaged, or takes more than "
                f"{megabytes:,} MB of memory."
            )
        return f"Reading it ended the parser (exit code {code})."


class _Alarm:
    """Kills a process when the time is up, which ends every read and write with it."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self.has_rung = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def _ring(self) -> None:
        self.has_rung = True
        self._process.kill()


def _send(stream: IO[bytes], request: dict[str, Any], raw: bytes) -> bool:
    """Send a request; return whether the process was there to take it."""
    try:
        write_frame(stream, request, raw)
    except (BrokenPipeError, ConnectionError):
        return False
    return True


def _close_streams(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:
                continue  # bytes that nobody takes any more
