"""`deskwise serve`: the page and the API.

Nothing here imports web, which lies above the assistant: the server is found through the entry
point `deskwise.server` that web declares.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points

import click

from assistant.accounts import Accounts
from assistant.bootstrap import Parts, build_assistant
from assistant.cli.output import progress, working
from assistant.cli.settings import current_settings, home_option
from assistant.config import Settings
from assistant.errors import NotBuiltError
from assistant.ports import Assistant
from assistant.upkeep.retention import forget_overdue

SERVER_ENTRY_POINT = "deskwise.server"


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--host", help="Address to listen on.")
@home_option
def serve(port: int | None, host: str | None) -> None:
    """Serve the page and the API."""
    serve_forever(current_settings(port=port, host=host))


def serve_forever(settings: Settings) -> None:
    """Load everything, then serve until interrupted."""
    run_server = find_server()
    parts = Parts(settings)
    forget_overdue(parts.database, settings, parts.clock.now())
    with working("Loading the encoder, the index and the warehouse …"):
        assistant = build_assistant(settings)
        assistant.warm_up()
    progress(f"Deskwise is ready at http://{settings.host}:{settings.port}/")
    run_server(assistant, settings, parts.accounts if settings.sign_in != "off" else None)


def find_server() -> Callable[[Assistant, Settings, Accounts | None], None]:
    """Return the function that serves an assistant until interrupted.

    Raises
    ------
    NotBuiltError
        When the installation has no server.
    """
    found = entry_points(group=SERVER_ENTRY_POINT)
    if not found:
        raise NotBuiltError(
            "This installation has no web server.", hint="Install Deskwise with its web package."
        )
    run_server: Callable[[Assistant, Settings, Accounts | None], None] = next(iter(found)).load()
    return run_server
