"""Names inside archives and mails, made safe to be part of a document's id."""

from __future__ import annotations

import re

from knowledge_base.text import storable

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")
MAX_NAME_CHARS = 400


def member_name(written: str) -> str:
    """Return a member's path with slashes; empty when it leads out of its archive.

    Absolute paths, drive letters and `..` give empty, as do names that are too long.
    """
    name = _CONTROL.sub("", storable(written)).replace("\\", "/").strip()
    parts = [part.strip() for part in name.split("/")]
    is_outside = name.startswith("/") or _DRIVE.match(name) or ".." in parts
    kept = [part for part in parts if part not in {"", "."}]
    return "" if is_outside or len(name) > MAX_NAME_CHARS else "/".join(kept)


def is_hidden(name: str) -> bool:
    """Return whether a path has a part that systems hide or add on their own."""
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))
