"""What the API takes: exactly its fields, exactly their types."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from web import schemas
from web.schemas import AskRequest, FeedbackRequest
from web.strict import Strict
from web.ticket_schemas import TicketRequest


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (AskRequest, {"text": "a"}),
        (AskRequest, {"text": "a", "conversation_id": None}),
        (FeedbackRequest, {"value": "up"}),
        (FeedbackRequest, {"value": "down", "comment": "x" * 2000}),
        (TicketRequest, {"subject": "x"}),
    ],
)
def test_good_bodies_are_taken(kind: type[BaseModel], body: dict[str, Any]) -> None:
    assert kind.model_validate(body)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (AskRequest, {}),
        (AskRequest, {"text": None}),
        (AskRequest, {"text": 1}),
        (AskRequest, {"text": ["a"]}),
        (AskRequest, {"text": "a", "user_id": "somebody"}),
        (AskRequest, {"text": "a", "conversation_id": "../x"}),
        (AskRequest, {"text": "a", "conversation_id": ""}),
        (AskRequest, {"text": "a", "conversation_id": "c" * 65}),
        (FeedbackRequest, {"value": "UP"}),
        (FeedbackRequest, {"value": "up", "comment": "x" * 2001}),
        (TicketRequest, {"subject": ""}),
        (TicketRequest, {"subject": " \n"}),
        (TicketRequest, {"subject": "x" * 201}),
        (TicketRequest, {"subject": "x", "status": "closed"}),
    ],
)
def test_bad_bodies_are_refused(kind: type[BaseModel], body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(body)


def test_every_model_is_strict_and_closed() -> None:
    models = [
        item
        for item in vars(schemas).values()
        if isinstance(item, type) and issubclass(item, BaseModel) and item is not BaseModel
    ]

    assert len(models) > 15
    assert all(issubclass(item, Strict) for item in models)
    assert all(item.model_config.get("extra") == "forbid" for item in models)
    assert all(item.model_config.get("strict") for item in models)
