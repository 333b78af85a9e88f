"""`--home` on every command, and the settings that follow from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from assistant.config import Settings, load_settings


def home_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Allow `--home` and `--debug` after the command too, where people type them."""

    def remember(name: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
        def callback(context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
            if value:
                context.ensure_object(dict)[name] = value
            return value

        return callback

    command = click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        expose_value=False,
        callback=remember("home"),
        help="Where Deskwise keeps its data.",
    )(command)
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=remember("debug"),
        help="Show a traceback when the command fails.",
    )(command)


def current_settings(**overrides: Any) -> Settings:
    """Return the settings of the running command."""
    context = click.get_current_context()
    given = context.find_object(dict) or {}
    return load_settings(overrides={"home": given.get("home"), **overrides})
