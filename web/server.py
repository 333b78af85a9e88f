"""Serving with uvicorn: what the entry point `deskwise.server` names."""

from __future__ import annotations

import uvicorn

from assistant.accounts import Accounts
from assistant.config import Settings
from assistant.ports import Assistant
from web.app import create_app

SHUTDOWN_S = 3


def run_server(assistant: Assistant, settings: Settings, accounts: Accounts | None = None) -> None:
    """Serve the page and the API until interrupted.

    One process: the assistant holds the index and the warehouse in memory. Streams that are
    still open at a shutdown are cut after three seconds; their turns are stored already.
    """
    uvicorn.run(
        create_app(assistant, settings, accounts=accounts),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
