"""Text and structure → Markdown that reads back as the same text and structure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_SPACE = re.compile(r"[ \t\n\r\f\v\u00a0\u2007\u202f]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ue000\u200b\u00ad]")
# What CommonMark would read as a mark. A backslash counts before punctuation alone: C:\Users
# stays as it is, \\server\share does not.
_INLINE_MARK = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|\Z)|[*`\[\]]|(?<![^\W_])_|_(?![^\W_])|~(?=~)"
    # At a run's end the next one may complete the mark.
    r"|<(?=[A-Za-z/!?]|\Z)|&(?=#?\w+;|#?\w*\Z)"
    # Directives of documentation systems, which are blanked when the text is read.
    r"|(?<=:):(?=:)|(?<=\{)[%{:]|(?<=\[)!"
)
_LINE_MARK = re.compile(
    r"^(\s*)(?:(\d{1,9})([.)])(?=\s|$)|(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|=+$|-+$|\|))"
)
_ESCAPED_NUMBER = re.compile(r"^(\d{1,9})\\([.)])")
_FENCES = re.compile(r"`{3,}|~{3,}")
_OPEN_EXCLAMATION = re.compile(r"(?<!\\)(?:\\\\)*!\Z")
_BRACKET = re.compile(r"[\[\]]")
_TICKS = re.compile(r"`+")

HARD_BREAK = "  \n"
"""A line end inside a paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of text of one kind."""

    text: str
    is_bold: bool = False
    is_code: bool = False
    url: str = ""
    is_break: bool = False
    """A line end; the other fields mean nothing then."""


def clean(text: str) -> str:
    """Return text without control characters, every run of white space as one space."""
    return _SPACE.sub(" ", _CONTROL.sub("", text))


def escape(text: str) -> str:
    """Return running text with its marks escaped, for any place but the start of a line."""
    return _INLINE_MARK.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    # A comment's start would be blanked with everything behind it, escaped or not.
    return "&lt;" if match.group() == "<" else "\\" + match.group()


def escape_line(line: str) -> str:
    """Return a line, already escaped inside, that does not begin like a list or a heading."""
    match = _LINE_MARK.match(line)
    if match is None:
        return line
    space, number, dot, mark = match.groups()
    kept = line[match.end() :]
    return f"{space}{number}\\{dot}{kept}" if number else f"{space}\\{mark}{kept}"


def inline(runs: Iterable[Run]) -> str:
    """Return runs of text as the Markdown of one paragraph, without white space at its ends."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        if run.is_break:
            lines.append([])
        elif run.text:
            lines[-1].append(run)
    written = (_line(line) for line in lines)
    return HARD_BREAK.join(escape_line(line) for line in written if line)


def _line(runs: Sequence[Run]) -> str:
    pieces: list[str] = []
    merged = _merged(runs)
    for place, run in enumerate(merged):
        before = merged[place - 1].text[-1:] if place else ""
        behind = merged[place + 1].text[:1] if place + 1 < len(merged) else ""
        if run.url and pieces and _OPEN_EXCLAMATION.search(pieces[-1]):
            pieces[-1] = pieces[-1][:-1] + "\\!"  # before a link it would make a picture of it
        pieces.append(_written(run, before, behind))
    return _SPACE.sub(" ", "".join(pieces)).strip()


def _merged(runs: Sequence[Run]) -> list[Run]:
    """Join neighbours of one kind, and leave one space where several meet."""
    merged: list[Run] = []
    for run in runs:
        text = clean(run.text)
        if merged and merged[-1].text.endswith(" "):
            text = text.lstrip(" ")
        if not text:
            continue
        is_bold = run.is_bold and not run.is_code  # code is as loud as it gets
        # A bracket in code cannot be escaped, and would end a link's text.
        url = "" if run.is_code and _BRACKET.search(text) else run.url
        last = merged[-1] if merged else None
        if last and (last.is_bold, last.is_code, last.url) == (is_bold, run.is_code, url):
            text = merged.pop().text + text
        merged.append(Run(text=text, is_bold=is_bold, is_code=run.is_code, url=url))
    return merged


def _written(run: Run, before: str, behind: str) -> str:
    core = run.text.strip(" ")
    if not core:
        return run.text
    head = run.text[: len(run.text) - len(run.text.lstrip(" "))]
    tail = run.text[len(run.text.rstrip(" ")) :]
    written = _code_span(core) if run.is_code else escape(core)
    if run.is_bold and _can_be_bold(core, head or before, tail or behind):
        written = f"**{written}**"
    if run.url and run.url != core:
        written = f"[{written}]({_target(run.url)})"
    return head + written + tail


