"""What every command shares: progress lines, JSON output, errors as one line and a hint."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from analytics.errors import AnalyticsError, InputError
from assistant.errors import AssistantError, SettingsError
from assistant.wire import plain
from knowledge_base.errors import KnowledgeBaseError

EXPECTED_ERRORS = (AssistantError, KnowledgeBaseError, AnalyticsError)
WRONG_USAGE_ERRORS = (InputError, SettingsError)


def say(text: str = "") -> None:
    """Print a line of a result to standard output."""
    click.echo(text)


def progress(text: str) -> None:
    """Print a line about what is being done to standard error."""
    click.echo(text, err=True)


@contextmanager
def working(text: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done: a spinner on a terminal, plain lines elsewhere.

    Yields a function that replaces the line's detail. Plain lines come at most once a second.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(text) as status:
            yield lambda detail: status.update(f"{text} {detail}")
        return
    progress(text)
    last_at = time.monotonic()

    def show(detail: str) -> None:
        nonlocal last_at
        if time.monotonic() - last_at >= 1:
            last_at = time.monotonic()
            progress(f"  {detail}")

    yield show


def write_json(value: Any, target: str | None) -> None:
    """Write a value as JSON to a file, or to standard output for `-`; nothing for None."""
    if target is None:
        return
    text = json.dumps(plain(value), ensure_ascii=False, indent=2)
    if target == "-":
        click.echo(text)
        return
    try:
        Path(target).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"Cannot write {target}: {error.strerror}.", hint="Name a file in a folder that exists."
        ) from error


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--json FILE` to a command."""
    return click.option(
        "--json",
        "json_file",
        metavar="FILE",
        help="Write the result as JSON to FILE; - is standard output.",
    )(command)


def run(group: click.Group, arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 success, 1 failure, 2 wrong usage."""
    try:
        result = group.main(args=arguments, prog_name="deskwise", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Abort:
        progress("Stopped. What was finished is kept.")
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except EXPECTED_ERRORS as error:
        if "--debug" in (sys.argv[1:] if arguments is None else arguments):
            raise
        progress(f"deskwise: {error.message}")
        if error.hint:
            progress(f"  {error.hint}")
        return 2 if isinstance(error, WRONG_USAGE_ERRORS) else 1
