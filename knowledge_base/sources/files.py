"""Folders, files and archives of every kind of article → documents."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath

from knowledge_base.errors import SourceError
from knowledge_base.model import EVERYONE, Document, FailedSource
from knowledge_base.sources.converted import CONVERTER_VERSION, Converted, Member
from knowledge_base.sources.formats import FORMATS, is_known, refusal, suffix_of
from knowledge_base.sources.markdown import read_markdown, title_from_id, with_hash
from knowledge_base.sources.parser_process import ParserProcess
from knowledge_base.text import storable

_NOTHING = "It holds no file that can be read."


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """A folder, an archive, or some files of one folder.

    Markdown is read as it is; every other format is converted in the parser's process, unless the
    stored document was made of the same bytes by the same version.

    Attributes
    ----------
    root : Path
        The folder. Documents are called `<name>/<path below root>`, those in an archive
        `<archive's id>/<path in it>`.
    name : str
        What the source is called.
    parser : ParserProcess
        Converts files.
    known : callable
        Document id → the document as it was stored, or None.
    files : tuple of Path, optional
        Only these files; then nothing is removed that is not offered.
    archive : Path, optional
        Only this archive, which is the source as a whole.
    acl : tuple of str
        Groups that may read what names none itself.
    """

    root: Path
    name: str
    parser: ParserProcess
    known: Callable[[str], Document | None]
    files: tuple[Path, ...] | None = None
    archive: Path | None = None
    acl: tuple[str, ...] = (EVERYONE,)

    @property
    def location(self) -> str:
        """Return the absolute path of the folder or archive."""
        return str((self.archive or self.root).resolve())

    @property
    def is_complete(self) -> bool:
        """Return whether a file that is not there any more is gone."""
        return self.files is None

    def read(self) -> Iterator[Document | FailedSource]:
        """Yield the documents in the order of their paths."""
        if self.archive is not None:
            yield from self._read_path(self.archive, self.name)
            return
        for path in sorted(self.files) if self.files is not None else self._paths():
            relative = PurePosixPath(path.relative_to(self.root).as_posix())
            yield from self._read_path(path, f"{self.name}/{relative}")

    def _paths(self) -> list[Path]:
        found = (path for path in self.root.rglob("*") if is_known(path.name))
        return sorted(path for path in found if path.is_file() and not self._is_hidden(path))

    def _is_hidden(self, path: Path) -> bool:
        # A file whose name begins like this is the lock of an office program, not a document.
        is_lock = path.name.startswith("~$")
        return is_lock or any(part.startswith(".") for part in path.relative_to(self.root).parts)

    def _read_path(self, path: Path, document_id: str) -> Iterator[Document | FailedSource]:
        if not path.resolve().is_relative_to(self.root.resolve()):
            reason = "It is a link to a place outside the folder."
            yield FailedSource(source=document_id, reason=reason)
            return
        try:
            raw = _read_bytes(path, self.parser.settings.max_file_bytes)
        except SourceError as error:
            yield FailedSource(source=document_id, reason=_told(error))
            return
        budget = _Budget(n_bytes_left=self.parser.settings.max_archive_bytes)
        yield from self._documents(raw, document_id, budget, depth=0)

    def _documents(
        self, raw: bytes, document_id: str, budget: _Budget, *, depth: int
    ) -> Iterator[Document | FailedSource]:
        """Yield what one file holds; the id's suffix says what it is."""
        reason = refusal(document_id)
        kind = FORMATS.get(suffix_of(document_id), "")
        if reason or not kind:
            yield FailedSource(source=document_id, reason=reason or "It is of no known kind.")
        elif kind == "archive":
            members = self.parser.unpack(raw, max_total_bytes=max(1, budget.n_bytes_left))
            is_empty = True
            for item in self._members(members, document_id, budget, depth=depth):
                is_empty = False
                yield item
            if is_empty:
                yield FailedSource(source=document_id, reason=_NOTHING, is_skipped=True)
        elif kind == "eml":
            yield from self._mail(raw, document_id, budget, depth=depth)
        else:
            yield self._document(raw, document_id, kind)

    def _mail(
        self, raw: bytes, document_id: str, budget: _Budget, *, depth: int
    ) -> Iterator[Document | FailedSource]:
        mail = self._document(raw, document_id, "eml")
        members = self.parser.attachments(raw)
        attached = list(self._members(members, document_id, budget, depth=depth))
        if isinstance(mail, FailedSource):
            # Said once: what keeps the mail from being read keeps its attachments too.
            attached = [item for item in attached if _id(item) != document_id]
            # A mail that only carries a file is an envelope, and nothing is wrong with it.
            mail = replace(mail, is_skipped=bool(attached))
        yield mail
        yield from attached

    def _members(
        self, members: Iterator[Member], container_id: str, budget: _Budget, *, depth: int
    ) -> Iterator[Document | FailedSource]:
        """Yield what the files in an archive or a mail hold, by their names."""
        # The parser has to hand over everything before it can be asked about the first. Files
        # wait on disk under numbers: a name from an archive never becomes a path.
        with tempfile.TemporaryDirectory(prefix="deskwise-") as folder:
            held: list[tuple[str, Path]] = []
            try:
                for number, member in enumerate(members):
                    member_id = f"{container_id}/{member.name}"
                    if depth >= self.parser.settings.max_archive_depth:
                        yield FailedSource(source=container_id, reason=self._too_deep())
                        return
                    if member.reason:
                        yield FailedSource(source=member_id, reason=member.reason)
                        continue
                    path = Path(folder) / str(number)
                    path.write_bytes(member.content)
                    budget.n_bytes_left -= len(member.content)
                    held.append((member_id, path))
            except SourceError as error:
                yield FailedSource(source=container_id, reason=_told(error))
            for member_id, path in sorted(held):
                yield from self._documents(path.read_bytes(), member_id, budget, depth=depth + 1)

    def _too_deep(self) -> str:
        n_levels = self.parser.settings.max_archive_depth
        return f"It is packed into more than {n_levels} archives or mails inside each other."

    def _document(self, raw: bytes, document_id: str, kind: str) -> Document | FailedSource:
        try:
            if kind == "markdown":
                return read_markdown(raw, document_id, acl=self.acl)
            digest = hashlib.sha256(raw).hexdigest()
            before = self.known(document_id)
            if before is not None and _is_of(before, digest) and before.acl == self.acl:
                return before
            converted = self.parser.convert(kind, raw)
            return _document_of(converted, document_id, digest, self.acl)
        except SourceError as error:
            return FailedSource(source=document_id, reason=_told(error))


