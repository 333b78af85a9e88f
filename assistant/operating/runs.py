"""What each ingest did, and what operators chose, kept in the database of the conversations."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from assistant.operations import IngestRun, SourceKind, Unread
from assistant.tables import ingest_runs as _runs
from assistant.tables import operator_choices as _choices
from knowledge_base.model import IngestReport

KEPT = 200
"""Runs that are kept; of each source at least the last."""
MAX_UNREAD = 1000
"""Files with their reasons that are kept of one run."""


def run_of(
    report: IngestReport,
    *,
    sources: Sequence[str],
    kind: SourceKind,
    acl: Sequence[str],
    by: str,
    at: datetime,
) -> IngestRun:
    """Return what is kept of an ingest's report."""
    return IngestRun(
        run_id=secrets.token_hex(8),
        sources=tuple(sources),
        kind=kind,
        acl=tuple(acl),
        by=by,
        finished_at=at,
        duration_s=round(report.duration_s, 2),
        n_added=len(report.added),
        n_changed=len(report.changed),
        n_unchanged=len(report.unchanged),
        n_removed=len(report.removed),
        unread=tuple(
            Unread(source=item.source, reason=item.reason, is_skipped=item.is_skipped)
            for item in sorted(report.failed, key=lambda item: item.is_skipped)[:MAX_UNREAD]
        ),
    )


class SqlIngestRuns:
    """What each ingest did."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)

    def add(self, run: IngestRun) -> None:
        """Keep a run; old ones are forgotten."""
        body = {
            "sources": run.sources,
            "kind": run.kind,
            "acl": run.acl,
            "duration_s": run.duration_s,
            "n_added": run.n_added,
            "n_changed": run.n_changed,
            "n_unchanged": run.n_unchanged,
            "n_removed": run.n_removed,
            "unread": [[item.source, item.reason, item.is_skipped] for item in run.unread],
        }
        with self._writer.begin() as connection:
            connection.execute(
                _runs.insert().values(
                    run_id=run.run_id,
                    at=run.finished_at.astimezone(UTC).isoformat(timespec="microseconds"),
                    by=run.by,
                    body=json.dumps(body, ensure_ascii=False),
                )
            )
            needed = {item.run_id for item in _last(_read(connection)).values()}
            every = [item.run_id for item in _read(connection)]
            gone = [name for name in every[KEPT:] if name not in needed]
            connection.execute(_runs.delete().where(_runs.c.run_id.in_(gone)))

    def last(self) -> dict[str, IngestRun]:
        """Return source → the last run that read it."""
        with self._engine.connect() as connection:
            return _last(_read(connection))


class SqlChoices:
    """What operators chose on the page in place of a setting."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)

    def value(self, name: str) -> str | None:
        """Return what was chosen, or None."""
        with self._engine.connect() as connection:
            found = connection.execute(
                sa.select(_choices.c.value).where(_choices.c.name == name)
            ).scalar()
        return None if found is None else str(found)

    def choose(self, name: str, value: str | None, *, by: str, at: datetime) -> None:
        """Keep a choice; None forgets it."""
        with self._writer.begin() as connection:
            connection.execute(_choices.delete().where(_choices.c.name == name))
            if value is not None:
                connection.execute(
                    _choices.insert().values(
                        name=name, value=value, by=by, at=at.astimezone(UTC).isoformat()
                    )
                )


def _read(connection: sa.Connection) -> list[IngestRun]:
    rows = connection.execute(sa.select(_runs).order_by(_runs.c.at.desc(), _runs.c.run_id))
    return [_run(row) for row in rows]


def _last(runs: Sequence[IngestRun]) -> dict[str, IngestRun]:
    found: dict[str, IngestRun] = {}
    for run in runs:
        for source in run.sources:
            found.setdefault(source, run)
    return found


def _run(row: Any) -> IngestRun:
    body = json.loads(row.body)
    return IngestRun(
        run_id=row.run_id,
        by=row.by,
        finished_at=datetime.fromisoformat(row.at).astimezone(UTC),
        sources=tuple(body["sources"]),
        kind=body["kind"],
        acl=tuple(body["acl"]),
        duration_s=body["duration_s"],
        n_added=body["n_added"],
        n_changed=body["n_changed"],
        n_unchanged=body["n_unchanged"],
        n_removed=body["n_removed"],
        unread=tuple(
            Unread(source=source, reason=reason, is_skipped=is_skipped)
            for source, reason, is_skipped in body["unread"]
        ),
    )
