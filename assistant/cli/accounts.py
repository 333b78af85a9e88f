"""What the commands about accounts share."""

from __future__ import annotations

from assistant.accounts import Accounts
from assistant.bootstrap import Parts
from assistant.cli.settings import current_settings


def accounts_here() -> Accounts:
    """Return the accounts of the home directory in force."""
    return Parts(current_settings()).accounts
