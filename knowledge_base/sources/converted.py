"""What the converters hand back: a file's text as Markdown, and what it says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CONVERTER_VERSION = "1"
"""Raised when the same file would become another text; files are then converted anew."""

NO_TEXT = "It holds no text."


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A file as Markdown."""

    text: str
    """Without front matter, ending with a line feed."""
    title: str = ""
    """Empty when the file does not say."""
    description: str = ""
    updated_on: str = ""
    """An ISO date, or empty."""
    url: str = ""
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file inside an archive or a mail."""

    name: str
    """Its path with slashes; never absolute and without `..`."""
    content: bytes = b""
    reason: str = ""
    """Why it cannot be read; empty when it can."""


def to_json(converted: Converted) -> dict[str, object]:
    """Return everything but the text as JSON fields."""
    return {
        "title": converted.title,
        "description": converted.description,
        "updated_on": converted.updated_on,
        "url": converted.url,
        "tags": list(converted.tags),
        "metadata": dict(converted.metadata),
    }


def from_json(fields: Mapping[str, object], text: str) -> Converted:
    """Return what `to_json` was made of."""
    tags, metadata = fields["tags"], fields["metadata"]
    if not isinstance(tags, Sequence) or not isinstance(metadata, Mapping):
        raise TypeError(f"expected a list and a mapping, got {tags!r} and {metadata!r}")
    return Converted(
        text=text,
        title=str(fields["title"]),
        description=str(fields["description"]),
        updated_on=str(fields["updated_on"]),
        url=str(fields["url"]),
        tags=tuple(str(tag) for tag in tags),
        metadata={str(name): str(value) for name, value in metadata.items()},
    )


def page_starts(starts: Sequence[int]) -> str:
    """Return where each page begins in the text, as it is kept in a document's metadata."""
    return json.dumps(list(starts), separators=(",", ":"))


def page_at(metadata: Mapping[str, str], offset: int) -> int | None:
    """Return the page, from 1, on which a character of a converted document stands.

    Parameters
    ----------
    metadata : Mapping
        The document's.
    offset : int
        Place of a character in the document's text.

    Returns
    -------
    int or None
        None when the document has no pages.
    """
    written = metadata.get("page_starts")
    if written is None:
        return None
    return max(1, sum(1 for start in json.loads(written) if start <= offset))
