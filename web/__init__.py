"""The API and the page: HTTP in front of the `Assistant` port."""

from __future__ import annotations

__all__: list[str] = []
