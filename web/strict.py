"""What every body of the API is: nothing is guessed, nothing is let through."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ConversationId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["9f2c41d0"])]


class Strict(BaseModel):
    """Takes exactly the fields that it has, in exactly their types."""

    model_config = ConfigDict(extra="forbid", strict=True)
