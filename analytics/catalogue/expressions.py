"""The closed language of formulas in a catalogue: parsed to a tree, never executed as code.

Over metrics: `revenue - campaign_spend`, `gross_margin / revenue * 100`. Over the columns of a row:
`quantity * unit_price`, `starts_with(invoice, 'C')`, `hours_between(opened_at, resolved_at)`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from analytics.errors import ExpressionError

FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "coalesce": (2, 2),
        "is_set": (1, 1),
        "is_missing": (1, 1),
        "starts_with": (2, 2),
        "contains": (2, 2),
        "lower": (1, 1),
        "trim": (1, 1),
        "when": (3, 3),
        "one_of": (2, 50),
        "days_between": (2, 2),
        "hours_between": (2, 2),
        "minutes_between": (2, 2),
        "year_of": (1, 1),
        "day_of": (1, 1),
    }
)
"""Functions of a row formula, and how few and how many arguments each takes."""

_ARITHMETIC: Final[Mapping[type[ast.operator], str]] = MappingProxyType(
    {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
)
_COMPARISONS: Final[Mapping[type[ast.cmpop], str]] = MappingProxyType(
    {ast.Eq: "=", ast.NotEq: "!=", ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<="}
)
_MOST_NODES: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A number, a text or a truth value."""

    value: bool | int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A column, or a metric with its spaces written as underscores."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """An operator (+ - * / = != > >= < <= and or not) or a function over its parts."""

    operator: str
    parts: tuple[Node, ...]


Node = Constant | Name | Apply
_Inner = Callable[[ast.expr], Node]


def parse(text: str, *, functions: bool) -> Node:
    """Parse a formula.

    Parameters
    ----------
    text : str
        The formula.
    functions : bool
        Whether comparisons, texts and functions are allowed: in row formulas they are, in
        formulas over metrics not.

    Returns
    -------
    Node
        Its tree.

    Raises
    ------
    ExpressionError
        When it is no formula of this language, or longer than 200 parts.
    """
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ExpressionError(f"“{text}” is not a formula.", hint=_HINT[functions]) from error
    if sum(1 for _ in ast.walk(body)) > 4 * _MOST_NODES:
        raise ExpressionError(f"The formula “{text[:40]}…” is too long.", hint="Split it up.")
    return _node(body, text, functions)


_HINT: Final = {
    True: f"Use columns, numbers, texts in quotes, + - * / ( ), comparisons, and, or, not and "
    f"{', '.join(FUNCTIONS)}.",
    False: "Use metrics (spaces as _), numbers, + - * / and brackets: revenue / orders.",
}


def _node(node: ast.expr, text: str, functions: bool) -> Node:
    def inner(part: ast.expr) -> Node:
        return _node(part, text, functions)

    if isinstance(node, ast.Name):
        return Name(name=node.id)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        operator = _ARITHMETIC[type(node.op)]
        return Apply(operator=operator, parts=(inner(node.left), inner(node.right)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return Apply(operator="-", parts=(Constant(value=0), inner(node.operand)))
    if isinstance(node, ast.Constant) and _is_number(node.value):
        return Constant(value=node.value)  # type: ignore[arg-type]
    if functions:
        found = _row_node(node, inner)
        if found is not None:
            return found
    raise ExpressionError(
        f"“{ast.unparse(node)}” is not allowed in the formula “{text}”.", hint=_HINT[functions]
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _row_node(node: ast.expr, inner: _Inner) -> Node | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | str):
        return Constant(value=node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Apply(operator="not", parts=(inner(node.operand),))
    if isinstance(node, ast.BoolOp):
        operator = "and" if isinstance(node.op, ast.And) else "or"
        return Apply(operator=operator, parts=tuple(inner(part) for part in node.values))
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        sides = (inner(node.left), inner(node.comparators[0]))
        return Apply(operator=_COMPARISONS[type(node.ops[0])], parts=sides)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _call(node.func.id, tuple(inner(part) for part in node.args))
    return None


def _call(name: str, parts: tuple[Node, ...]) -> Node:
    if name not in FUNCTIONS:
        raise ExpressionError(
            f"There is no function {name!r}.", hint=f"There are {', '.join(FUNCTIONS)}."
        )
    fewest, most = FUNCTIONS[name]
    if not fewest <= len(parts) <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise ExpressionError(f"{name}() takes {wanted} parts, not {len(parts)}.")
    return Apply(operator=name, parts=parts)


def names_in(node: Node) -> tuple[str, ...]:
    """Return the names a formula uses, each once, in order."""
    return tuple(dict.fromkeys(_names(node)))


def _names(node: Node) -> Iterator[str]:
    if isinstance(node, Name):
        yield node.name
    elif isinstance(node, Apply):
        for part in node.parts:
            yield from _names(part)


def written(node: Node) -> str:
    """Write a tree in one canonical way; equal trees read equal."""
    if isinstance(node, Constant):
        return repr(node.value)
    if isinstance(node, Name):
        return node.name
    if node.operator in FUNCTIONS or node.operator == "not":
        return f"{node.operator}({', '.join(written(part) for part in node.parts)})"
    return "(" + f" {node.operator} ".join(written(part) for part in node.parts) + ")"
