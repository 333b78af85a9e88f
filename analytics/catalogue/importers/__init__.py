"""Catalogues made of other tools' definitions."""

from __future__ import annotations

from analytics.catalogue.importers.dbt import DbtImport, import_dbt
from analytics.catalogue.importers.taken import LeftOut, write_catalogue

__all__ = ["DbtImport", "LeftOut", "import_dbt", "write_catalogue"]
