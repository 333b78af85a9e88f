"""Endpoints, one module for each group."""

from __future__ import annotations

__all__: list[str] = []
