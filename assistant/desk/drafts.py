"""Articles in the making: from a solved ticket to the list for review."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from assistant.desk.agents import Nobody
from assistant.desk.service import SuggestionDesk
from assistant.errors import DraftNotFoundError
from assistant.model import Asker
from assistant.ports import Clock
from assistant.work import Agent, ArticleDraft, ArticleSkeleton, DraftStatus
from assistant.work_ports import DraftStore, People
from knowledge_base.index.access import may_read


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDesk:
    """The `ArticleDrafts` port. A draft is read by who may read the ticket that it comes from."""

    store: DraftStore
    suggestions: SuggestionDesk
    clock: Clock
    people: People = field(default_factory=Nobody)

    def skeleton(self, ticket_id: str, *, asker: Asker) -> ArticleSkeleton:
        """Return what a solved ticket tells of an article."""
        return self.suggestions.article(ticket_id, asker=asker)

    def submit(self, ticket_id: str, title: str, markdown: str, *, asker: Asker) -> ArticleDraft:
        """Put a draft on the list for review."""
        skeleton = self.skeleton(ticket_id, asker=asker)
        draft = ArticleDraft(
            draft_id=uuid.uuid4().hex[:16],
            ticket_id=ticket_id,
            title=" ".join(title.split()),
            markdown=markdown,
            status="proposed",
            # Who opened the ticket is no reader of what others make of it.
            acl=tuple(name for name in skeleton.acl if not name.startswith("user:")),
            by=self._agent(asker),
            at=self.clock.now(),
        )
        self.store.add(draft)
        return draft

    def drafts(self, *, asker: Asker) -> tuple[ArticleDraft, ...]:
        """Return the drafts that the asker may read, newest first."""
        return tuple(item for item in self.store.drafts() if may_read(item.acl, asker.groups))

    def draft(self, draft_id: str, *, asker: Asker) -> ArticleDraft:
        """Return a draft."""
        for item in self.drafts(asker=asker):
            if item.draft_id == draft_id:
                return item
        raise DraftNotFoundError(
            f"There is no draft {draft_id!r} for you.", hint="Look in the list of drafts."
        )

    def review(self, draft_id: str, status: DraftStatus, *, asker: Asker) -> ArticleDraft:
        """Say what becomes of a draft."""
        self.draft(draft_id, asker=asker)
        self.store.review(draft_id, status, by=self._agent(asker), at=self.clock.now())
        return self.draft(draft_id, asker=asker)

    def _agent(self, asker: Asker) -> Agent:
        name = self.people.names([asker.user_id]).get(asker.user_id, "")
        return Agent(agent_id=asker.user_id, name=name)
