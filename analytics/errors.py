"""Errors of analytics. Imports nothing.

AnalyticsError
├── CatalogueError          the metric catalogue itself is wrong
│   ├── ExpressionError     a formula in it cannot be read
│   └── ImportedModelError  a semantic model of another tool cannot be read
├── QuestionError           a question cannot be understood or answered
│   ├── UnknownMetricError
│   └── UnknownDimensionError
├── QueryError              a metric query cannot be compiled or run
│   ├── FanOutError         a join might count something more than once
│   ├── CheckFailedError    a second computation came to another number
│   └── QueryStoppedError   a query took too long or was cancelled
├── WarehouseError          the warehouse is missing, unreadable or incomplete
├── InputError              a user's table or option is wrong (exit code 2)
├── TemplateError           an operator's template of answers is wrong
├── PictureError            a chart cannot be drawn as a picture
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
    """The catalogue files contradict themselves or the warehouse.

    Attributes
    ----------
    problems : tuple[str, ...]
        Everything that is wrong, each with file, line and what to do; empty when the files
        cannot be read at all.
    """

    code = "catalogue_invalid"

    def __init__(self, message: str, *, hint: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class ExpressionError(CatalogueError):
    """A formula of the catalogue is not in its closed language."""

    code = "catalogue_formula_invalid"


class ImportedModelError(CatalogueError):
    """The files of another tool's semantic model cannot be read at all."""

    code = "imported_model_invalid"


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


class FanOutError(QueryError):
    """A join might count something more than once, so the query is not run."""

    code = "query_would_inflate"


class CheckFailedError(QueryError):
    """A second computation of a number came to another one, so the number is withheld."""

    code = "check_failed"


class QueryStoppedError(QueryError):
    """A query took longer than allowed, or whoever asked no longer waits for it."""

    code = "query_stopped"


class WarehouseError(AnalyticsError):
    """The warehouse is missing, unreadable or incomplete."""

    code = "warehouse_unavailable"


class TemplateError(AnalyticsError):
    """An operator's own template of answers cannot be read, or lacks what answers need."""

    code = "template_invalid"


class PictureError(AnalyticsError):
    """A chart cannot be drawn as a picture: nothing to draw, or nothing to draw with."""

    code = "picture_not_drawn"


class InputError(AnalyticsError):
    """A user's table, file or option is wrong."""

    code = "input_invalid"


class ModelError(AnalyticsError):
    """A model cannot be trained, read or applied."""

    code = "model_failed"
