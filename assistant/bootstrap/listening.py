"""What people asked, taken together: the gap board and usage of a home."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from assistant.accounts import permissions_of
from assistant.asked import NearArticle
from assistant.desk.people import AccountPeople
from assistant.desk.withhold import plain_words, repeatable
from assistant.gaps.service import GapBoard, GapSources
from assistant.gaps.topics import SqlTopics
from assistant.gaps.turns import SqlTurns
from assistant.gaps.usage import UsageBook
from assistant.model import Asker
from knowledge_base.errors import IndexMissingError
from knowledge_base.model import EVERYONE

if TYPE_CHECKING:
    from assistant.bootstrap.parts import Parts

_NAME = re.compile(r"[^\W\d_]{3,}")


def gaps_of(parts: Parts) -> GapBoard:
    """Return the gap board."""

    def nearest(text: str, *, groups: Collection[str]) -> NearArticle | None:
        try:
            found = parts.retriever.documents(text, groups=groups, k=1)
        except IndexMissingError:
            return None
        return (
            NearArticle(document_id=found[0].document_id, title=found[0].title) if found else None
        )

    return GapBoard(
        turns=SqlTurns(parts.database),
        topics=SqlTopics(parts.database),
        sources=GapSources(
            encode=parts.remembered,
            nearest=nearest,
            answers=lambda: parts.helpdesk,
            state=lambda: parts.snapshots.current_name() or "",
            repeatable=Repeatable(parts),
            askers=lambda user_ids: _askers(parts, user_ids),
            agents=AccountPeople(parts.accounts).agents,
        ),
        clock=parts.clock,
    )


def usage_of(parts: Parts) -> UsageBook:
    """Return how the program is used."""
    return UsageBook(
        turns=SqlTurns(parts.database),
        encode=parts.remembered,
        clock=parts.clock,
    )


class Repeatable:
    """Tells what of a question may be told to others: sentences without anything personal."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._held: tuple[str, frozenset[str]] | None = None

    def __call__(self, text: str) -> str:
        """Return the sentences that may be told; empty when there are none."""
        accounts = self._parts.accounts.users()
        people = {word.lower() for user in accounts for word in _NAME.findall(user.name)}
        kept = repeatable(text, people=people, known=self._words())
        return " ".join(text[item.start : item.end] for item in kept)

    def _words(self) -> frozenset[str]:
        """Return the words of everybody's articles as they are now: they are no names."""
        state = self._parts.snapshots.current_name() or ""
        held = self._held
        if held is None or held[0] != state:
            texts = (
                passage.text
                for document, passages in self._parts.documents.contents()
                if document.pool == "article" and EVERYONE in document.acl
                for passage in passages
            )
            held = self._held = (state, plain_words(texts))
        return held[1]


def _askers(parts: Parts, user_ids: Collection[str]) -> Mapping[str, Asker]:
    """Return accounts as who asks; who is disabled or has none asks as anybody."""
    return {
        user.user_id: Asker(
            user_id=user.user_id,
            groups=user.all_groups,
            is_known=True,
            role=user.role,
            permissions=permissions_of(user.role),
        )
        for user in parts.accounts.users()
        if user.user_id in user_ids and not user.is_disabled
    }
