"""Errors of the demo warehouse.

DemoError
├── DemoArgumentError       an argument of `generate` cannot give a warehouse
└── DemoWriteError          the files cannot be written where they were asked for
"""

from __future__ import annotations

from analytics.errors import AnalyticsError, InputError


class DemoError(AnalyticsError):
    """The demo warehouse cannot be made."""

    code = "demo_failed"


class DemoArgumentError(DemoError, InputError):
    """An argument of the generator is outside what a warehouse can be made from."""

    code = "demo_argument_invalid"


class DemoWriteError(DemoError):
    """A file of the demo warehouse cannot be written."""

    code = "demo_not_written"
