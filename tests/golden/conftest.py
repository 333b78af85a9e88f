"""Fixtures of the golden transcripts."""

from __future__ import annotations

from tests.golden.home import golden_settings

__all__ = ["golden_settings"]
