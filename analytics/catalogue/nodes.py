"""YAML with the line of every entry, and what is wrong with it said by file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in a catalogue."""

    code: str
    """Stable name of the kind of mistake ("unknown_measure")."""
    file: str
    line: int
    """From 1; 0 when the file as a whole is meant."""
    message: str
    fix: str = ""

    def __str__(self) -> str:
        """Return "metrics.yaml:12: what is wrong. What to do."."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}{' ' if self.fix else ''}{self.fix}"


class Lines:
    """Where each entry of a file stands."""

    def __init__(self, file: str, lines: Mapping[Path, int]) -> None:
        self.file = file
        self._lines = lines

    def at(self, *path: str | int) -> int:
        """Return the line of an entry, or of the nearest entry around it that is there."""
        for n in range(len(path), -1, -1):
            if path[:n] in self._lines:
                return self._lines[path[:n]]
        return 1

    def problem(self, code: str, path: Path, message: str, fix: str = "") -> Problem:
        """Return a problem at an entry."""
        line = self.at(*path)
        return Problem(code=code, file=self.file, line=line, message=message, fix=fix)


def read_nodes(file: str, text: str) -> tuple[Any, Lines, list[Problem]]:
    """Read a YAML text.

    Returns
    -------
    tuple
        Its content, the lines of its entries, and keys that stand twice in one mapping: plain
        YAML would silently keep the last of them.

    Raises
    ------
    yaml.YAMLError
        When the text is not YAML.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, Lines(file, {}), []
        lines: dict[Path, int] = {}
        twice = [
            Problem(
                code="key_twice",
                file=file,
                line=line,
                message=f"{key!r} stands twice; the first is on line {first}.",
                fix="Remove one of them or give it another name.",
            )
            for key, line, first in _walk(node, (), lines)
        ]
        return loader.construct_document(node), Lines(file, lines), twice
    finally:
        loader.dispose()


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Iterator[tuple[str, int, int]]:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in seen:
                yield name, line, seen[name]
            seen.setdefault(name, line)
            lines[(*path, name)] = line
            yield from _walk(value, (*path, name), lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(value, (*path, index), lines)
