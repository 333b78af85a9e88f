"""What an erasure that was cut short needs to be taken up again: one file, gone at the end."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from assistant.privacy.model import Subject
from assistant.upkeep.inventory import ERASING as FILE_NAME


def read_journal(home: Path) -> Subject | None:
    """Return whose erasure was begun and not finished; None when there is none."""
    path = home / FILE_NAME
    if not path.is_file():
        return None
    given = json.loads(path.read_text(encoding="utf-8"))
    return Subject(**{**given, "also": tuple(given["also"])})


def write_journal(home: Path, subject: Subject) -> None:
    """Note whose erasure begins, durably."""
    part = home / f"{FILE_NAME}.part"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(subject), file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(home / FILE_NAME)


def close_journal(home: Path) -> None:
    """Forget whose it was: the words are written over, then the file is removed."""
    path = home / FILE_NAME
    with path.open("r+b") as file:
        file.write(b"\0" * path.stat().st_size)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
