"""The understander that the tests of the language use."""

from tests.unit.analytics.language.conftest import catalogue, understander

__all__ = ["catalogue", "understander"]
