"""What every body of the API is: nothing is guessed, nothing is let through."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

ConversationId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["9f2c41d0"])]

SecretText = Annotated[str, Field(min_length=1, max_length=256)]
"""A password as it is typed."""


class Strict(BaseModel):
    """Takes exactly the fields that it has, in exactly their types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Given(Strict):
    """What is sent to the API: besides, all of its text can be written down."""

    @field_validator("*")
    @classmethod
    def _is_text(cls, value: object) -> object:
        # JSON can escape half a character alone, which no file or database takes.
        if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
            raise ValueError("has half a character (a surrogate without its pair)")
        return value
