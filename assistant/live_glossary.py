"""The glossary of this installation, as the operator's decisions stand now."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection

from assistant.ports import VocabularyStore
from knowledge_base.glossary import Glossary, Sense, general_senses
from knowledge_base.text import STOP_WORDS


class LiveGlossary:
    """Gives the glossary; a change of the store counts at once.

    Parameters
    ----------
    store : VocabularyStore
        Where the decisions are.
    common_words : callable
        Gives words in lower case that mean something else when they are not in capitals.
    with_general : bool
        Whether the shipped list of general abbreviations counts.
    """

    def __init__(
        self,
        store: VocabularyStore,
        common_words: Callable[[], Collection[str]],
        *,
        with_general: bool,
    ) -> None:
        self._store = store
        self._common_words = common_words
        self._with_general = with_general
        self._held: tuple[int, Glossary] | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Glossary:
        """Return the glossary as it is now."""
        revision = self._store.revision()
        held = self._held
        if held is not None and held[0] == revision:
            return held[1]
        with self._lock:
            if self._held is None or self._held[0] != revision:
                self._held = (revision, self._read())
            return self._held[1]

    def _read(self) -> Glossary:
        entries = self._store.entries()
        approved = [each for each in entries if each.status == "approved"]
        common = self._common_words() if approved else ()
        return Glossary(
            approved=[
                Sense(
                    short=each.short,
                    meaning=each.meaning,
                    is_cased=_is_word(each.short, common),
                )
                for each in approved
            ],
            rejected=[(each.short, each.meaning) for each in entries if each.status == "rejected"],
            general=general_senses() if self._with_general else (),
        )


def _is_word(short: str, common_words: Collection[str]) -> bool:
    """Return whether a short form with capitals is a word without them (`AD`, `IT`)."""
    lower = short.lower()
    return lower != short and (lower in STOP_WORDS or lower in common_words)
