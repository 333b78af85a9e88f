"""`deskwise users token`: keys for programs."""

from __future__ import annotations

from typing import Any

import click

from assistant.accounts import ApiToken
from assistant.cli.accounts import accounts_here
from assistant.cli.output import json_option, progress, say, write_json
from assistant.cli.settings import home_option


@click.group()
def token() -> None:
    """API tokens: keys for programs, with some of their owner's rights and an end."""


@token.command("add")
@click.argument("user_name", metavar="USER")
@click.option("--for", "purpose", required=True, help="What it is for, in a few words.")
@click.option("--scope", "scopes", multiple=True, required=True, help="A permission; repeatable.")
@click.option("--days", type=int, default=90, show_default=True, help="How long it lasts.")
@home_option
@json_option
def add(
    user_name: str, purpose: str, scopes: tuple[str, ...], days: int, json_file: str | None
) -> None:
    """Make a token of a USER and show it, once."""
    accounts = accounts_here()
    made, shown = accounts.tokens.add(
        accounts.named(user_name), name=purpose, scopes=scopes, days=days
    )
    write_json({**token_json(made), "token": shown}, json_file)
    if json_file != "-":
        progress("This is shown once; keep it where other secrets are:")
        say(shown)
        progress(f"It ends on {made.expires_at:%Y-%m-%d}.")


@token.command("list")
@click.argument("user_name", metavar="[USER]", required=False)
@home_option
@json_option
def list_tokens(user_name: str | None, json_file: str | None) -> None:
    """List the tokens of a USER, or of everybody."""
    accounts = accounts_here()
    names = {user.user_id: user.name for user in accounts.users()}
    owner = accounts.named(user_name).user_id if user_name else None
    found = accounts.tokens.of(owner)
    write_json({"tokens": [token_json(item) for item in found]}, json_file)
    if json_file != "-":
        for item in found:
            used = f"{item.last_used_at:%Y-%m-%d}" if item.last_used_at else "never"
            say(
                f"{item.token_id}  {names.get(item.user_id, item.user_id):<16} {item.name}  "
                f"until {item.expires_at:%Y-%m-%d}, used {used}  {', '.join(item.scopes)}"
            )
        say(f"{len(found):,} tokens")


@token.command("revoke")
@click.argument("token_id")
@home_option
def revoke(token_id: str) -> None:
    """End a token by its id."""
    accounts_here().tokens.revoke(token_id)
    say(f"The token {token_id} opens nothing any more.")


def token_json(item: ApiToken) -> dict[str, Any]:
    """Return a token as JSON; its secret is not known any more."""
    return {
        "token_id": item.token_id,
        "user_id": item.user_id,
        "name": item.name,
        "scopes": list(item.scopes),
        "created_at": item.created_at.isoformat(),
        "expires_at": item.expires_at.isoformat(),
        "last_used_at": item.last_used_at.isoformat() if item.last_used_at else None,
    }
