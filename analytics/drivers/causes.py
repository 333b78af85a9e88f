"""Reads causes.yaml: what may be named as a reason, and what metrics are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One factor of a product: a metric, or a metric per another."""

    label: str
    metric: str
    per: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What flows into and out of a number that stands at a moment."""

    comes: str
    goes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """The content of causes.yaml."""

    outcomes: frozenset[str]
    products: Mapping[str, tuple[Factor, ...]]
    stocks: Mapping[str, Stock]
    spreads: Mapping[str, float]


@lru_cache(maxsize=1)
def load_causes() -> Causes:
    """Read the file that comes with the package."""
    text = files("analytics.drivers").joinpath("causes.yaml").read_text(encoding="utf-8")
    given = yaml.safe_load(text)
    return Causes(
        outcomes=frozenset(given["outcomes"]),
        products={
            name: tuple(Factor(**factor) for factor in factors)
            for name, factors in given["products"].items()
        },
        stocks={name: Stock(**flows) for name, flows in given["stocks"].items()},
        spreads={name: float(spread) for name, spread in given["spreads"].items()},
    )
