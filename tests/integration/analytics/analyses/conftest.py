"""What the tests of analyses in chat share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analytics.catalogue import Catalogue
from analytics.insights import CatalogueInsights
from analytics.ports import Warehouse


@pytest.fixture(scope="session")
def insights(demo_warehouse: Warehouse, catalogue: Catalogue) -> CatalogueInsights:
    return CatalogueInsights(warehouse=demo_warehouse, catalogue=catalogue)


@pytest.fixture(scope="session")
def truth(demo_folder: Path) -> dict[str, Any]:
    """What was planted in the demo warehouse."""
    found: dict[str, Any] = json.loads((demo_folder / "truth.json").read_text(encoding="utf-8"))
    return found
