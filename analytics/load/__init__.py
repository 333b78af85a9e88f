"""A user's tables to the canonical warehouse, and the report of its quality."""

from analytics.load.quality import check
from analytics.load.report import (
    Issue,
    LoadReport,
    QualityReport,
    Rejection,
    TableLoad,
    TableProfile,
)
from analytics.load.run import load

__all__ = [
    "Issue",
    "LoadReport",
    "QualityReport",
    "Rejection",
    "TableLoad",
    "TableProfile",
    "check",
    "load",
]
