"""The warehouse, and analytics over it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from analytics.catalogue import Catalogue, load_catalogue
from analytics.insights import CatalogueInsights
from analytics.ports import Insights, Warehouse
from analytics.query.ibis_warehouse import open_warehouse_url
from analytics.query.warehouse import DuckDBWarehouse
from analytics.serving import ServedInsights
from assistant.bootstrap.home import HomeParts
from assistant.config import Settings
from assistant.warehouses import limits_of, open_tables


@dataclass
class InsightsParts(HomeParts):
    """The adapters of analytics."""

    @cached_property
    def warehouse(self) -> DuckDBWarehouse:
        """The warehouse; a WarehouseError where there is none, or it is incomplete."""
        return open_warehouse(self.settings.warehouse_dir, self.settings)

    @cached_property
    def insights(self) -> ServedInsights:
        """Analytics over the warehouse as it is now, for whoever asks."""
        return ServedInsights(
            warehouse=self.tables, catalogue=self.catalogue, make=self.insights_over
        )

    @cached_property
    def catalogue(self) -> Catalogue:
        """What questions can be about: the shipped definitions, or those of one's own."""
        return load_catalogue(self.settings.analytics_catalogue_dir)

    @property
    def tables(self) -> Warehouse:
        """What questions are asked of: the warehouse, or tables with a catalogue of their own."""
        if self.settings.warehouse:
            return open_warehouse_url(self.settings.warehouse, limits=limits_of(self.settings))
        if self.settings.analytics_catalogue_dir is None:
            return self.warehouse
        return open_tables(self.settings.analytics_tables_dir, self.catalogue, self.settings)

    def insights_over(self, warehouse: Warehouse, catalogue: Catalogue) -> CatalogueInsights:
        """Return analytics over any warehouse, with this home's models."""
        return CatalogueInsights(
            warehouse=warehouse,
            catalogue=catalogue,
            models=self.settings.models_dir,
            consent=self.settings.consent_file,
            book=self.questions,
            fiscal_month=self.settings.fiscal_year_first_month or None,
        )

    def insights_or_none(self) -> Insights | None:
        """Analytics, or None while there is no warehouse; an incomplete one is an error."""
        there = bool(self.settings.warehouse) or self.settings.analytics_tables_dir.is_dir()
        return self.insights if there else None


def open_warehouse(folder: Path, settings: Settings) -> DuckDBWarehouse:
    """Open a folder of Parquet files with the limits of the settings.

    Raises
    ------
    WarehouseError
        When it is missing or incomplete.
    """
    return DuckDBWarehouse(folder, limits=limits_of(settings))
