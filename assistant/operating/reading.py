"""A path → the source that reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.operating.uploads import TICKET_SUFFIXES
from knowledge_base.errors import SourceError
from knowledge_base.model import Document
from knowledge_base.ports import Source
from knowledge_base.sources.files import file_source
from knowledge_base.sources.parser_process import ParserProcess
from knowledge_base.sources.tickets import TicketSource

DEFAULT_TICKET_ACL = ("agents",)


def source_at(
    path: Path,
    kind: str,
    groups: tuple[str, ...],
    *,
    parser: ParserProcess,
    known: Callable[[str], Document | None],
) -> Source:
    """Return the source of a path.

    Parameters
    ----------
    path : Path
        A folder, an archive or a file; of tickets a file.
    kind : str
        `articles` or `tickets`.
    groups : tuple of str
        Who may read what names no groups itself; none of tickets means agents.
    parser : ParserProcess
        Converts files.
    known : callable
        Document id → the document as it was stored, or None.

    Raises
    ------
    SourceError
        When nothing is there, or it is of a kind that is not read.
    """
    if kind == "articles":
        return file_source(path, parser=parser, known=known, acl=groups)
    if path.is_dir():
        raise SourceError(
            f"{path} is a folder; tickets are read from files.",
            hint=f"Name its {', '.join(sorted(TICKET_SUFFIXES))} files.",
        )
    if not path.is_file():
        raise SourceError(f"There is no file {path}.", hint="Check the path and try again.")
    return TicketSource(
        path=path,
        name=f"tickets/{path.stem}",
        acl=groups or DEFAULT_TICKET_ACL,
        parser=parser,
    )
