"""The sentences of kept questions, from their templates."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from analytics.describe.dates import day_in_words
from analytics.describe.numbers import with_unit


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the templates. Markdown, not HTML: pages escape HTML."""
    made = Environment(
        loader=PackageLoader("analytics.questions", "templates"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["day"] = day_in_words
    made.filters["unit"] = with_unit
    return made


def say(name: str, *values: object) -> str:
    """Write one sentence of sentences.md.j2."""
    return str(getattr(environment().get_template("sentences.md.j2").module, name)(*values)).strip()
