"""Every class of error has a status, and says no more than it should."""

from __future__ import annotations

import inspect
from types import ModuleType

import pytest

import analytics.errors
import assistant.accounts.errors
import assistant.errors
import knowledge_base.errors
import web.errors
from web.errors import DOMAIN_BASES, STATUS_BY_ERROR, describe, status_of

MODULES = (
    assistant.errors,
    assistant.accounts.errors,
    knowledge_base.errors,
    analytics.errors,
    web.errors,
)


def error_classes(module: ModuleType) -> list[type[Exception]]:
    return [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__ == module.__name__
    ]


def test_the_map_names_every_error_class_and_no_other() -> None:
    declared = {kind for module in MODULES for kind in error_classes(module)}

    assert len(declared) > 20
    assert set(STATUS_BY_ERROR) == declared


def test_every_status_is_one_that_the_api_documents() -> None:
    assert set(STATUS_BY_ERROR.values()) <= {
        400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503,
    }  # fmt: skip


def test_codes_are_unique() -> None:
    codes = [getattr(kind, "code", "") for kind in STATUS_BY_ERROR]

    assert all(codes)
    assert len(set(codes)) == len(codes)


def test_a_class_that_is_added_later_takes_its_nearest_base() -> None:
    class NewerError(knowledge_base.errors.EncoderHashError):
        code = "newer"

    assert status_of(NewerError("x")) == 503
    assert status_of(ValueError("x")) == 500


@pytest.mark.parametrize("kind", sorted(STATUS_BY_ERROR, key=lambda kind: kind.__name__))
def test_only_errors_meant_for_the_asker_are_told_in_their_own_words(kind: type[Exception]) -> None:
    status, body = describe(kind("at /srv/secret"), "id-1")

    assert status == STATUS_BY_ERROR[kind]
    assert body["error"] == kind.code  # type: ignore[attr-defined]
    assert body["request_id"] == "id-1"
    assert ("/srv/secret" in body["message"]) is (status != 500)


def test_of_an_unknown_exception_nothing_is_told() -> None:
    status, body = describe(KeyError("secret"), "id-1")

    assert (status, body["error"]) == (500, "internal_error")
    assert "secret" not in str(body)


def test_the_bases_are_those_of_the_packages() -> None:
    roots = {kind for kind in STATUS_BY_ERROR if not set(kind.__mro__[1:]) & set(STATUS_BY_ERROR)}

    assert roots == set(DOMAIN_BASES)
