"""Errors of analytics. Imports nothing.

AnalyticsError
├── CatalogueError          the metric catalogue itself is wrong
├── QuestionError           a question cannot be understood or answered
│   ├── UnknownMetricError
│   └── UnknownDimensionError
├── QueryError              a metric query cannot be compiled or run
├── WarehouseError          the warehouse is missing, unreadable or incomplete
├── InputError              a user's table or option is wrong (exit code 2)
└── ModelError              a model cannot be trained, read or applied
"""

from __future__ import annotations


class AnalyticsError(Exception):
    """Base of every error that analytics raises on purpose.

    Attributes
    ----------
    code : str
        Stable machine-readable name of the class of error.
    hint : str
        What the reader can do about it; may be empty.
    """

    code = "analytics_error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class CatalogueError(AnalyticsError):
    """The catalogue files contradict themselves or the warehouse."""

    code = "catalogue_invalid"


class QuestionError(AnalyticsError):
    """A question cannot be understood or answered."""

    code = "question_not_answerable"


class UnknownMetricError(QuestionError):
    """A metric is named that the catalogue does not have."""

    code = "unknown_metric"


class UnknownDimensionError(QuestionError):
    """A dimension is named that the metric cannot be grouped or filtered by."""

    code = "unknown_dimension"


class QueryError(AnalyticsError):
    """A metric query cannot be compiled or run."""

    code = "query_failed"


class WarehouseError(AnalyticsError):
    """The warehouse is missing, unreadable or incomplete."""

    code = "warehouse_unavailable"


class InputError(AnalyticsError):
    """A user's table, file or option is wrong."""

    code = "input_invalid"


class ModelError(AnalyticsError):
    """A model cannot be trained, read or applied."""

    code = "model_failed"
