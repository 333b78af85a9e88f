"""Settings: which source wins, and what a mistake says."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.config import Settings, load_settings, setting_rows
from assistant.errors import SettingsError


def test_defaults_lose_to_the_file_the_file_to_the_environment_and_that_to_the_command_line(
    tmp_path: Path,
) -> None:
    (tmp_path / "deskwise.toml").write_text(
        'port = 1111\nhost = "0.0.0.0"\nmax_question_chars = 500\n'
    )
    settings = load_settings(
        overrides={"home": tmp_path, "max_question_chars": 300, "host": None},
        environment={"DESKWISE_PORT": "2222"},
    )
    assert (settings.host, settings.port, settings.max_question_chars) == ("0.0.0.0", 2222, 300)
    assert settings.query_max_rows == Settings().query_max_rows


def test_the_home_directory_comes_from_the_environment(tmp_path: Path) -> None:
    settings = load_settings(environment={"DESKWISE_HOME": str(tmp_path)})
    assert settings.warehouse_dir == tmp_path / "warehouse"


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"DESKWISE_PROT": "1"}, "DESKWISE_PROT"),
        ({"DESKWISE_PORT": "many"}, "'many'"),
        ({"DESKWISE_PORT": "70000"}, "0 to 65535"),
        ({"DESKWISE_SECURE_COOKIES": "maybe"}, "'maybe'"),
        ({"DESKWISE_MAX_WRONG_FRACTION": "0.9"}, "0.001 to 0.5"),
    ],
)
def test_a_wrong_setting_says_what_is_wrong(
    tmp_path: Path, environment: dict[str, str], says: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(overrides={"home": tmp_path}, environment=environment)
    assert says in caught.value.message
    assert caught.value.hint


def test_a_misspelt_setting_proposes_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "deskwise.toml").write_text("prot = 1\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(overrides={"home": tmp_path}, environment={})
    assert "port" in caught.value.hint


def test_a_settings_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(environment={"DESKWISE_CONFIG": str(tmp_path / "none.toml")})


def test_every_setting_is_shown_with_a_help_text() -> None:
    rows = setting_rows(Settings())
    assert {row["name"] for row in rows} == set(Settings.__dataclass_fields__)
    assert all(row["help"].endswith(".") for row in rows)
