"""What an HTML page says of itself: encoding, title, description, dates."""

from __future__ import annotations

import codecs
import re

from lxml.html import HtmlElement

from knowledge_base.sources.converted import Converted
from knowledge_base.sources.html_tags import text_of
from knowledge_base.sources.markup import clean, web_address
from knowledge_base.text import storable

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_NAMES = (
    "article:modified_time",
    "og:updated_time",
    "dcterms.modified",
    "last-modified",
    "ms.date",
    "article:published_time",
    "date",
)
_MAX_TAGS = 20


def read_html(raw: bytes) -> str:
    """Return an HTML file's text: by its byte order mark, as UTF-8, as it says, or as Windows'."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return storable(raw.decode("utf-16", "replace"))
    try:
        return storable(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        named = _CHARSET.search(raw[:4096])
        encoding = named.group(1).decode("ascii") if named else "cp1252"
    try:
        if codecs.lookup(encoding).name == "utf-8":
            encoding = "cp1252"  # it says so, and it is not
        return storable(raw.decode(encoding, "replace"))
    except (LookupError, UnicodeError):
        return storable(raw.decode("cp1252", "replace"))


def describe_page(root: HtmlElement, main: HtmlElement, text: str) -> Converted:
    """Return the text of a page's main part together with what its head says."""
    meta = _meta(root)
    canonical = next(
        (link.get("href") for link in root.iter("link") if link.get("rel") == "canonical"), ""
    )
    keywords = (clean(word).strip() for word in meta.get("keywords", "").split(","))
    return Converted(
        text=text,
        title=_title(root, main),
        description=meta.get("description", ""),
        updated_on=next(
            (
                match.group()
                for name in _DATE_NAMES
                if (match := _ISO_DATE.match(meta.get(name, "").strip()))
            ),
            "",
        ),
        url=web_address(canonical),
        tags=tuple(dict.fromkeys(word for word in keywords if word))[:_MAX_TAGS],
    )


def _title(root: HtmlElement, main: HtmlElement) -> str:
    written = root.find(".//title")
    title = clean(text_of(written)).strip() if written is not None else ""
    heading = next((clean(text_of(h1)).strip() for h1 in main.iter("h1")), "")
    if not title or (heading and heading.lower() in title.lower()):
        return heading or title
    return title


def _meta(root: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        content = clean(element.get("content") or "").strip()
        if name and content:
            found.setdefault(name, content)
    return found
