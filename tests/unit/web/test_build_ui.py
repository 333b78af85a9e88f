"""Which Node.js builds the page."""

from __future__ import annotations

import pytest

from web.build_ui import is_new_enough


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("v20.19.0\n", True),
        ("v20.18.9", False),
        ("v18.20.0", False),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.0.0", True),
        ("", False),
        ("v22", False),
        ("node: not found", False),
    ],
)
def test_the_bundler_runs_on_these_versions(version: str, expected: bool) -> None:
    assert is_new_enough(version) is expected
