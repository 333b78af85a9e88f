"""One small home, made once; every test gets a copy, and an encoder that needs no weights."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.bootstrap import upkeep
from assistant.config import Settings
from tests.integration.assistant.upkeep.made import ENCODER, make_home


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("made") / "home").home


@pytest.fixture
def settings(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(upkeep, "load_encoder", lambda _settings: ENCODER)
    shutil.copytree(made, tmp_path / "home")
    return Settings(home=tmp_path / "home")
