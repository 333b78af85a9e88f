"""The seeded demo warehouse of the fictional company Larkfield."""

from analytics.demo.errors import DemoArgumentError, DemoError, DemoWriteError
from analytics.demo.generate import DemoSummary, generate

__all__ = ["DemoArgumentError", "DemoError", "DemoSummary", "DemoWriteError", "generate"]
