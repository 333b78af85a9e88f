"""The program that runs in the parsing process: files in, Markdown out, under limits.

It is started by `parser_process` and talks over its standard streams. It opens no file of the
user's, writes none, starts nothing and needs no network; what it may use is limited by the system.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from knowledge_base.blocks import parse
from knowledge_base.errors import SourceError
from knowledge_base.sources.converted import Converted, Member, to_json
from knowledge_base.sources.formats import format_by_content, is_known, is_tar
from knowledge_base.sources.frames import read_frame, write_frame
from knowledge_base.text import storable

_FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "shutil.",
    "tempfile.",
    "ftplib.",
    "http.client.",
    "urllib.",
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MAX_REASON_CHARS = 160
_TRIAL_CHARS = 100_000
"""From this length on a text is parsed here once, where taking long does no harm."""


def main() -> None:
    """Answer requests until the standard input ends."""
    limits = json.loads(sys.argv[1])
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    # What a library prints must not mix with the replies.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _limit(limits)
    sys.addaudithook(_refuse)
    while (request := read_frame(requests, limits["max_frame_bytes"])) is not None:
        header, raw = request
        _allow_seconds(limits["cpu_s"])
        if not _answer(replies, header, raw, limits):
            return


def _limit(limits: Mapping[str, int]) -> None:
    try:
        import resource
    except ImportError:
        return  # Windows knows no such limits; there the parent's clock is the only one.
    memory = limits["memory_bytes"]
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))


def _allow_seconds(cpu_s: int) -> None:
    """Allow so many seconds of processor time from now on; the system ends the process then."""
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(usage.ru_utime + usage.ru_stime) + cpu_s + 1
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        mode, flags = arguments[1], arguments[2]
        if (isinstance(mode, str) and set(mode) & set("wax+")) or int(flags or 0) & _WRITING:
            raise PermissionError("the parser writes no files")
    elif event.startswith(_FORBIDDEN):
        raise PermissionError(f"the parser may not use {event}")


def _answer(
    replies: BinaryIO, header: Mapping[str, Any], raw: bytes, limits: Mapping[str, int]
) -> bool:
    """Write the reply to one request; return whether the process can go on."""
    is_sound = True
    try:
        if header["task"] == "convert":
            converted = _convert(header["format"], raw, limits["max_chars"])
            write_frame(replies, {"end": True, **to_json(converted)}, converted.text.encode())
        elif header["task"] == "rows":
            write_frame(replies, {"end": True}, _rows(raw))
        else:
            for member in _members(header, raw):
                write_frame(replies, {"name": member.name, "reason": member.reason}, member.content)
            write_frame(replies, {"end": True}, b"")
        return True
    except SourceError as error:
        reason = f"{error.message} {error.hint}".strip()
    except MemoryError:
        megabytes = limits["memory_bytes"] // 1_000_000
        reason = f"Reading it takes more than {megabytes:,} MB of memory."
        is_sound = False
    except RecursionError:
        reason = "What it holds is nested too deeply."
    except Exception as error:  # noqa: BLE001 - whatever a library raises fails this file alone
        told = " ".join(str(error).split())[:_MAX_REASON_CHARS].rstrip(". ")
        reason = f"It is damaged or of an unknown kind ({type(error).__name__}: {told})."
    write_frame(replies, {"end": True, "failed": reason, "last": not is_sound}, b"")
    return is_sound


def _convert(named: str, raw: bytes, max_chars: int) -> Converted:
    kind = format_by_content(raw, named)
    if kind not in _CONVERTERS:
        raise SourceError("It is an archive that is called otherwise.", hint="Rename it.")
    converted = _CONVERTERS[kind]()(raw)
    if len(converted.text) > max_chars:
        raise SourceError(
            f"It has {len(converted.text):,} letters of text; a document may have {max_chars:,}.",
            hint="Split it.",
        )
    if len(converted.text) > _TRIAL_CHARS:
        parse(converted.text)
    return Converted(
        text=storable(converted.text),
        title=converted.title,
        description=converted.description,
        updated_on=converted.updated_on,
        url=converted.url,
        tags=converted.tags,
        metadata={"format": kind, **converted.metadata},
    )


def _members(header: Mapping[str, Any], raw: bytes) -> Iterator[Member]:
    if header["task"] == "attachments":
        from knowledge_base.sources.mail import attachments_of

        yield from (member for member in attachments_of(raw) if is_known(member.name))
        return
    from knowledge_base.sources.archive import unpack

    kind = format_by_content(raw, "archive")
    if kind != "archive":
        raise SourceError(f"It is a {kind.upper()} file that is called an archive; rename it.")
    yield from unpack(
        raw,
        is_tar=is_tar(raw),
        is_wanted=is_known,
        max_member_bytes=int(header["max_member_bytes"]),
        max_total_bytes=int(header["max_total_bytes"]),
    )


def _rows(raw: bytes) -> bytes:
    from knowledge_base.sources.sheets import rows_of_xlsx

    if format_by_content(raw, "xlsx") != "xlsx":
        raise SourceError("It is no XLSX file.")
    return "\n".join(
        json.dumps([number, row], ensure_ascii=False) for number, row in rows_of_xlsx(raw)
    ).encode()


def _html() -> Callable[[bytes], Converted]:
    from knowledge_base.sources.html_page import convert_html

    return convert_html


def _pdf() -> Callable[[bytes], Converted]:
    from knowledge_base.sources.pdf import convert_pdf

    return convert_pdf


def _docx() -> Callable[[bytes], Converted]:
    from knowledge_base.sources.word import convert_docx

    return convert_docx


def _pptx() -> Callable[[bytes], Converted]:
    from knowledge_base.sources.slides import convert_pptx

    return convert_pptx


def _xlsx() -> Callable[[bytes], Converted]:
    from knowledge_base.sources.sheets import convert_xlsx

    return convert_xlsx


def _eml() -> Callable[[bytes], Converted]:
    from knowledge_base.sources.mail import convert_mail

    return convert_mail


def _text() -> Callable[[bytes], Converted]:
    from knowledge_base.sources.plain_text import convert_text

    return convert_text


# Each library is loaded when the first file of its kind comes.
_CONVERTERS: Mapping[str, Callable[[], Callable[[bytes], Converted]]] = {
    "html": _html,
    "pdf": _pdf,
    "docx": _docx,
    "pptx": _pptx,
    "xlsx": _xlsx,
    "eml": _eml,
    "text": _text,
}
