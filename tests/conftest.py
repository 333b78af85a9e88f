"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's shell reaches a test; nothing asks a model hub."""
    for name in list(os.environ):
        if name.startswith("DESKWISE_") and name not in (
            "DESKWISE_SHARED",
            "DESKWISE_REQUIRE_BROWSER",
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data; tests that need it skip when it is absent."""
    folder = Path(os.environ.get("DESKWISE_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared data at {folder}; set DESKWISE_SHARED")
    return folder
