"""The API keeps to its own description, whatever it is sent and by whom."""

from __future__ import annotations

from tests.integration.web.fuzz import fuzz
from tests.integration.web.hostile import EVERYBODY, operations
from tests.integration.web.whole import Whole, run_apart


def test_made_up_requests_get_what_the_description_says(whole: Whole) -> None:
    """No server error, no undeclared status, no other shape, nobody let in who may not."""
    sent, wrong = run_apart(fuzz(whole, n_examples=1, is_quick=True))

    assert wrong == []
    assert set(sent) == set(EVERYBODY)
    assert sent.total() > len(operations(whole))


def test_the_description_says_of_each_route_who_is_let_in(whole: Whole) -> None:
    document = whole.app.openapi()

    assert set(document["components"]["securitySchemes"]) == {"session", "token"}
    for operation in operations(whole):
        method, path = operation.name.split(" ")
        told = document["paths"][path][method.lower()]
        assert told.get("x-permission") == operation.permission, operation.name
        assert ("security" in told) is (operation.permission is not None)
        assert {"400", "422", "500"} <= set(told["responses"]), operation.name
        assert operation.permission is None or {"401", "403"} <= set(told["responses"])
