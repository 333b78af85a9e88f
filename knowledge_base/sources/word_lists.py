"""Lists of DOCX files: which number Word would print before a paragraph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_N_LEVELS = 9
_BULLETS = frozenset({"bullet", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a list item stands."""

    level: int
    """From 0."""
    number: int | None
    """None for a bullet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    is_bullet: bool
    start: int


@dataclass(slots=True)
class Numbering:
    """Counts the items of every list while a document is read from its beginning."""

    levels: dict[str, tuple[str, dict[int, _Level]]] = field(default_factory=dict)
    """List id → the definition it counts with, and its levels."""
    by_style: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Style id → list id and level, for paragraphs that are numbered by their style alone."""
    counters: dict[str, list[int | None]] = field(default_factory=dict)
    """Definition → the last number of each level."""

    def place(self, paragraph: Any, style_id: str) -> Place | None:
        """Return where a paragraph stands in a list, counting it; None when it is no item."""
        list_id, level = self.by_style.get(style_id, ("", 0))
        own = paragraph.find(f"{_W}pPr/{_W}numPr")
        if own is not None:
            list_id = _child(own, "numId") or list_id
            level = _whole(_child(own, "ilvl"), level)
        if list_id in {"", "0"} or list_id not in self.levels:
            return None
        definition, levels = self.levels[list_id]
        level = min(level, _N_LEVELS - 1)
        kind = levels.get(level, _Level(is_bullet=True, start=1))
        if kind.is_bullet:
            return Place(level=level, number=None)
        counter = self.counters.setdefault(definition, [None] * _N_LEVELS)
        last = counter[level]
        number = kind.start if last is None else last + 1
        counter[level] = number
        counter[level + 1 :] = [None] * (_N_LEVELS - level - 1)
        return Place(level=level, number=number)


def numbering_of(document: Any) -> Numbering:
    """Return the numbering of a document; without one when it has none.

    Parameters
    ----------
    document : docx.document.Document
        Read by python-docx, which keeps the definitions as XML.
    """
    numbering = Numbering()
    part = next(
        (rel.target_part for rel in document.part.rels.values() if _is_numbering(rel)), None
    )
    if part is None:
        return numbering
    root = part.element
    abstract = {
        _own(each, "abstractNumId"): dict(_levels(each))
        for each in root.findall(_W + "abstractNum")
    }
    for each in root.findall(_W + "num"):
        list_id, base = _own(each, "numId"), _child(each, "abstractNumId")
        levels = dict(abstract.get(base, {}))
        restarts = False
        for override in each.findall(_W + "lvlOverride"):
            level = _whole(_own(override, "ilvl"), 0)
            levels |= dict(_levels(override))
            start = _child(override, "startOverride")
            if start:
                restarts = True
                held = levels.get(level, _Level(is_bullet=False, start=1))
                levels[level] = _Level(is_bullet=held.is_bullet, start=_whole(start, 1))
        # Lists of one definition count on from each other unless one says where it starts.
        numbering.levels[list_id] = (f"own:{list_id}" if restarts else f"shared:{base}", levels)
    for style in document.styles.element.findall(_W + "style"):
        found = style.find(f"{_W}pPr/{_W}numPr")
        if found is not None and _child(found, "numId"):
            level = _whole(_child(found, "ilvl"), 0)
            numbering.by_style[_own(style, "styleId")] = (_child(found, "numId"), level)
    return numbering


def _is_numbering(relation: Any) -> bool:
    return not relation.is_external and str(relation.reltype).endswith("/numbering")


def _levels(element: Any) -> Iterator[tuple[int, _Level]]:
    for level in element.findall(_W + "lvl"):
        yield (
            _whole(_own(level, "ilvl"), 0),
            _Level(
                is_bullet=_child(level, "numFmt") in _BULLETS,
                start=_whole(_child(level, "start"), 1),
            ),
        )


def _own(element: Any, name: str) -> str:
    return element.get(_W + name) or ""


def _child(element: Any, name: str) -> str:
    found = element.find(_W + name)
    return (found.get(_W + "val") or "") if found is not None else ""


def _whole(written: str, otherwise: int) -> int:
    return int(written) if written.isdecimal() and len(written) < 7 else otherwise