def file_source(
    path: Path,
    *,
    parser: ParserProcess,
    known: Callable[[str], Document | None],
    acl: tuple[str, ...] = (EVERYONE,),
) -> FileSource:
    """Return the source of a folder, an archive or one file.

    Parameters
    ----------
    path : Path
        A folder, all of whose documents are read, an archive, or one document.
    parser : ParserProcess
        Converts files.
    known : callable
        Document id → the document as it was stored, or None.
    acl : tuple of str
        Groups that may read what names none itself.

    Raises
    ------
    SourceError
        When there is neither a folder nor a file of this name, or files of this kind are not read.
    """
    whole = path.resolve()
    if whole.is_dir():
        return FileSource(root=whole, name=whole.name, parser=parser, known=known, acl=acl)
    if not whole.is_file():
        raise SourceError(
            f"There is no folder or file {str(path)!r}.", hint="Check the path and try again."
        )
    reason = refusal(whole.name)
    if reason:
        raise SourceError(f"{path} cannot be read: {reason}", hint="Save it in another format.")
    if not is_known(whole.name):
        raise SourceError(
            f"{path} is of no kind that is read; expected one of {', '.join(FORMATS)}.",
            hint="Save it in one of these formats; past tickets need `--kind tickets`.",
        )
    parent = whole.parent
    if FORMATS[suffix_of(whole.name)] == "archive":
        return FileSource(
            root=parent, name=whole.name, archive=whole, parser=parser, known=known, acl=acl
        )
    return FileSource(
        root=parent, name=parent.name, files=(whole,), parser=parser, known=known, acl=acl
    )


@dataclass(slots=True)
class _Budget:
    """How much an archive may still unpack to, with everything that is packed inside it."""

    n_bytes_left: int


def _id(item: Document | FailedSource) -> str:
    return item.document_id if isinstance(item, Document) else item.source


def _told(error: SourceError) -> str:
    return f"{error.message} {error.hint}".strip()


def _is_of(document: Document, digest: str) -> bool:
    """Return whether a stored document was made of these bytes by this version."""
    made_of = (document.metadata.get("file_sha256"), document.metadata.get("converter"))
    return made_of == (digest, CONVERTER_VERSION)


def _document_of(
    converted: Converted, document_id: str, digest: str, acl: tuple[str, ...]
) -> Document:
    metadata = {
        **converted.metadata,
        "converter": CONVERTER_VERSION,
        "file_sha256": digest,
    }
    return with_hash(
        Document(
            document_id=document_id,
            title=storable(converted.title) or title_from_id(document_id),
            text=storable(converted.text),
            description=storable(converted.description),
            updated_on=_day(converted.updated_on),
            url=converted.url or None,
            tags=converted.tags,
            acl=acl,
            metadata=metadata,
        )
    )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        return None  # a day that does not exist is no reason to lose the document


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    try:
        n_bytes = path.stat().st_size
        if n_bytes > max_bytes:
            raise SourceError(
                f"It has {n_bytes:,} bytes; a file may have {max_bytes:,}.",
                hint="Split it, or raise `max_file_mb`.",
            )
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"It cannot be opened: {error.strerror or error}.") from error
