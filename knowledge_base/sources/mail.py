"""EML → Markdown: what the mail itself says, without the thread quoted under it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime

from knowledge_base.errors import SourceError
from knowledge_base.sources.archive_names import member_name
from knowledge_base.sources.converted import NO_TEXT, Converted, Member
from knowledge_base.sources.html_page import html_fragment
from knowledge_base.sources.markup import clean
from knowledge_base.sources.plain_text import markdown_of_text
from knowledge_base.text import storable

MAX_PARTS = 500

_QUOTE_HEAD = re.compile(
    r"^[ \t]*(?:On\b.{5,200}\bwrote:|Am\b.{5,200}\bschrieb\b.{0,80}:|Le\b.{5,200}\ba écrit\s?:)"
    r"[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_FORWARD_HEAD = re.compile(
    r"^[ \t]*(?:-{3,}[ \t]*(?:Original Message|Forwarded message|Forwarded by)\b.*"
    r"|Begin forwarded message:"
    r"|_{20,}[ \t]*\n(?=[ \t]*From:))",
    re.MULTILINE | re.IGNORECASE,
)
_OUTLOOK_HEAD = re.compile(
    r"^[ \t]*\**From:\**[^\n]+\n(?:[^\n]*\n){0,2}?[ \t]*\**(?:Sent|Date):\**[^\n]+$",
    re.MULTILINE | re.IGNORECASE,
)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_HTML_QUOTE = re.compile(
    r"<(?:blockquote\b[^>]*\btype=[\"']?cite|div\b[^>]*\b(?:class=[\"'][^\"']*\bgmail_(?:quote|extra)"
    r"|id=[\"']?(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container)))",
    re.IGNORECASE,
)
_MIN_NEW_WORDS = 3
_MAX_HISTORY_CHARS = 200_000
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})


def convert_mail(raw: bytes) -> Converted:
    """Return a mail as Markdown; its subject is the title.

    Parameters
    ----------
    raw : bytes
        The mail as it was sent (RFC 5322).

    Returns
    -------
    Converted
        The new text. What is quoted under it is left out, unless the mail only forwards that:
        then it stands under *Forwarded message*. Signatures are left out.

    Raises
    ------
    SourceError
        When it is no mail, is encrypted or holds no text.
    """
    mail = _parse(raw)
    body = _body(mail)
    new, history = _without_history(body)
    has_new = len(new.split()) >= _MIN_NEW_WORDS
    text = markdown_of_text(new) if has_new or not history.strip() else ""
    metadata = {"history": "left out"} if history.strip() else {}
    if not has_new and history.strip():
        quoted = markdown_of_text(_QUOTED_LINE.sub(_unquoted, history[:_MAX_HISTORY_CHARS]))
        text = f"{markdown_of_text(new)}\n## Forwarded message\n\n{quoted}".lstrip("\n")
        metadata = {"history": "kept"}
    if not text and body == "" and (html := _html_body(mail)):
        # A mail that came as a page alone.
        kept = _HTML_QUOTE.split(html, maxsplit=1)
        text = html_fragment(kept[0]) or html_fragment(html)
        metadata = {"history": "left out"} if len(kept) > 1 else {}
    if not text:
        raise SourceError(NO_TEXT)
    return Converted(
        text=text,
        title=clean(storable(str(mail.get("Subject") or ""))).strip(),
        updated_on=_day(mail),
        metadata=metadata,
    )


def attachments_of(raw: bytes) -> Iterator[Member]:
    """Yield the files that are attached to a mail, attached mails included.

    Raises
    ------
    SourceError
        When it is no mail, is encrypted or has too many parts.
    """
    for number, part in enumerate(_attached(_parse(raw)), start=1):
        if number > MAX_PARTS:
            raise SourceError(f"It has more than {MAX_PARTS} attachments.")
        name = part.get_filename() or ""
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            mail = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(mail, Message):
                given = name or f"message-{number}.eml"
                yield Member(
                    name=member_name(given) or f"message-{number}.eml", content=bytes(mail)
                )
        elif name:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield Member(name=member_name(name) or f"attachment-{number}", content=content)


def _parse(raw: bytes) -> EmailMessage:
    if b":" not in raw[:10_000] or raw[:1] in {b"\0", b"<", b"%"}:
        raise SourceError("It is no mail: it does not begin with fields such as `Subject:`.")
    mail = message_from_bytes(raw, policy=policy.default)
    if not isinstance(mail, EmailMessage) or not (
        set(map(str.lower, mail.keys())) & {"from", "subject", "date", "to", "content-type"}
    ):
        raise SourceError("It is no mail: it does not begin with fields such as `Subject:`.")
    if mail.get_content_type() in _SEALED:
        raise SourceError("It is encrypted or sealed (S/MIME or PGP).", hint="Save it decrypted.")
    return mail


def _attached(mail: EmailMessage) -> Iterator[EmailMessage]:
    """Yield attachments at any place but inside attached mails."""
    waiting: list[EmailMessage] = [mail]
    n_parts = 0
    while waiting:
        part = waiting.pop(0)
        n_parts += 1
        if n_parts > MAX_PARTS * 4:
            raise SourceError(f"It has more than {MAX_PARTS * 4:,} parts.")
        is_mail = part.get_content_type() == "message/rfc822"
        if part.is_multipart() and not is_mail:
            waiting.extend(p for p in part.iter_parts() if isinstance(p, EmailMessage))
        elif part is not mail and (part.is_attachment() or is_mail or part.get_filename()):
            yield part


def _body(mail: EmailMessage) -> str:
    """Return the mail's plain text; empty when it has none."""
    part = mail.get_body(preferencelist=("plain",))
    return _decoded(part) if part is not None else ""


def _html_body(mail: EmailMessage) -> str:
    part = mail.get_body(preferencelist=("html",))
    return _decoded(part) if part is not None else ""


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    for encoding in (part.get_content_charset() or "utf-8", "utf-8", "cp1252"):
        try:
            return storable(raw.decode(encoding))
        except (LookupError, UnicodeError):
            continue
    return storable(raw.decode("cp1252", "replace"))


def _without_history(body: str) -> tuple[str, str]:
    """Return what is new in a mail, and what it quotes."""
    cuts = [
        match.start()
        for pattern in (_QUOTE_HEAD, _FORWARD_HEAD, _OUTLOOK_HEAD)
        if (match := pattern.search(body))
    ]
    end = min(cuts, default=len(body))
    new, history = body[:end], body[end:]
    signature = _SIGNATURE.search(new)
    if signature:
        new = new[: signature.start()]
    if _QUOTED_LINE.search(new):
        history = "\n".join(_QUOTED_LINE.findall(new)) + "\n" + history
        new = _QUOTED_LINE.sub("", new)
    return new.strip("\n"), history


def _unquoted(match: re.Match[str]) -> str:
    return match.group().lstrip(" \t>")


def _day(mail: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(str(mail["Date"])).date().isoformat()
    except (TypeError, ValueError, OverflowError):
        return ""
