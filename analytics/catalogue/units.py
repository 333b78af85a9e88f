"""Units of formulas over metrics: what adds up with what, and what comes out of a division."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analytics.catalogue.expressions import Apply, Constant, Name, Node
from analytics.errors import ExpressionError
from analytics.model import Unit

_PURE: Final = frozenset({"count", "fraction", "percent", "number"})
"""Units that are plain numbers: multiplying or dividing by them changes no other unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensionality:
    """A product of units and the powers they have; empty for a plain number."""

    powers: tuple[tuple[str, int], ...] = ()
    shown: Unit | None = None
    """The unit as it was declared, while nothing was multiplied or divided."""

    def words(self) -> str:
        """Return "money", "money per hours", "a plain number"."""
        over = [unit for unit, power in self.powers for _ in range(power)]
        under = [unit for unit, power in self.powers for _ in range(-power)]
        if self.shown is not None:
            return self.shown
        if not self.powers:
            return "a plain number"
        return " × ".join(over or ["1"]) + (f" per {' × '.join(under)}" if under else "")


def unit_of(node: Node, units: Mapping[str, Unit]) -> Dimensionality:
    """Return the unit that a formula comes to.

    Parameters
    ----------
    node : Node
        A formula over metrics.
    units : Mapping[str, Unit]
        The unit of every name in it.

    Raises
    ------
    ExpressionError
        When things of different units are added or taken from one another.
    """
    if isinstance(node, Constant):
        return Dimensionality()
    if isinstance(node, Name):
        unit = units[node.name]
        powers = () if unit in _PURE else ((unit, 1),)
        return Dimensionality(powers=powers, shown=unit)
    assert isinstance(node, Apply)
    left, right = (unit_of(part, units) for part in node.parts)
    if node.operator in ("*", "/"):
        return _product(left, right, 1 if node.operator == "*" else -1)
    return _sum(left, right, node)


def _product(left: Dimensionality, right: Dimensionality, sign: int) -> Dimensionality:
    powers = dict(left.powers)
    for unit, power in right.powers:
        powers[unit] = powers.get(unit, 0) + sign * power
    return Dimensionality(powers=tuple(sorted((u, p) for u, p in powers.items() if p)))


def _sum(left: Dimensionality, right: Dimensionality, node: Apply) -> Dimensionality:
    is_sign = isinstance(node.parts[0], Constant) and node.parts[0].value == 0
    if is_sign:
        return right
    same = left.powers == right.powers
    # A count and a percentage are both plain numbers, and yet their sum means nothing.
    declared = {left.shown, right.shown} - {None, "number"}
    if not same or len(declared) > 1:
        sides = f"{left.words()} and {right.words()}"
        verb = "added" if node.operator == "+" else "subtracted"
        raise ExpressionError(
            f"{sides} cannot be {verb}.", hint="Bring both sides to one unit first."
        )
    return Dimensionality(powers=left.powers, shown=left.shown or right.shown)


def fits(found: Dimensionality, declared: Unit) -> bool:
    """Say whether a formula's unit may be shown as the declared one."""
    if found.shown is not None and found.shown != declared:
        return found.shown == "number" and declared in _PURE
    if not found.powers:
        return declared in _PURE or declared == "score"
    return found.powers == ((declared, 1),)
