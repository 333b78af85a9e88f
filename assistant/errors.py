"""Errors of the assistant. Imports nothing.

AssistantError
├── SettingsError               a setting is unknown or has an impossible value
├── ConversationNotFoundError
├── TurnNotFoundError
├── FindingNotFoundError        an answer has no figures
├── DocumentNotFoundError
├── TicketNotFoundError
├── TicketChangedError          somebody changed the ticket since it was read
├── TicketElsewhereError        a ticket that another system keeps can only be read
├── AgentNotFoundError          nobody who could work on a ticket
├── QueueCursorError            the place in a list cannot be read
├── DraftNotFoundError          no draft of an article, or one that the asker may not see
├── NothingToDraftError         a ticket tells nothing that an article could be made of
├── BoardEntryNotFoundError     no pinned question, or somebody else's
├── BoardFullError              more is pinned than is asked at once
├── SourceNotFoundError         no source of articles or tickets is called so
├── UploadNotFoundError         no upload, or somebody else's
├── UploadRefusedError          a file that is not taken
├── JobRunningError             work in the background has to end first
├── ModelVersionNotFoundError   no such version, or none that can be brought into use
├── CandidateNotFoundError      nobody proposed the short form
├── GapNotFoundError            no group of open questions, or one that the asker may not see
├── FeedbackNotShownError       feedback on a document that was not shown for the question
├── FeedbackLimitError          more feedback in a day than one person may give
├── EmptyQuestionError
├── QuestionTooLongError
├── RouterError                 the router cannot be trained or read
├── EvaluationError             an evaluation file is malformed
├── UnsoundHomeError            the self-check found something bad
├── BackupError                 a backup cannot be made
├── RestoreError                a backup cannot be put into place
│   └── BackupUnreadableError   it is damaged, not a backup, or of a newer version
└── NotBuiltError               something must be set up first (ingest, data demo, train)
"""

from __future__ import annotations


class AssistantError(Exception):
    """Base of every error that the assistant raises on purpose.

    Attributes
    ----------
    code : str
        Stable machine-readable name of the class of error.
    hint : str
        What the reader can do about it; may be empty.
    """

    code = "assistant_error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingsError(AssistantError):
    """A setting is unknown or has an impossible value."""

    code = "settings_invalid"


class ConversationNotFoundError(AssistantError):
    """No conversation has this id, or it belongs to somebody else."""

    code = "conversation_not_found"


class TurnNotFoundError(AssistantError):
    """No turn has this id, or it belongs to somebody else."""

    code = "turn_not_found"


class FindingNotFoundError(AssistantError):
    """A turn has no figures that could be shown or saved."""

    code = "finding_not_found"


class TicketNotFoundError(AssistantError):
    """No ticket has this id, or the asker may not see it."""

    code = "ticket_not_found"


class TicketChangedError(AssistantError):
    """Somebody changed the ticket since it was read."""

    code = "ticket_changed"


class TicketElsewhereError(AssistantError):
    """Another system keeps the ticket: here it can only be read."""

    code = "ticket_elsewhere"


class AgentNotFoundError(AssistantError):
    """Nobody with this id may be given a ticket."""

    code = "agent_not_found"


class QueueCursorError(AssistantError):
    """The place in a list where the next page should begin cannot be read."""

    code = "cursor_invalid"


class DraftNotFoundError(AssistantError):
    """No draft of an article has this id, or the asker may not see it."""

    code = "draft_not_found"


class NothingToDraftError(AssistantError):
    """The ticket tells nothing that an article could be made of."""

    code = "nothing_to_draft"


class BoardEntryNotFoundError(AssistantError):
    """No entry of a board has this id, or it belongs to somebody else."""

    code = "board_entry_not_found"


class BoardFullError(AssistantError):
    """A board holds as many entries as it can."""

    code = "board_full"


class DocumentNotFoundError(AssistantError):
    """No document has this id, or the asker may not see it."""

    code = "document_not_found"


class SourceNotFoundError(AssistantError):
    """No source of articles or tickets is called so, or it cannot be read again."""

    code = "source_not_found"


class UploadNotFoundError(AssistantError):
    """There is no such upload, or it is somebody else's."""

    code = "upload_not_found"


class UploadRefusedError(AssistantError):
    """A file that is not taken: its name, its kind, its size, or nobody could read it."""

    code = "upload_refused"


class JobRunningError(AssistantError):
    """Work in the background has to end before other work begins."""

    code = "job_running"


class ModelVersionNotFoundError(AssistantError):
    """There is no such version of a model, or it cannot be brought into use."""

    code = "model_version_not_found"


class CandidateNotFoundError(AssistantError):
    """Nobody proposed that a short form stands for something."""

    code = "candidate_not_found"


class GapNotFoundError(AssistantError):
    """There is no such group of open questions, or the asker may not see it."""

    code = "gap_not_found"


class FeedbackNotShownError(AssistantError):
    """The document was not shown for that question."""

    code = "feedback_not_shown"


class FeedbackLimitError(AssistantError):
    """One person gave more feedback in a day than is taken."""

    code = "feedback_limit"


class EmptyQuestionError(AssistantError):
    """The question has no characters besides white space."""

    code = "question_empty"


class QuestionTooLongError(AssistantError):
    """The question is longer than the limit in the settings."""

    code = "question_too_long"


class RouterError(AssistantError):
    """The router cannot be trained or read."""

    code = "router_failed"


class EvaluationError(AssistantError):
    """An evaluation file is missing or malformed."""

    code = "evaluation_input_invalid"


class UnsoundHomeError(AssistantError):
    """The self-check found something bad."""

    code = "home_unsound"


class BackupError(AssistantError):
    """A backup cannot be made; an older one under the same name is as it was."""

    code = "backup_failed"


class RestoreError(AssistantError):
    """A backup cannot be put into place; the home is as it was."""

    code = "restore_failed"


class BackupUnreadableError(RestoreError):
    """A file is no backup, is damaged, or was made by a newer version."""

    code = "backup_unreadable"


class NotBuiltError(AssistantError):
    """Something must be set up first."""

    code = "not_built"
