"""Accounts on a database of their own, with a clock that is set by hand and cheap hashes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from assistant.accounts.audit import SqlAuditLog
from assistant.accounts.passwords import Passwords
from assistant.accounts.service import Accounts
from assistant.accounts.store import SqlAccountStore
from assistant.accounts.throttle import AttemptLimits, Throttle
from assistant.store import open_engine

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "velvet tractor ninety lagoons"
OTHER = "marble onion cathedral fifty"


@dataclass
class SetClock:
    """A clock that stands until it is moved."""

    at: datetime = datetime(2026, 6, 30, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_(self, **by: float) -> None:
        self.at += timedelta(**by)


def accounts_on(engine: sa.Engine, clock: SetClock) -> Accounts:
    store = SqlAccountStore(engine)
    return Accounts(
        store=store,
        audit=SqlAuditLog(engine),
        clock=clock,
        passwords=Passwords(CHEAP),
        throttle=Throttle(store, AttemptLimits()),
    )


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    opened = open_engine(tmp_path / "home.sqlite")
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def accounts(engine: sa.Engine, clock: SetClock) -> Accounts:
    return accounts_on(engine, clock)
