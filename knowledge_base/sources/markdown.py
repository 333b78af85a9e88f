"""Folders and files of Markdown → documents."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePosixPath

from knowledge_base.errors import SourceError
from knowledge_base.model import EVERYONE, Document, DocumentStatus, FailedSource
from knowledge_base.sources.front_matter import (
    FrontMatter,
    date_field,
    list_field,
    read_front_matter,
    text_field,
)
from knowledge_base.sources.markup import web_address
from knowledge_base.text import storable

SUFFIXES = (".md", ".markdown")

_MAX_BYTES = 10_000_000
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_SITE_NAME = re.compile(r"\s*[|·]\s*(?:Microsoft (?:Docs|Learn|Intune)|Microsoft)\s*$", re.I)
_INCLUDE_FOLDERS = frozenset({"includes", "_includes"})
_OUTDATED = frozenset({"outdated", "deprecated", "archived", "obsolete", "retired", "superseded"})
_ACL_FIELDS = ("acl", "groups")
_ACL_LINE = re.compile(r"^[ \t]*[\"']?(?:acl|groups)[\"']?[ \t]*:", re.MULTILINE | re.IGNORECASE)
_KEPT_FIELDS = ("category", "owner", "author", "redirect_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkdownSource:
    """A folder of Markdown files, or some files of one folder.

    Attributes
    ----------
    root : Path
        The folder. Documents are called `<name>/<path below root>`.
    name : str
        What the source is called; the folder's own name where nothing else is said.
    files : tuple of Path, optional
        Only these files; then nothing is removed that is not offered.
    acl : tuple of str
        Groups that may read files whose front matter names none.
    """

    root: Path
    name: str
    files: tuple[Path, ...] | None = None
    acl: tuple[str, ...] = (EVERYONE,)

    @property
    def location(self) -> str:
        """Return the folder's absolute path."""
        return str(self.root.resolve())

    @property
    def is_complete(self) -> bool:
        """Return whether a file that is not there any more is gone."""
        return self.files is None

    def read(self) -> Iterator[Document | FailedSource]:
        """Yield the documents in the order of their paths."""
        paths = sorted(self.files) if self.files is not None else self._paths()
        for path in paths:
            relative = PurePosixPath(path.relative_to(self.root).as_posix())
            yield self._read_one(path, f"{self.name}/{relative}")

    def _paths(self) -> Sequence[Path]:
        found = (path for path in self.root.rglob("*") if path.suffix.lower() in SUFFIXES)
        return sorted(path for path in found if path.is_file() and not self._is_hidden(path))

    def _is_hidden(self, path: Path) -> bool:
        return any(part.startswith(".") for part in path.relative_to(self.root).parts)

    def _read_one(self, path: Path, document_id: str) -> Document | FailedSource:
        if not path.resolve().is_relative_to(self.root.resolve()):
            reason = "It is a link to a place outside the folder."
            return FailedSource(source=document_id, reason=reason)
        try:
            return read_markdown(_bytes_of(path), document_id, acl=self.acl)
        except SourceError as error:
            return FailedSource(source=document_id, reason=error.message)


def markdown_source(path: Path, *, acl: tuple[str, ...] = (EVERYONE,)) -> MarkdownSource:
    """Return the source of a folder or of one file.

    Parameters
    ----------
    path : Path
        A folder, all of whose Markdown files are read, or one Markdown file.
    acl : tuple of str
        Groups that may read files whose front matter names none.

    Raises
    ------
    SourceError
        When there is neither a folder nor a file of this name.
    """
    whole = path.resolve()
    if whole.is_dir():
        return MarkdownSource(root=whole, name=whole.name, acl=acl)
    if whole.is_file():
        parent = whole.parent
        return MarkdownSource(root=parent, name=parent.name, files=(whole,), acl=acl)
    raise SourceError(
        f"There is no folder or file {str(path)!r}.", hint="Check the path and try again."
    )


def read_markdown(
    raw: bytes, document_id: str, *, acl: tuple[str, ...] = (EVERYONE,)
) -> Document | FailedSource:
    """Make a document of the bytes of a Markdown file.

    Parameters
    ----------
    raw : bytes
        The file.
    document_id : str
        Its id.
    acl : tuple of str
        Groups that may read it when its front matter names none.

    Returns
    -------
    Document or FailedSource
        The latter, as skipped, when the file has no article of its own.

    Raises
    ------
    SourceError
        When it is no text or too long to be an article.
    """
    text, encoding = decode(raw)
    reason = stub_reason(document_id, text)
    if reason:
        return FailedSource(source=document_id, reason=reason, is_skipped=True)
    return markdown_document(text, document_id, acl=acl, encoding=encoding)


def _bytes_of(path: Path) -> bytes:
    try:
        _check_length(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"It cannot be opened: {error.strerror or error}.") from error


def _check_length(n_bytes: int) -> None:
    if n_bytes > _MAX_BYTES:
        raise SourceError(
            f"It has {n_bytes:,} bytes; an article may have {_MAX_BYTES:,}.",
            hint="Split it into articles.",
        )


