"""Who is who, from the accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from assistant.accounts import Accounts, permissions_of
from assistant.work import Agent


@dataclass(frozen=True, slots=True)
class AccountPeople:
    """The `People` port over accounts; visitors without one have no name."""

    accounts: Accounts

    def agents(self) -> tuple[Agent, ...]:
        """Return who may work on tickets, by name."""
        return tuple(
            Agent(agent_id=user.user_id, name=user.name)
            for user in self.accounts.users()
            if not user.is_disabled and "tickets.change" in permissions_of(user.role)
        )

    def names(self, user_ids: Collection[str]) -> Mapping[str, str]:
        """Return the names of those that have an account."""
        if not user_ids:
            return {}
        wanted = set(user_ids)
        return {user.user_id: user.name for user in self.accounts.users() if user.user_id in wanted}
