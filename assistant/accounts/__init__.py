"""Who may do what: users, roles, sessions, API tokens, and the record of it."""

from assistant.accounts.model import Access, ApiToken, AuditEntry, AuditNote, SignedIn, User
from assistant.accounts.permissions import (
    PERMISSIONS,
    ROLE_GROUPS,
    ROLE_PERMISSIONS,
    Permission,
    anonymous_permissions,
    permissions_of,
)
from assistant.accounts.service import Accounts

__all__ = [
    "PERMISSIONS",
    "ROLE_GROUPS",
    "ROLE_PERMISSIONS",
    "Access",
    "Accounts",
    "ApiToken",
    "AuditEntry",
    "AuditNote",
    "Permission",
    "SignedIn",
    "User",
    "anonymous_permissions",
    "permissions_of",
]
