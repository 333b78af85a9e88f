"""What the elements of a page are: blocks, code, menus, things that nobody sees."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml.etree import iterwalk
from lxml.html import HtmlElement

HEADINGS: Mapping[str, int] = {f"h{level}": level for level in range(1, 7)}
CODE_TAGS = frozenset({"code", "kbd", "samp", "tt", "var"})
_BLOCK_NAMES = """
    address article aside blockquote body caption center dd details div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hr li main menu ol p pre section summary table
    tbody td tfoot th thead tr ul
    """
_DROPPED_TAGS = """
    applet area audio base button canvas dialog embed frame frameset head iframe input link map
    math meta nav noscript object param script select source style svg template textarea title
    track video
    """
_DROPPED_ROLE_NAMES = """
    alertdialog banner contentinfo dialog menu menubar navigation search toolbar
    """
BLOCKS = frozenset(_BLOCK_NAMES.split())
_DROPPED = frozenset(_DROPPED_TAGS.split())
_DROPPED_ROLES = frozenset(_DROPPED_ROLE_NAMES.split())
_DROPPED_NAMES = re.compile(
    r"breadcrumbs?|cookies?|cookie-?(?:banner|consent|notice|bar)|skip-?(?:link|nav)|navbar"
    r"|sr-only|visually-hidden|site-?(?:header|footer|nav)|side-?(?:bar|nav)|page-?footer"
    r"|table-of-contents|share-?(?:bar|buttons)|headerlink|copy-?button|copybtn",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|!|$)"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)|mso-hide\s*:\s*all)",
    re.IGNORECASE,
)
_CALL_OUTS: Mapping[str, str] = {
    "note": "NOTE",
    "info": "NOTE",
    "tip": "TIP",
    "hint": "TIP",
    "important": "IMPORTANT",
    "warning": "WARNING",
    "caution": "CAUTION",
    "danger": "CAUTION",
}
_CALL_OUT_PREFIX = re.compile(
    r"(?:alert|admonition|callout|notice|message|box|panel)[-_]+(\w+)$", re.IGNORECASE
)
_MIN_MAIN_FRACTION = 0.3


def tag_of(element: HtmlElement) -> str:
    """Return an element's name in lower case; empty for a comment or an entity."""
    tag = element.tag
    return tag.lower() if isinstance(tag, str) else ""


def text_of(element: HtmlElement, *, keep_lines: bool = False) -> str:
    """Return an element's text without what is dropped, with line ends for `br` on demand."""
    pieces: list[str] = []
    skip_until: HtmlElement | None = None
    for event, node in _walk(element):
        if skip_until is not None:
            if event == "end" and node is skip_until:
                skip_until = None
                pieces.append(node.tail or "")
            continue
        if event == "start":
            if node is not element and is_dropped(node):
                skip_until = node
                continue
            if tag_of(node) == "br" and keep_lines:
                pieces.append("\n")
            pieces.append(node.text or "")
        elif node is not element:
            pieces.append(node.tail or "")
    return "".join(pieces)


def _walk(element: HtmlElement) -> list[tuple[str, HtmlElement]]:
    return list(iterwalk(element, events=("start", "end")))


def is_dropped(element: HtmlElement) -> bool:
    """Return whether an element is no part of what the page says to a reader."""
    tag = tag_of(element)
    if not tag or tag in _DROPPED:
        return True
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    if (element.get("role") or "").lower() in _DROPPED_ROLES:
        return True
    if _INVISIBLE.search(element.get("style") or ""):
        return True
    if tag in {"body", "main", "article", "html"}:
        return False
    if tag in {"header", "footer"}:
        # The head of a page holds its menu; the head of an article holds its title.
        return element.find(".//h1") is None
    names = f"{element.get('class') or ''} {element.get('id') or ''}".split()
    return any(_DROPPED_NAMES.fullmatch(name) for name in names)


def main_part(root: HtmlElement) -> HtmlElement:
    """Return the one `main` or `article` of a page when most of the page is in it."""
    body = root.find("body")
    whole = body if body is not None else root
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found = [element for element in whole.findall(path) if not is_dropped(element)]
        if len(found) == 1:
            inside = len(text_of(found[0]).split())
            if inside >= _MIN_MAIN_FRACTION * len(text_of(whole).split()) and inside:
                return found[0]
    return whole


def call_out(element: HtmlElement) -> str:
    """Return which kind of note a box is (`NOTE`, `WARNING`, …); empty when it is none."""
    if tag_of(element) not in {"div", "aside", "blockquote", "section", "p"}:
        return ""
    for name in (element.get("class") or "").lower().split():
        kind = _CALL_OUTS.get(name)
        if kind is None and (match := _CALL_OUT_PREFIX.match(name)):
            kind = _CALL_OUTS.get(match.group(1))
        if kind:
            return kind
    return ""


def language_of(pre: HtmlElement) -> str:
    """Return the language of a listing when its class says so."""
    for element in [pre, *pre.iter("code")]:
        for name in (element.get("class") or "").split():
            match = re.fullmatch(r"(?:lang|language|highlight-source)-([\w+#-]{1,20})", name)
            if match:
                return match.group(1).lower()
    return ""
