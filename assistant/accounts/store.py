"""Accounts, sessions and tokens in the database of conversations."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from assistant.accounts import audit
from assistant.accounts.errors import LastAdministratorError, UserExistsError, UserNotFoundError
from assistant.accounts.model import ApiToken, AuditNote, Session, User
from assistant.accounts.permissions import known_permissions
from assistant.accounts.tables import api_tokens as _tokens
from assistant.accounts.tables import failed_sign_ins as _failures
from assistant.accounts.tables import make_tables
from assistant.accounts.tables import sessions as _sessions
from assistant.accounts.tables import users as _users


class SqlAccountStore:
    """The `AccountStore` port. A change and the record of it are one transaction."""

    def __init__(self, engine: sa.Engine) -> None:
        make_tables(engine)
        self._engine = engine
        self._writer = engine.execution_options(is_write=True)

    def add(self, user: User, *, password_hash: str | None, note: AuditNote) -> None:
        """Keep a new account."""
        try:
            with self._writer.begin() as connection:
                connection.execute(
                    _users.insert().values(
                        user_id=user.user_id,
                        password_hash=password_hash,
                        created_at=_text(user.created_at),
                        **_changeable(user),
                    )
                )
                audit.append(connection, note, at=user.created_at)
        except IntegrityError as error:
            raise UserExistsError(
                f"The name {user.name!r} or the address {user.email!r} is taken.",
                hint="`deskwise users list` shows whose it is.",
            ) from error

    def users(self) -> tuple[User, ...]:
        """Return every account, by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(_users).order_by(_users.c.name)).all()
        return tuple(_user(row) for row in rows)

    def user(self, user_id: str) -> User | None:
        """Return the account of an id, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(
                sa.select(_users).where(_users.c.user_id == user_id)
            ).one_or_none()
        return None if row is None else _user(row)

    def find(self, name: str) -> tuple[User, str | None] | None:
        """Return the account of a name or an address with its password's hash, or None."""
        low = name.strip().lower()
        query = sa.select(_users).where((_users.c.email if "@" in low else _users.c.name) == low)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (_user(row), row.password_hash)

    def save(self, user: User, *, note: AuditNote, at: datetime) -> None:
        """Keep a changed account; its sessions end."""
        with self._writer.begin() as connection:
            n_before = _n_administrators(connection)
            done = connection.execute(
                _users.update().where(_users.c.user_id == user.user_id).values(**_changeable(user))
            )
            if done.rowcount != 1:
                raise _nobody(user.user_id)
            if n_before and not _n_administrators(connection):
                raise LastAdministratorError(
                    "This is the last administrator: nobody would be left who manages accounts.",
                    hint="Make somebody else an administrator first.",
                )
            _close_all(connection, user.user_id)
            audit.append(connection, note, at=at)

    def set_password(
        self, user_id: str, password_hash: str, *, note: AuditNote | None, at: datetime
    ) -> None:
        """Keep a password's hash; with a note it is a new password and the sessions end."""
        with self._writer.begin() as connection:
            connection.execute(
                _users.update()
                .where(_users.c.user_id == user_id)
                .values(password_hash=password_hash)
            )
            if note is not None:
                _close_all(connection, user_id)
                audit.append(connection, note, at=at)

    def open_session(
        self, session: Session, *, note: AuditNote, password_hash: str | None = None
    ) -> bool:
        """Keep a new session, unless the password it was opened with is not the account's now."""
        with self._writer.begin() as connection:
            if password_hash is not None:
                now = connection.execute(
                    sa.select(_users.c.password_hash).where(_users.c.user_id == session.user_id)
                ).scalar()
                if now != password_hash:
                    return False
            connection.execute(
                _sessions.insert().values(
                    session_hash=session.session_hash,
                    user_id=session.user_id,
                    created_at=_text(session.created_at),
                    seen_at=_text(session.seen_at),
                )
            )
            audit.append(connection, note, at=session.created_at)
        return True

    def session(self, session_hash: str) -> tuple[Session, User] | None:
        """Return an open session and whose it is, or None."""
        query = (
            sa.select(
                _users,
                _sessions.c.session_hash,
                _sessions.c.created_at.label("opened_at"),
                _sessions.c.seen_at,
            )
            .join(_sessions, _sessions.c.user_id == _users.c.user_id)
            .where(_sessions.c.session_hash == session_hash)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        session = Session(
            session_hash=row.session_hash,
            user_id=row.user_id,
            created_at=_time(row.opened_at),
            seen_at=_time(row.seen_at),
        )
        return session, _user(row)

    def touch(self, session_hash: str, *, at: datetime) -> None:
        """Note that a session was used."""
        with self._writer.begin() as connection:
            connection.execute(
                _sessions.update()
                .where(_sessions.c.session_hash == session_hash)
                .values(seen_at=_text(at))
            )

    def close_session(self, session_hash: str, *, note: AuditNote, at: datetime) -> None:
        """End a session."""
        with self._writer.begin() as connection:
            connection.execute(_sessions.delete().where(_sessions.c.session_hash == session_hash))
            audit.append(connection, note, at=at)

    def close_sessions(self, user_id: str, *, note: AuditNote, at: datetime) -> int:
        """End every session of a user; return how many there were."""
        with self._writer.begin() as connection:
            n_closed = _close_all(connection, user_id)
            audit.append(connection, note, at=at)
        return n_closed

    def note_failure(self, account: str, address: str, *, note: AuditNote, at: datetime) -> None:
        """Keep a failed attempt."""
        with self._writer.begin() as connection:
            connection.execute(
                _failures.insert().values(at=_text(at), account=account, address=address)
            )
            audit.append(connection, note, at=at)

    def n_failures(self, since: datetime, *, account: str = "", address: str = "") -> int:
        """Return how many attempts failed from a time on, for an account, from an address."""
        query = (
            sa.select(sa.func.count()).select_from(_failures).where(_failures.c.at >= _text(since))
        )
        if account:
            query = query.where(_failures.c.account == account)
        if address:
            query = query.where(_failures.c.address == address)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def forget_failures(self, before: datetime) -> None:
        """Forget attempts that no limit counts any more."""
        with self._writer.begin() as connection:
            connection.execute(_failures.delete().where(_failures.c.at < _text(before)))

    def add_token(self, token: ApiToken, *, secret_hash: str, note: AuditNote) -> None:
        """Keep a new token."""
        with self._writer.begin() as connection:
            connection.execute(
                _tokens.insert().values(
                    token_id=token.token_id,
                    secret_hash=secret_hash,
                    user_id=token.user_id,
                    name=token.name,
                    scopes=json.dumps(sorted(token.scopes)),
                    created_at=_text(token.created_at),
                    expires_at=_text(token.expires_at),
                    last_used_at=None,
                )
            )
            audit.append(connection, note, at=token.created_at)

    def tokens(self, user_id: str | None = None) -> tuple[ApiToken, ...]:
        """Return the tokens of a user, or all, by id."""
        query = sa.select(_tokens).order_by(_tokens.c.token_id)
        if user_id is not None:
            query = query.where(_tokens.c.user_id == user_id)
        with self._engine.connect() as connection:
            return tuple(_token(row) for row in connection.execute(query))

    def token(self, token_id: str) -> tuple[ApiToken, str, User] | None:
        """Return a token, its secret's hash and its owner, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(
                sa.select(_tokens).where(_tokens.c.token_id == token_id)
            ).one_or_none()
            if row is None:
                return None
            owner = connection.execute(
                sa.select(_users).where(_users.c.user_id == row.user_id)
            ).one()
        return _token(row), row.secret_hash, _user(owner)

    def touch_token(self, token_id: str, *, note: AuditNote | None, at: datetime) -> None:
        """Note that a token was used."""
        with self._writer.begin() as connection:
            connection.execute(
                _tokens.update()
                .where(_tokens.c.token_id == token_id)
                .values(last_used_at=_text(at))
            )
            if note is not None:
                audit.append(connection, note, at=at)

    def remove_token(self, token_id: str, *, note: AuditNote, at: datetime) -> bool:
        """Forget a token; return whether there was one."""
        with self._writer.begin() as connection:
            gone = connection.execute(_tokens.delete().where(_tokens.c.token_id == token_id))
            if gone.rowcount:
                audit.append(connection, note, at=at)
        return bool(gone.rowcount)


def _n_administrators(connection: sa.Connection) -> int:
    return int(
        connection.execute(
            sa.select(sa.func.count())
            .select_from(_users)
            .where(_users.c.role == "admin", _users.c.is_disabled.is_(False))
        ).scalar_one()
    )


def _close_all(connection: sa.Connection, user_id: str) -> int:
    gone = connection.execute(_sessions.delete().where(_sessions.c.user_id == user_id))
    return int(gone.rowcount)


def _nobody(user_id: str) -> UserNotFoundError:
    return UserNotFoundError(
        f"There is no account {user_id!r}.", hint="`deskwise users list` shows them."
    )


def _changeable(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "email": user.email or None,
        "role": user.role,
        "groups": json.dumps(sorted(user.groups)),
        "is_disabled": user.is_disabled,
    }


def _user(row: Any) -> User:
    return User(
        user_id=row.user_id,
        name=row.name,
        email=row.email or "",
        role=row.role,
        groups=tuple(json.loads(row.groups)),
        is_disabled=row.is_disabled,
        has_password=row.password_hash is not None,
        created_at=_time(row.created_at),
    )


def _token(row: Any) -> ApiToken:
    scopes = known_permissions(json.loads(row.scopes))
    return ApiToken(
        token_id=row.token_id,
        user_id=row.user_id,
        name=row.name,
        scopes=tuple(sorted(scopes)),
        created_at=_time(row.created_at),
        expires_at=_time(row.expires_at),
        last_used_at=_time(row.last_used_at) if row.last_used_at else None,
    )


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
