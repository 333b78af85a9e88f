"""The `VocabularyOperations` port, and what the command line shares with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from assistant.errors import CandidateNotFoundError
from assistant.model import ANY_MEANING, EntryStatus, VocabularyEntry
from assistant.operating.jobs import Jobs, Tell
from assistant.operations import JobState
from assistant.ports import Clock, VocabularyStore
from knowledge_base.acronyms import mine_candidates
from knowledge_base.model import Document, Passage, Ticket
from knowledge_base.text import join_plain, normalise


class Texts(Protocol):
    """What the document store holds."""

    def contents(self) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        """Yield every document with its passages."""
        ...

    def tickets(self) -> Iterator[Ticket]:
        """Yield every ticket."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyRoom:
    """What operators do with candidates."""

    store: VocabularyStore
    texts: Callable[[], Texts]
    common_words: Callable[[], Collection[str]]
    jobs: Jobs
    clock: Clock

    def entries(self) -> tuple[VocabularyEntry, ...]:
        """Return candidates and decisions."""
        return tuple(self.store.entries())

    def decide(self, short: str, meaning: str, status: EntryStatus) -> None:
        """Keep a decision about a candidate."""
        known = [each for each in self.store.entries() if same(each.short, short)]
        if not any(each.meaning == meaning for each in known):
            raise CandidateNotFoundError(
                f"Nobody proposed that {short[:40]!r} stands for {meaning[:80]!r}.",
                hint="`deskwise vocabulary add` takes what nobody proposed.",
            )
        decide_entry(self.store, short, meaning, status, clock=self.clock)

    def look(self) -> JobState:
        """Begin to look for candidates."""

        def work(_tell: Tell) -> str:
            before = {(each.short, each.meaning) for each in self.store.entries()}
            mine_into(self.store, self.texts(), self.common_words(), clock=self.clock)
            n_new = sum(
                (each.short, each.meaning) not in before
                for each in self.store.entries()
                if each.status == "proposed"
            )
            return f"{n_new:,} new candidates"

        return self.jobs.start("vocabulary", "Looking for short forms", work)


def mine_into(
    store: VocabularyStore, texts: Texts, common_words: Collection[str], *, clock: Clock
) -> None:
    """Look for short forms in all articles and past tickets and keep them as proposals."""
    articles: Iterable[tuple[str, str]] = (
        (
            document.document_id,
            "\n".join(join_plain([*each.heading_path, each.text]) for each in passages),
        )
        for document, passages in texts.contents()
        if document.pool == "article"
    )
    candidates = mine_candidates(articles, texts.tickets(), common_words=common_words)
    store.propose(candidates, at=clock.now())


def decide_entry(
    store: VocabularyStore, short: str, meaning: str, status: EntryStatus, *, clock: Clock
) -> None:
    """Keep a decision; what is approved is no longer rejected whatever it means."""
    if status == "approved":
        for each in store.entries():
            if same(each.short, short) and each.meaning == ANY_MEANING:
                store.remove(each.short, ANY_MEANING)
    store.decide(short, meaning, status=status, at=clock.now())


def same(one: str, other: str) -> bool:
    """Return whether two short forms are one."""
    return normalise(one) == normalise(other)
