"""Errors of exports and erasures.

PrivacyError
├── HomeInUseError              another process has the home open
├── ErasureUnfinishedError      what was begun for somebody else must be finished first
└── ExportFileError             the file to write is there already
"""

from __future__ import annotations

from assistant.errors import AssistantError


class PrivacyError(AssistantError):
    """Base of what an export or an erasure refuses."""

    code = "privacy_error"


class HomeInUseError(PrivacyError):
    """Another process has the home open: it would go on with what it holds in memory."""

    code = "home_in_use"


class ErasureUnfinishedError(PrivacyError):
    """An erasure of somebody else was cut short and must be finished first."""

    code = "erasure_unfinished"


class ExportFileError(PrivacyError):
    """The file to write is there already."""

    code = "export_file_exists"
