"""Accounts, one's own API tokens, and the audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from assistant.accounts import Accounts
from assistant.accounts.errors import AuditBrokenError
from web.access import needs
from web.account_schemas import (
    AuditCheckBody,
    AuditList,
    NewTokenBody,
    NewUserRequest,
    OwnedTokenList,
    TokenList,
    TokenRequest,
    UserBody,
    UserChangeRequest,
    UserList,
    describe_entry,
    describe_new_token,
    describe_owned_token,
    describe_token,
    describe_user,
)
from web.routes.dependencies import CHANGES, AskerOf, GuardOf, PersonOf, failures

router = APIRouter()


def _accounts(guard: GuardOf) -> Accounts:
    return guard.require_accounts()


AccountsOf = Annotated[Accounts, Depends(_accounts)]
UserId = Annotated[str, Path(pattern=r"^u-[0-9a-f]{32}$", examples=["u-" + "0" * 32])]
TokenId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", examples=["0" * 16])]


@router.get(
    "/users",
    dependencies=[needs("users.manage")],
    responses=failures(404),
    summary="List accounts",
)
def list_users(accounts: AccountsOf) -> UserList:
    """Return every account, by name."""
    return UserList(users=[describe_user(user) for user in accounts.users()])


@router.post(
    "/users",
    status_code=201,
    dependencies=[needs("users.manage")],
    responses=failures(404, 409, *CHANGES),
    summary="Make an account",
)
def add_user(body: NewUserRequest, accounts: AccountsOf, asker: AskerOf) -> UserBody:
    """Make an account."""
    user = accounts.add_user(
        body.name,
        role=body.role,
        password=body.password,
        email=body.email,
        groups=body.groups,
        by=asker.user_id,
    )
    return describe_user(user)


@router.patch(
    "/users/{user_id}",
    dependencies=[needs("users.manage")],
    responses=failures(404, 409, *CHANGES),
    summary="Change an account",
)
def change_user(
    user_id: UserId, body: UserChangeRequest, accounts: AccountsOf, asker: AskerOf
) -> UserBody:
    """Change role, groups, password, or disable it; its sessions end."""
    user = accounts.user(user_id)
    if body.password is not None:
        accounts.set_password(user, body.password, by=asker.user_id)
    accounts.change(
        user,
        role=body.role,
        groups=body.groups,
        is_disabled=body.is_disabled,
        by=asker.user_id,
    )
    return describe_user(accounts.user(user_id))


@router.delete(
    "/users/{user_id}/sessions",
    status_code=204,
    dependencies=[needs("users.manage")],
    responses=failures(404, *CHANGES),
    summary="Sign somebody out everywhere",
)
def sign_out_user(user_id: UserId, accounts: AccountsOf, asker: AskerOf) -> Response:
    """End every session of an account, open streams included."""
    accounts.sign_out_everywhere(accounts.user(user_id), by=asker.user_id)
    return Response(status_code=204)


@router.get(
    "/tokens",
    dependencies=[needs("tokens.own")],
    responses=failures(404),
    summary="List your API tokens",
)
def list_tokens(accounts: AccountsOf, asker: AskerOf) -> TokenList:
    """Return the asker's tokens, by id."""
    return TokenList(tokens=[describe_token(item) for item in accounts.tokens.of(asker.user_id)])


@router.post(
    "/tokens",
    status_code=201,
    dependencies=[needs("tokens.own")],
    responses=failures(404, *CHANGES),
    summary="Make an API token",
)
def add_token(
    body: TokenRequest, accounts: AccountsOf, guard: GuardOf, person: PersonOf
) -> NewTokenBody:
    """Make a token; it is shown in this answer and never again."""
    user = guard.account_of(person).user
    token, shown = accounts.tokens.add(
        user, name=body.name, scopes=body.scopes, days=body.days, by=user.user_id
    )
    return describe_new_token(token, shown)


@router.delete(
    "/tokens/{token_id}",
    status_code=204,
    dependencies=[needs("tokens.own")],
    responses=failures(404, *CHANGES),
    summary="End an API token",
)
def revoke_token(token_id: TokenId, accounts: AccountsOf, asker: AskerOf) -> Response:
    """End one of the asker's tokens."""
    accounts.tokens.revoke(token_id, of=asker.user_id, by=asker.user_id)
    return Response(status_code=204)


@router.get(
    "/tokens/everybody",
    dependencies=[needs("users.manage")],
    responses=failures(404),
    summary="List everybody's API tokens",
)
def list_all_tokens(accounts: AccountsOf) -> OwnedTokenList:
    """Return every token with its owner, by id."""
    return OwnedTokenList(tokens=[describe_owned_token(item) for item in accounts.tokens.of()])


@router.delete(
    "/tokens/everybody/{token_id}",
    status_code=204,
    dependencies=[needs("users.manage")],
    responses=failures(404, *CHANGES),
    summary="End anybody's API token",
)
def revoke_any_token(token_id: TokenId, accounts: AccountsOf, asker: AskerOf) -> Response:
    """End a token, whoever owns it."""
    accounts.tokens.revoke(token_id, by=asker.user_id)
    return Response(status_code=204)


@router.get(
    "/audit/check",
    dependencies=[needs("audit.read")],
    responses=failures(404),
    summary="Verify the audit log",
)
def check_audit(accounts: AccountsOf) -> AuditCheckBody:
    """Follow the chain from the first entry to the last."""
    try:
        n_entries, head = accounts.audit.verify()
    except AuditBrokenError as error:  # what was asked for is exactly this
        found = f"{error.message} {error.hint}".strip()
        return AuditCheckBody(is_whole=False, n_entries=0, head="", found=found)
    return AuditCheckBody(is_whole=True, n_entries=n_entries, head=head, found="")


@router.get(
    "/audit",
    dependencies=[needs("audit.read")],
    responses=failures(404),
    summary="Read the audit log",
)
def read_audit(
    accounts: AccountsOf,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    action: Annotated[str, Query(max_length=64, examples=["session"])] = "",
    person: Annotated[str, Query(max_length=64, description="A user's id.")] = "",
) -> AuditList:
    """Return entries, newest first."""
    found = accounts.audit.entries(limit=limit, before=before, action=action, person=person)
    is_more = len(found) == limit and found[-1].number > 1
    return AuditList(
        entries=[describe_entry(item) for item in found],
        next_before=found[-1].number if is_more else None,
    )
