"""What office files say of themselves: title, subject, keywords, when they were changed."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from knowledge_base.sources.converted import Converted
from knowledge_base.sources.markup import clean

_NO_TITLES = re.compile(
    r"(?:powerpoint presentation|presentation|document|word document|untitled|unknown"
    r"|microsoft (?:word|powerpoint|excel) - .*|title|slide 1|template)\d*|.*\.\w{3,4}",
    re.IGNORECASE,
)
_MAX_TAGS = 20
_TEMPLATE_YEAR = 2013
"""The date inside the template of a widespread library, which says nothing of the file."""


def describe_package(properties: Any, text: str, *, title: str = "") -> Converted:
    """Return a text with what the properties of an OOXML file say.

    Parameters
    ----------
    properties : object
        With `title`, `subject`, `keywords` and `modified`, as python-docx, python-pptx and
        openpyxl have it.
    text : str
        The file as Markdown.
    title : str
        What the text calls itself; it wins over the properties, which are often left over.
    """
    return Converted(
        text=text,
        title=" ".join(title.split()) or told_title(getattr(properties, "title", None)),
        description=_line(getattr(properties, "subject", None)),
        tags=tags_of(getattr(properties, "keywords", None)),
        updated_on=_day(getattr(properties, "modified", None)),
    )


def told_title(written: object) -> str:
    """Return a title from a file's properties, unless a program put it there."""
    title = _line(written)
    return "" if _NO_TITLES.fullmatch(title) else title


def tags_of(written: object) -> tuple[str, ...]:
    """Return keywords that are separated by commas or semicolons."""
    words = (word.strip() for word in re.split(r"[,;]", _line(written)))
    return tuple(dict.fromkeys(word for word in words if word))[:_MAX_TAGS]


def _line(written: object) -> str:
    return clean(str(written or "")).strip()


def _day(written: object) -> str:
    if isinstance(written, datetime):
        written = written.date()
    is_told = isinstance(written, date) and written.year > _TEMPLATE_YEAR
    return str(written) if is_told else ""
