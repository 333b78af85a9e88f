"""What short forms may stand for, and what the operator said of it, kept in the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from assistant.model import ENTRY_STATUSES, EntryStatus, VocabularyEntry
from assistant.tables import raise_revision, vocabulary
from assistant.tables import revision as revision_of
from knowledge_base.acronyms import Candidate

REVISION = "vocabulary"


class SqlVocabularyStore:
    """The `VocabularyStore` port on the database of the conversations."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)

    def entries(self) -> tuple[VocabularyEntry, ...]:
        """Return every entry, by short form, the best supported meaning first."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(vocabulary)).all()
        found = (_entry(row) for row in rows)
        return tuple(
            sorted(
                found,
                key=lambda each: (each.short.lower(), -each.n_texts, each.short, each.meaning),
            )
        )

    def revision(self) -> int:
        """Return a number that changes when an entry does."""
        with self._engine.connect() as connection:
            return revision_of(connection, REVISION)

    def propose(self, candidates: Sequence[Candidate], *, at: datetime) -> None:
        """Put these in place of the earlier proposals; what was decided stays decided."""
        with self._writer.begin() as connection:
            connection.execute(vocabulary.delete().where(vocabulary.c.status == "proposed"))
            for each in candidates:
                evidence = {
                    "n_texts": each.n_texts,
                    "examples": json.dumps(each.examples, ensure_ascii=False),
                }
                known = connection.execute(
                    vocabulary.update().where(_is(each.short, each.meaning)).values(**evidence)
                )
                if known.rowcount == 0:
                    connection.execute(
                        vocabulary.insert().values(
                            short=each.short,
                            meaning=each.meaning,
                            status="proposed",
                            source=each.kind,
                            at=_written(at),
                            **evidence,
                        )
                    )
            raise_revision(connection, REVISION)

    def decide(self, short: str, meaning: str, *, status: EntryStatus, at: datetime) -> None:
        """Keep a decision about a short form and a meaning, proposed before or not."""
        values = {"status": status, "at": _written(at)}
        with self._writer.begin() as connection:
            known = connection.execute(
                vocabulary.update().where(_is(short, meaning)).values(**values)
            )
            if known.rowcount == 0:
                connection.execute(
                    vocabulary.insert().values(
                        short=short,
                        meaning=meaning,
                        source="operator",
                        n_texts=0,
                        examples="[]",
                        **values,
                    )
                )
            raise_revision(connection, REVISION)

    def remove(self, short: str, meaning: str) -> bool:
        """Forget an entry; return whether there was one."""
        with self._writer.begin() as connection:
            gone = connection.execute(vocabulary.delete().where(_is(short, meaning))).rowcount > 0
            if gone:
                raise_revision(connection, REVISION)
        return gone


def _is(short: str, meaning: str) -> sa.ColumnElement[bool]:
    return sa.and_(vocabulary.c.short == short, vocabulary.c.meaning == meaning)


def _entry(row: Any) -> VocabularyEntry:
    return VocabularyEntry(
        short=row.short,
        meaning=row.meaning,
        status=next(status for status in ENTRY_STATUSES if status == row.status),
        source=row.source,
        n_texts=row.n_texts,
        examples=tuple(json.loads(row.examples)),
        at=datetime.fromisoformat(row.at).astimezone(UTC),
    )


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
