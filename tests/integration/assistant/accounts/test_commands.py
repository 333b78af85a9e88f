"""`deskwise users` and `deskwise audit`, as typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.accounts.errors import AccountError, LastAdministratorError, PasswordRefusedError
from assistant.cli.main import deskwise
from tests.integration.assistant.accounts.conftest import GOOD, OTHER

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def call(*words: str, typed: str = "") -> Result:
        arguments = ["--home", str(tmp_path), *words]
        return CliRunner().invoke(deskwise, arguments, input=typed)

    return call


def test_the_first_administrator_is_made_and_changed_on_the_command_line(run: Run) -> None:
    added = run("users", "add", "Ann", "--role", "admin", "--json", "-", typed=f"{GOOD}\n")
    assert added.exit_code == 0, added.output
    assert json.loads(added.stdout)["role"] == "admin"
    assert run("users", "add", "bob", "--groups", "hr, it", "--no-password").exit_code == 0
    assert run("users", "role", "bob", "agent").exit_code == 0
    assert run("users", "groups", "bob", "").exit_code == 0
    assert run("users", "passwd", "bob", typed=f"{OTHER}\n").exit_code == 0
    assert run("users", "sign-out", "bob").output == "0 sessions of bob ended.\n"
    assert run("users", "disable", "bob").exit_code == 0
    listed = json.loads(run("users", "list", "--json", "-").stdout)["users"]
    assert [(item["name"], item["role"], item["is_disabled"]) for item in listed] == [
        ("ann", "admin", False),
        ("bob", "agent", True),
    ]
    assert run("users", "enable", "bob").exit_code == 0

    actor = {
        item["actor"] for item in json.loads(run("audit", "show", "--json", "-").stdout)["entries"]
    }
    assert actor == {"cli"}
    whole = run("audit", "verify")
    head = whole.output.split()[-1]
    assert run("audit", "verify", "--head", head).exit_code == 0
    assert run("audit", "verify", "--head", "0" * 64).exit_code != 0
    shown = run("audit", "show", "--user", "bob", "--action", "user").output
    assert "user.changed" in shown
    assert GOOD not in run("audit", "show").output


def test_a_password_is_never_an_argument(run: Run) -> None:
    for words in (("add", "ann", "--password", GOOD), ("passwd", "ann", GOOD)):
        assert run("users", *words).exit_code == 2
    assert run("users", "add", "ann").exit_code == 2  # and an empty one is no password
    assert isinstance(run("users", "add", "ann", typed="short\n").exception, PasswordRefusedError)


def test_mistakes_are_told_by_name(run: Run) -> None:
    run("users", "add", "ann", "--role", "admin", "--no-password")

    assert isinstance(run("users", "disable", "ann").exception, LastAdministratorError)
    assert isinstance(run("users", "role", "nobody", "agent").exception, AccountError)
    assert run("users", "role", "ann", "root").exit_code == 2


def test_a_token_is_shown_once_listed_and_revoked(run: Run) -> None:
    run("users", "add", "ann", "--role", "agent", "--no-password")
    words = ("users", "token", "add", "ann", "--for", "the report", "--scope", "tickets.read_all")
    made = run(*words)
    secret = made.stdout.strip()
    assert secret.startswith("dw_")
    listed = run("users", "token", "list", "ann").output
    token_id = secret.split("_")[1]
    assert token_id in listed
    assert "the report" in listed
    assert secret.split("_", 2)[2] not in listed

    assert run("users", "token", "revoke", token_id).exit_code == 0
    assert run("users", "token", "list").output == "0 tokens\n"
    assert isinstance(run("users", "token", "revoke", token_id).exception, AccountError)
