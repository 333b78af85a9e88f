"""Which kind of file a name or the first bytes tell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

from knowledge_base.errors import SourceError

FORMATS: Mapping[str, str] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".eml": "eml",
    ".zip": "archive",
    ".tar": "archive",
    ".tgz": "archive",
    ".tar.gz": "archive",
}
"""Suffix → format; the longest suffix of a name decides."""

_SAVE_AS: Mapping[str, str] = {
    ".doc": "DOCX",
    ".dot": "DOCX",
    ".rtf": "DOCX",
    ".odt": "DOCX",
    ".docm": "DOCX",
    ".dotm": "DOCX",
    ".xls": "XLSX",
    ".xlsb": "XLSX",
    ".ods": "XLSX",
    ".xlsm": "XLSX",
    ".ppt": "PPTX",
    ".pps": "PPTX",
    ".ppsx": "PPTX",
    ".odp": "PPTX",
    ".pptm": "PPTX",
    ".msg": "EML",
    ".mht": "HTML",
    ".mhtml": "HTML",
    ".epub": "HTML",
    ".7z": "ZIP",
    ".rar": "ZIP",
    ".tar.bz2": "ZIP",
    ".tar.xz": "ZIP",
}
_WITH_MACROS = frozenset({".docm", ".dotm", ".xlsm", ".pptm"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PARTS = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx", "xl/workbook.xml": "xlsx"}
_TAR_MARK = slice(257, 262)


def suffix_of(name: str) -> str:
    """Return a name's suffix in lower case, `.tar.gz` as one."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    double = "".join(suffixes[-2:])
    return double if double in FORMATS or double in _SAVE_AS else "".join(suffixes[-1:])


def is_known(name: str) -> bool:
    """Return whether a file of this name is read, or refused in words; others are passed over."""
    suffix = suffix_of(name)
    return suffix in FORMATS or suffix in _SAVE_AS


def refusal(name: str) -> str:
    """Return why files of this name are not read; empty when they are."""
    suffix = suffix_of(name)
    other = _SAVE_AS.get(suffix)
    if other is None:
        return ""
    kind = suffix.lstrip(".").upper()
    why = "may hold macros and are" if suffix in _WITH_MACROS else "are"
    return f"{kind} files {why} not read; save it as {other}."


def format_by_content(raw: bytes, named: str) -> str:
    """Return a document's format by its first bytes, else the one that its name says.

    Parameters
    ----------
    raw : bytes
        The file.
    named : str
        Format by its name.

    Raises
    ------
    SourceError
        When it is an office file of the old binary kind, or protected by a password.
    """
    if raw.startswith(_OLE):
        if _ENCRYPTED in raw:
            raise SourceError("It is protected by a password.", hint="Save it without one.")
        raise SourceError("It is an old binary office file.", hint="Save it as DOCX, XLSX or PPTX.")
    if named == "eml":
        return named
    if b"%PDF-" in raw[:1024] and named not in {"markdown", "text", "html"}:
        return "pdf"
    if raw.startswith(b"%PDF-"):
        return "pdf"
    if raw.startswith(b"PK\x03\x04"):
        return _package_format(raw) or (named if named in _PARTS.values() else "archive")
    if raw.startswith(b"\x1f\x8b") or raw[_TAR_MARK] == b"ustar":
        return "archive"
    return named


def is_tar(raw: bytes) -> bool:
    """Return whether an archive is a TAR archive rather than a ZIP archive."""
    return raw.startswith(b"\x1f\x8b") or raw[_TAR_MARK] == b"ustar"


def _package_format(raw: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""  # its converter says what is wrong with it
    return next((kind for part, kind in _PARTS.items() if part in names), "")
