"""The metric catalogue: what can be asked, what each word means, how each number is made."""

from __future__ import annotations

from analytics.catalogue.entries import (
    Catalogue,
    Dimension,
    DimensionValue,
    Hierarchy,
    Metric,
)
from analytics.catalogue.loader import load_catalogue
from analytics.catalogue.parts import Entity, Fact, Formula, Hop, Measure, Reach

__all__ = [
    "Catalogue",
    "Dimension",
    "DimensionValue",
    "Entity",
    "Fact",
    "Formula",
    "Hierarchy",
    "Hop",
    "Measure",
    "Metric",
    "Reach",
    "load_catalogue",
]
