"""The churn model's features by name: their kind, and how they read as a reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import jinja2
import yaml

from analytics.describe.numbers import percentage, plain_number

UNKNOWN = "unknown"
"""What a word is when the warehouse has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One column that the model looks at; see churn_features.yaml for the wording."""

    name: str
    kind: Literal["number", "flag", "word"]
    label: str
    reason: str
    one: str | None = None
    none: str | None = None
    missing: str | None = None
    undated: bool = False

    def reason_for(self, value: str | float | None) -> str | None:
        """Say in words what a customer's value is; None when it makes no reason.

        Parameters
        ----------
        value : str, float or None
            None and NaN are a missing value.
        """
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return self.missing
        if isinstance(value, str):
            return None if value == UNKNOWN else self.reason.format(value=value, percent=value)
        if value == 0:
            return self.none
        if value == 1 and self.one is not None:
            return self.one
        return self.reason.format(value=plain_number(value), percent=percentage(value))


def load_features() -> tuple[Feature, ...]:
    """Read the features in their order."""
    text = files(__package__).joinpath("churn_features.yaml").read_text(encoding="utf-8")
    return tuple(Feature(**entry) for entry in yaml.safe_load(text)["features"])


def render(template: str, **values: object) -> str:
    """Fill in one of the package's templates; an unknown name in it is an error."""
    folder = files(__package__).joinpath("templates")
    environment = jinja2.Environment(
        autoescape=False,  # noqa: S701  Markdown, escaped where it becomes HTML
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percentage"] = percentage
    environment.filters["plain"] = plain_number
    source = folder.joinpath(template).read_text(encoding="utf-8")
    return environment.from_string(source).render(**values).strip()


def listed(words: Sequence[str]) -> str:
    """Join words as prose does ("a, b and c"); none give an empty text."""
    if not words:
        return ""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
