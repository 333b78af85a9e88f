"""BEIR corpus files (`{"_id", "title", "text"}` per line) → documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge_base.errors import SourceError
from knowledge_base.model import EVERYONE, Document, FailedSource
from knowledge_base.sources.markdown import markdown_document, title_from_id, with_hash
from knowledge_base.text import storable

_TITLE_WORDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusSource:
    """A `corpus.jsonl`. A document keeps its `_id`; its text may be Markdown.

    Attributes
    ----------
    path : Path
        The file.
    name : str
        What the source is called.
    acl : tuple of str
        Groups that may read the documents.
    """

    path: Path
    name: str
    acl: tuple[str, ...] = (EVERYONE,)

    @property
    def location(self) -> str:
        """Return the file's absolute path."""
        return str(self.path.resolve())

    @property
    def is_complete(self) -> bool:
        """Return True: the file is the whole corpus."""
        return True

    def read(self) -> Iterator[Document | FailedSource]:
        """Yield one document per line, in the file's order.

        Raises
        ------
        SourceError
            When the file cannot be opened.
        """
        try:
            handle = self.path.open(encoding="utf-8-sig")
        except OSError as error:
            raise SourceError(
                f"{str(self.path)!r} cannot be opened: {error.strerror or error}.",
                hint="Check the path and try again.",
            ) from error
        with handle:
            for number, line in enumerate(handle, start=1):
                if line.strip():
                    yield self._document(line, number)

    def _document(self, line: str, number: int) -> Document | FailedSource:
        where = f"{self.name}:{number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            return FailedSource(source=where, reason=f"The line is no JSON: {error.msg}.")
        if not isinstance(row, dict) or "_id" not in row:
            return FailedSource(source=where, reason='The line has no "_id".')
        document_id = storable(str(row["_id"]))
        text = storable(str(row.get("text") or ""))
        title = storable(" ".join(str(row.get("title") or "").split()))
        if not text.strip():
            if not title:
                return FailedSource(
                    source=document_id, reason="It has no text and no title.", is_skipped=True
                )
            # A title alone can still be found; it is its own text.
            text = title
        document = markdown_document(text, document_id, acl=self.acl, title=title)
        if not title and document.title == title_from_id(document_id):
            document = with_hash(replace(document, title=_first_words(text) or document.title))
        return document


def _first_words(text: str) -> str:
    """Return the beginning of a text without a title, cut at a sentence or a word."""
    line = next((line.strip(" #*>-") for line in text.splitlines() if line.strip(" #*>-")), "")
    sentence = re.split(r"(?<=[.!?])\s", line)[0]
    spoken = sentence.split()
    return " ".join(spoken[:_TITLE_WORDS]) + ("…" if len(spoken) > _TITLE_WORDS else "")
