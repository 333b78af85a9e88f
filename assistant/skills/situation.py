"""One message in its conversation: what the helpdesk's moves work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from assistant.dialogue.moves import Move
from assistant.dialogue.state import DialogueState
from assistant.model import Asker, Conversation, DeskTicket
from assistant.skills.handing_over import ASKED, Reason


class TicketOpener(Protocol):
    """Opens the ticket of a conversation."""

    def open(
        self,
        *,
        asker: Asker,
        conversation: Conversation,
        subject: str,
        last: str = "",
        why: Reason = ASKED,
    ) -> DeskTicket:
        """Open it; the first one is returned when there is one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One message, who wrote it, and where the conversation stood before."""

    text: str
    move: Move
    asker: Asker
    conversation: Conversation
    state: DialogueState
    known: Mapping[str, str] = field(default_factory=dict)
    """Facet → value: what was said, and what the profile says besides."""
