"""`deskwise users`: accounts, their roles, groups, passwords and sessions."""

from __future__ import annotations

import sys
from typing import Any

import click

from assistant.accounts import User
from assistant.cli.accounts import accounts_here
from assistant.cli.output import json_option, say, write_json
from assistant.cli.privacy import erase, export
from assistant.cli.settings import home_option
from assistant.cli.tokens import token
from assistant.model import ROLES, Role


@click.group()
def users() -> None:
    """Accounts: add, change, disable; the first administrator is made here."""


users.add_command(token)
users.add_command(export)
users.add_command(erase)


@users.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="employee", show_default=True)
@click.option("--email", default="", help="An address; people may sign in with it too.")
@click.option("--groups", default="", metavar="GROUP,…", help="Groups besides those of the role.")
@click.option("--no-password", is_flag=True, help="Nobody signs in until a password is set.")
@home_option
@json_option
def add(
    name: str, role: Role, email: str, groups: str, no_password: bool, json_file: str | None
) -> None:
    """Make an account. The password is asked for, or read from standard input."""
    accounts = accounts_here()
    password = None if no_password else asked_password()
    user = accounts.add_user(
        name, role=role, password=password, email=email, groups=split_groups(groups)
    )
    _tell(user, json_file, f"{user.name} is {_with_article(user.role)}.")


@users.command("list")
@home_option
@json_option
def list_users(json_file: str | None) -> None:
    """List the accounts."""
    found = accounts_here().users()
    write_json({"users": [user_json(user) for user in found]}, json_file)
    if json_file != "-":
        for user in found:
            marks = "  disabled" if user.is_disabled else ""
            marks += "" if user.has_password else "  no password"
            groups = ", ".join(user.groups)
            say(f"{user.name:<24} {user.role:<9} {groups}{marks}")
        say(f"{len(found):,} accounts")


@users.command("disable")
@click.argument("name")
@home_option
@json_option
def disable(name: str, json_file: str | None) -> None:
    """Let an account in no more; its sessions end and its tokens stop at once."""
    accounts = accounts_here()
    user = accounts.change(accounts.named(name), is_disabled=True)
    _tell(user, json_file, f"{user.name} is disabled.")


@users.command("enable")
@click.argument("name")
@home_option
@json_option
def enable(name: str, json_file: str | None) -> None:
    """Let a disabled account in again."""
    accounts = accounts_here()
    user = accounts.change(accounts.named(name), is_disabled=False)
    _tell(user, json_file, f"{user.name} is enabled.")


@users.command("passwd")
@click.argument("name")
@home_option
def passwd(name: str) -> None:
    """Set a password, asked for or read from standard input; the sessions end."""
    accounts = accounts_here()
    user = accounts.named(name)
    accounts.set_password(user, asked_password())
    say(f"{user.name} has a new password.")


@users.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@home_option
@json_option
def set_role(name: str, role: Role, json_file: str | None) -> None:
    """Give an account another ROLE; its sessions end."""
    accounts = accounts_here()
    user = accounts.change(accounts.named(name), role=role)
    _tell(user, json_file, f"{user.name} is {_with_article(user.role)}.")


@users.command("groups")
@click.argument("name")
@click.argument("groups", metavar="GROUP,…")
@home_option
@json_option
def set_groups(name: str, groups: str, json_file: str | None) -> None:
    """Set the groups of an account besides those of its role ("" for none); its sessions end."""
    accounts = accounts_here()
    user = accounts.change(accounts.named(name), groups=split_groups(groups))
    _tell(user, json_file, f"{user.name} is in: {', '.join(user.all_groups)}.")


@users.command("sign-out")
@click.argument("name")
@home_option
def sign_out(name: str) -> None:
    """End every session of an account."""
    accounts = accounts_here()
    n_closed = accounts.sign_out_everywhere(accounts.named(name))
    say(f"{n_closed:,} sessions of {name} ended.")


def asked_password() -> str:
    """Return a password typed twice on a terminal, else the first line of standard input.

    Raises
    ------
    click.UsageError
        When standard input has no line.
    """
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return typed
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.UsageError("There is no password on standard input.")
    return line


def split_groups(text: str) -> tuple[str, ...]:
    """Return the groups of a list with commas."""
    return tuple(item.strip() for item in text.split(",") if item.strip())


def user_json(user: User) -> dict[str, Any]:
    """Return an account as JSON; nothing of its password."""
    return {
        "user_id": user.user_id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "groups": user.groups,
        "is_disabled": user.is_disabled,
        "has_password": user.has_password,
        "created_at": user.created_at.isoformat(),
    }


def _tell(user: User, json_file: str | None, sentence: str) -> None:
    write_json(user_json(user), json_file)
    if json_file != "-":
        say(sentence)


def _with_article(role: Role) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"