def _can_be_bold(core: str, before: str, behind: str) -> bool:
    """Return whether two asterisks on both sides would be read as bold, not as asterisks."""
    opens = core[0].isalnum() or not before[-1:].isalnum()
    closes = core[-1].isalnum() or not behind[:1].isalnum()
    return opens and closes


def _code_span(text: str) -> str:
    longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _target(url: str) -> str:
    is_plain = not re.search(r"[\s()<>\\]", url)
    return url if is_plain else "<" + re.sub(r"[<>\\\s]", lambda m: f"%{ord(m[0]):02X}", url) + ">"


def web_address(url: str | None) -> str:
    """Return a link's target when it leads to the web or to a mailbox, else nothing."""
    url = _CONTROL.sub("", url or "").strip()
    return url if re.match(r"(?:https?://|mailto:)\S", url, re.IGNORECASE) else ""


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells, each already inline Markdown, as a table; the first is its head.

    Empty rows and columns are left out. Empty when nothing is left.
    """
    width = max((len(row) for row in rows), default=0)
    whole = [[_cell(cell) for cell in [*row, *[""] * (width - len(row))]] for row in rows]
    whole = [row for row in whole if any(row)]
    used = [place for place in range(width) if any(row[place] for row in whole)]
    if not used:
        return ""
    lines = ["| " + " | ".join(row[place] for place in used) + " |" for row in whole]
    return "\n".join([lines[0], "|" + " --- |" * len(used), *lines[1:]])


def _cell(text: str) -> str:
    # Cells are parted before anything else is read: each bar needs a backslash of its own.
    return re.sub(r"\s*\n\s*", "<br>", text.strip()).replace("|", "\\|")


def code_block(text: str, language: str = "") -> str:
    """Return code between fences; empty when it is blank."""
    lines = [line.rstrip() for line in _CONTROL.sub("", text.replace("\t", "    ")).split("\n")]
    code = "\n".join(lines).strip("\n")
    if not code.strip():
        return ""
    longest = max((len(marks) for marks in _FENCES.findall(code)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def indented(block: str, width: int) -> str:
    """Return a block moved to the right, but for its empty lines."""
    pad = " " * width
    return "\n".join(pad + line if line else line for line in block.split("\n"))


@dataclass(slots=True)
class MarkdownWriter:
    """Writes one block after the other, keeping nested lists together."""

    blocks: list[str] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    """Widths of the open list items' marks, outermost first."""
    n_chars: int = 0

    def heading(self, level: int, title: str) -> None:
        """Write a heading of level 1 to 6; line ends inside become spaces."""
        # Behind the heading's mark a number begins no list.
        flat = _ESCAPED_NUMBER.sub(r"\1\2", " ".join(title.split()))
        if flat:
            self.block("#" * min(6, max(1, level)) + " " + flat)

    def block(self, block: str) -> None:
        """Write a block that belongs to no list, unless it is empty."""
        self.widths = []
        self._append(block, is_tight=False)

    def item(self, depth: int, number: int | None, text: str) -> None:
        """Write a list item: depth from 0, a number or a bullet."""
        if not text:
            return
        is_first = not self.widths
        depth = min(depth, len(self.widths))
        self.widths = self.widths[:depth]
        mark = f"{number}. " if number is not None else "- "
        pad = sum(self.widths)
        held = indented(text, pad + len(mark))
        self.widths.append(len(mark))
        self._append(" " * pad + mark + held.lstrip(" "), is_tight=not is_first)

    def inside_item(self, block: str, n_lists: int | None = None) -> None:
        """Write a block that belongs to the open list item, or to no list when none is open.

        `n_lists` closes the items that are nested deeper.
        """
        self.widths = self.widths[:n_lists]
        if not self.widths:
            self.block(block)
        elif block:
            self._append(indented(block, sum(self.widths)), is_tight=False)

    def text(self) -> str:
        """Return everything written, ending with a line feed; empty when nothing was."""
        return "".join(self.blocks).strip("\n") + "\n" if self.blocks else ""

    def _append(self, block: str, *, is_tight: bool) -> None:
        if not block.strip():
            return
        if self.blocks:
            self.blocks.append("\n" if is_tight else "\n\n")
        self.blocks.append(block)
        self.n_chars += len(block) + 2
