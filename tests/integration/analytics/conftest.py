"""Warehouses that the tests of analytics share, made once per session."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from analytics.catalogue import Catalogue, load_catalogue
from analytics.query.warehouse import DuckDBWarehouse
from tests.integration.analytics.query.handmade import handmade_tables
from tests.integration.analytics.query.random_warehouse import random_tables, write_warehouse


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def random_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random rows full of traps, some of them on and after the as-of date."""
    return write_warehouse(tmp_path_factory.mktemp("random"), random_tables(3))


@pytest.fixture(scope="session")
def random_warehouse(random_folder: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(random_folder)


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company with 2,000 customers."""
    demo = pytest.importorskip("analytics.demo")
    folder = tmp_path_factory.mktemp("demo")
    demo.generate(out=folder, n_customers=2_000, seed=7, until=date(2026, 6, 30))
    return folder


@pytest.fixture(scope="session")
def demo_warehouse(demo_folder: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(demo_folder)


@pytest.fixture(scope="session")
def handmade_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A handful of rows per table, each there for a reason."""
    return write_warehouse(tmp_path_factory.mktemp("handmade"), handmade_tables())


@pytest.fixture(scope="session")
def handmade(handmade_folder: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(handmade_folder)
