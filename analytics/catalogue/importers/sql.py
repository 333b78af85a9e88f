"""The small part of SQL that measures and filters of dbt use, in the catalogue's own formulas."""

from __future__ import annotations

import re
from typing import Any, Final

from analytics.catalogue.expressions import names_in, parse
from analytics.errors import ExpressionError

_CASE: Final = re.compile(
    r"\bcase\s+when\s+(?P<if>.+?)\s+then\s+(?P<then>.+?)(?:\s+else\s+(?P<else>.+?))?\s+end\b",
    re.I | re.S,
)
_PLAIN: Final = re.compile(r"^[A-Za-z_][A-Za-z_0-9]*$")
_DIMENSION: Final = re.compile(r"\{\{\s*Dimension\(\s*['\"]([^'\"]+)['\"]\s*\)\s*\}\}")
_IN: Final = re.compile(r"^(?P<name>@\w+@)\s+in\s*\((?P<list>.*)\)$", re.I | re.S)
_IS: Final = re.compile(r"^(?P<name>@\w+@)\s*(?:=|is)\s*(?P<value>.+)$", re.I | re.S)


def is_column(text: str) -> bool:
    """Say whether an expression is a column by itself."""
    return bool(_PLAIN.match(text.strip())) and text.strip().lower() not in ("true", "false")


def formula_of(sql: str) -> str:
    """Return a SQL expression over a row as a formula of the catalogue.

    Raises
    ------
    ExpressionError
        When it uses more of SQL than the catalogue's formulas have.
    """
    text = _CASE.sub(
        lambda m: f"when({m['if']}, {m['then']}, {m['else'] or '0'})", " ".join(sql.split())
    )
    text = re.sub(r"(\w+)\s+is\s+not\s+null", r"is_set(\1)", text, flags=re.I)
    text = re.sub(r"(\w+)\s+is\s+null", r"is_missing(\1)", text, flags=re.I)
    text = re.sub(r"(?<![<>!=])=(?!=)", "==", text).replace("<>", "!=")
    text = re.sub(r"\b(AND|OR|NOT)\b", lambda m: m[0].lower(), text)
    text = re.sub(r"\btrue\b", "True", text, flags=re.I)
    text = re.sub(r"\bfalse\b", "False", text, flags=re.I)
    parse(text, functions=True)
    return text


def columns_in(formula: str) -> tuple[str, ...]:
    """Return the columns that a formula uses."""
    return names_in(parse(formula, functions=True))


def conditions_of(text: str) -> list[tuple[str, list[Any]]]:
    """Return a dbt filter as dimensions and the values they must have.

    Raises
    ------
    ExpressionError
        When it is more than equalities, lists and truth values joined by AND.
    """
    marked = _DIMENSION.sub(lambda m: f"@{m[1]}@", " ".join(text.split()))
    found = []
    for part in re.split(r"\s+and\s+", marked, flags=re.I):
        found.append(_condition(part.strip(), text))
    return found


def _condition(part: str, whole: str) -> tuple[str, list[Any]]:
    if re.fullmatch(r"@\w+@", part):
        return part.strip("@"), [True]
    if re.fullmatch(r"not\s+@\w+@", part, flags=re.I):
        return part.split()[-1].strip("@"), [False]
    several = _IN.match(part)
    if several:
        values = [_value(item, whole) for item in several["list"].split(",")]
        return several["name"].strip("@"), values
    one = _IS.match(part)
    if one:
        return one["name"].strip("@"), [_value(one["value"], whole)]
    raise ExpressionError(
        f"The filter “{whole.strip()}” is more than a value or a list of values.",
        hint="Write the condition as a formula under `only` or `computed`.",
    )


def _value(text: str, whole: str) -> Any:
    plain = text.strip()
    if re.fullmatch(r"'[^']*'|\"[^\"]*\"", plain):
        return plain[1:-1]
    if plain.lower() in ("true", "false"):
        return plain.lower() == "true"
    if re.fullmatch(r"-?\d+", plain):
        return int(plain)
    if re.fullmatch(r"-?\d+\.\d+", plain):
        return float(plain)
    raise ExpressionError(f"The filter “{whole.strip()}” compares with {plain}, which is no value.")
