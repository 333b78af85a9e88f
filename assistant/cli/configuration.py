"""`deskwise config show`."""

from __future__ import annotations

import click

from assistant.cli.output import json_option, say, write_json
from assistant.cli.settings import current_settings, home_option
from assistant.config import setting_rows


@click.group()
def config() -> None:
    """The settings."""


@config.command()
@home_option
@json_option
def show(json_file: str | None) -> None:
    """Show every setting, its value and its variable; secrets are hidden."""
    rows = setting_rows(current_settings())
    write_json(rows, json_file)
    if json_file == "-":
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        say(f"{row['name']:<{width}}  {row['value']}")
        say(f"{'':<{width}}    {row['help']} ({row['variable']})")
