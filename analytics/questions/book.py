"""The file that verified and saved questions are kept in: readable JSON in the home folder."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from analytics.errors import InputError
from analytics.questions.model import Kept, SavedQuestion, VerifiedQuestion

FORMAT: Final = 1
_VERIFIED: Final = TypeAdapter(list[VerifiedQuestion])
_SAVED: Final = TypeAdapter(list[SavedQuestion])


def normalised(question: str) -> str:
    """Return a question without case, punctuation and repeated spaces.

    Examples
    --------
    >>> normalised("  What was REVENUE, last month? ")
    'what was revenue last month'
    """
    words = re.sub(r"[^\w%€$£+<>=.-]+", " ", question.casefold())
    return " ".join(word.strip(".-") for word in words.split() if word.strip(".-"))


class QuestionBook:
    """Verified and saved questions of one home.

    The file is read again when it has changed, so a running server sees what the command line
    wrote. It is written whole and then moved into place; two writers at once: the later one wins.

    Parameters
    ----------
    path : Path
        JSON file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._kept = Kept()
        self._lock = threading.Lock()

    def kept(self) -> Kept:
        """Return what is kept.

        Raises
        ------
        InputError
            When the file is not what this program writes.
        """
        with self._lock:
            stamp = self._stamp()
            if stamp != self._seen:
                self._kept = self._read() if stamp is not None else Kept()
                self._seen = stamp
            return self._kept

    def put_verified(self, question: VerifiedQuestion) -> None:
        """Keep a verified question in place of one asked the same way."""
        kept = self.kept()
        added = {**kept.verified, normalised(question.question): question}
        self._write(replace(kept, verified=added))

    def put_saved(self, question: SavedQuestion) -> None:
        """Keep a saved question in place of one of the same name."""
        kept = self.kept()
        self._write(replace(kept, saved={**kept.saved, question.name: question}))

    def remove(self, name: str) -> bool:
        """Forget a saved question by name, or a verified one by its text; say whether it was."""
        kept, key = self.kept(), normalised(name)
        saved = {n: q for n, q in kept.saved.items() if n != name}
        verified = {n: q for n, q in kept.verified.items() if n != key}
        found = len(saved) < len(kept.saved) or len(verified) < len(kept.verified)
        if found:
            self._write(Kept(verified=verified, saved=saved))
        return found

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        return status.st_mtime_ns, status.st_size

    def _read(self) -> Kept:
        try:
            given = json.loads(self._path.read_text(encoding="utf-8"))
            verified = _VERIFIED.validate_python(given["verified"])
            saved = _SAVED.validate_python(given["saved"])
        except (json.JSONDecodeError, KeyError, TypeError, ValidationError) as error:
            raise InputError(
                f"{self._path.name} is not a file of kept questions: {str(error).splitlines()[0]}.",
                hint="Correct it, or move it away to start with none.",
            ) from error
        return Kept(
            verified={normalised(q.question): q for q in verified},
            saved={q.name: q for q in saved},
        )

    def _write(self, kept: Kept) -> None:
        body = {
            "format": FORMAT,
            "verified": [_plain(asdict(q)) for _, q in sorted(kept.verified.items())],
            "saved": [_plain(asdict(q)) for _, q in sorted(kept.saved.items())],
        }
        text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_suffix(".part")
            beside.write_text(text, encoding="utf-8")
            beside.replace(self._path)
            self._kept, self._seen = kept, self._stamp()


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: days as text, tuples as lists."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def query_to_json(query: Any) -> dict[str, Any]:
    """Return a metric query as plain JSON values."""
    plain = _plain(asdict(query))
    assert isinstance(plain, dict)
    return plain
