"""What may be allowed, and what each role allows: the one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from assistant.model import Role

Permission = Literal[
    "account.self",
    "chat.ask",
    "conversations.read_own",
    "feedback.give",
    "articles.read",
    "articles.draft",
    "articles.review",
    "tickets.open",
    "tickets.read_own",
    "tickets.write_own",
    "tickets.read_all",
    "tickets.reply",
    "tickets.change",
    "suggestions.read",
    "suggestions.decide",
    "gaps.read",
    "gaps.manage",
    "insights.ask",
    "insights.export",
    "insights.save",
    "sources.read",
    "sources.manage",
    "vocabulary.review",
    "models.read",
    "models.manage",
    "evaluation.run",
    "usage.read",
    "settings.read",
    "settings.change",
    "tokens.own",
    "users.manage",
    "audit.read",
]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

_EMPLOYEE: frozenset[Permission] = frozenset(
    {
        "account.self",
        "chat.ask",
        "conversations.read_own",
        "feedback.give",
        "articles.read",
        "tickets.open",
        "tickets.read_own",
        "tickets.write_own",
        "tokens.own",
    }
)
_AGENT: frozenset[Permission] = _EMPLOYEE | {
    "articles.draft",
    "tickets.read_all",
    "tickets.reply",
    "tickets.change",
    "suggestions.read",
    "suggestions.decide",
    "gaps.read",
}
_MANAGER: frozenset[Permission] = _EMPLOYEE | {
    "insights.ask",
    "insights.export",
    "insights.save",
    "gaps.read",
    "usage.read",
}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    "employee": _EMPLOYEE,
    "agent": _AGENT,
    "manager": _MANAGER,
    "admin": frozenset(PERMISSIONS),
}

ROLE_GROUPS: Mapping[Role, tuple[str, ...]] = {
    "employee": (),
    "agent": ("agents",),
    "manager": ("managers",),
    "admin": ("agents",),
}
"""Groups that come with a role, besides those of the account: past tickets are for `agents`
where nothing else was said when they were ingested. What is for managers is not therefore for
administrators: who runs the program does not read what others keep."""

NEVER_ANONYMOUS: frozenset[Permission] = frozenset(
    {"account.self", "tokens.own", "users.manage", "audit.read"}
)
"""What nobody holds without an account, whatever role a demo lends them: no account is made, and
no record of accounts read, over HTTP by somebody who has not signed in."""


def permissions_of(role: Role) -> frozenset[Permission]:
    """Return what a role allows."""
    return ROLE_PERMISSIONS[role]


def anonymous_permissions(role: Role) -> frozenset[Permission]:
    """Return what somebody without an account may do when lent a role."""
    return ROLE_PERMISSIONS[role] - NEVER_ANONYMOUS


def known_permissions(names: Iterable[str]) -> frozenset[Permission]:
    """Return the names that are permissions; what a later version took away is gone."""
    wanted = set(names)
    return frozenset(item for item in PERMISSIONS if item in wanted)