def decode(raw: bytes) -> tuple[str, str]:
    """Return a text file as the product stores it.

    Returns
    -------
    tuple of str
        The text with line feeds for line ends and without a byte order mark, and its encoding.

    Raises
    ------
    SourceError
        When it is no text or too long to be an article.
    """
    _check_length(len(raw))
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encodings = ["utf-16"]
    elif b"\0" in raw:
        raise SourceError("It is no text: it holds zero bytes.")
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return storable(text), encoding.removesuffix("-sig")
    raise SourceError(
        f"Its characters are neither UTF-8 nor {encodings[-1]}.", hint="Save it as UTF-8."
    )


def stub_reason(document_id: str, text: str) -> str:
    """Return why a file has no article of its own in it; empty when it has."""
    front = read_front_matter(text)
    target = text_field(front.fields, "redirect_to", "redirect_url")
    if target:
        return f"It only redirects to {target}."
    folders = PurePosixPath(document_id).parts[:-1]
    if not front.body_start and _INCLUDE_FOLDERS & {folder.lower() for folder in folders}:
        return "It is a piece that other articles include, not an article."
    if not text[front.body_start :].strip():
        return "It has no text."
    return ""


def markdown_document(
    text: str,
    document_id: str,
    *,
    acl: tuple[str, ...] = (EVERYONE,),
    title: str = "",
    encoding: str = "utf-8",
) -> Document:
    """Make a document of stored Markdown text.

    Parameters
    ----------
    text : str
        Stored text with line feeds for line ends, front matter included.
    document_id : str
        Its id; links between articles are resolved against it.
    acl : tuple of str
        Groups that may read it when its front matter names none.
    title : str
        A title from elsewhere; it wins over the text's own.
    encoding : str
        What the text was decoded from; noted when it is not UTF-8.
    """
    front = read_front_matter(text)
    given = front.fields
    superseded_by = text_field(given, "superseded_by", "superseded-by") or None
    metadata = {name: text_field(given, name) for name in _KEPT_FIELDS if text_field(given, name)}
    if front.problem:
        metadata["front_matter_problem"] = front.problem
    if encoding != "utf-8":
        metadata["encoding"] = encoding
    return with_hash(
        Document(
            document_id=document_id,
            title=title or _title(front, text, document_id),
            text=text,
            body_start=front.body_start,
            description=text_field(given, "description", "summary"),
            status=_status(given.get("status"), superseded_by),
            superseded_by=_resolve(document_id, superseded_by),
            updated_on=date_field(
                given, "updated", "ms.date", "updated_on", "last_updated", "date"
            ),
            url=_address(text_field(given, "url", "canonical_url", "canonicalurl")),
            tags=list_field(given, "tags", "keywords"),
            applies_to=list_field(given, "applies_to", "appliesto", "applies-to"),
            verified_by=text_field(given, "verified_by", "verified-by") or None,
            acl=_acl(front, text[: front.body_start], acl),
            metadata=metadata,
        )
    )


def _address(text: str) -> str | None:
    """Return where an article stands on the web, or within a site; nothing that would be run."""
    has_scheme = ":" in text.partition("/")[0]
    return (web_address(text) if has_scheme else text) or None


def with_hash(document: Document) -> Document:
    """Return the document with the hash of everything in it."""
    content = {
        each.name: getattr(document, each.name)
        for each in fields(document)
        if each.name != "content_hash"
    }
    content["metadata"] = dict(document.metadata)
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    return replace(document, content_hash=digest)


def _title(front: FrontMatter, text: str, document_id: str) -> str:
    title = _SITE_NAME.sub("", text_field(front.fields, "title"))
    if title:
        return title
    heading = _HEADING.search(text, front.body_start)
    if heading:
        return heading.group(1).strip()
    return title_from_id(document_id)


def title_from_id(document_id: str) -> str:
    """Return what a document without title or heading is called: its file name in words."""
    return PurePosixPath(document_id).stem.replace("-", " ").replace("_", " ").strip().capitalize()


def _status(written: object, superseded_by: str | None) -> DocumentStatus:
    is_outdated = str(written or "").strip().lower() in _OUTDATED
    return "outdated" if is_outdated or (written is None and superseded_by) else "current"


def _resolve(document_id: str, target: str | None) -> str | None:
    """Return the id of the article that a relative link or a bare name leads to."""
    if target is None or "://" in target:
        return target
    name = target if target.lower().endswith(SUFFIXES) else f"{target}.md"
    parts: list[str] = list(PurePosixPath(document_id).parts[:-1])
    for part in PurePosixPath(name).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _acl(front: FrontMatter, source: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return who may read it. An access rule that cannot be read admits nobody."""
    name = next((name for name in _ACL_FIELDS if name in front.fields), None)
    if name is not None:
        return tuple(sorted(list_field(front.fields, name)))
    return () if _ACL_LINE.search(source) else default
