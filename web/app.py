"""The application: the API, the page, and the gate in front of both."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fastapi import FastAPI

from assistant.config import Settings
from assistant.ports import Assistant
from web.errors import add_error_handlers
from web.routes import articles, conversations, findings, health, insights, tickets
from web.routes.page import add_page
from web.security import Gate

STATIC_DIR = Path(__file__).resolve().parent / "static"
API_PREFIX = "/api/v1"


def create_app(
    assistant: Assistant, settings: Settings, *, static_dir: Path = STATIC_DIR
) -> FastAPI:
    """Return the application that serves an assistant.

    Parameters
    ----------
    assistant
        What answers; it is not warmed up here.
    settings
        Allowed hosts and whether cookies are Secure.
    static_dir
        Folder of the built page. It may be empty: the root then says how to build it.
    """
    app = FastAPI(
        title="Deskwise",
        version=_version(),
        summary="Answers IT questions with citations and managers' questions with receipts.",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.assistant = assistant
    add_error_handlers(app)
    app.include_router(conversations.router, prefix=API_PREFIX, tags=["conversations"])
    app.include_router(articles.router, prefix=API_PREFIX, tags=["articles"])
    app.include_router(tickets.router, prefix=API_PREFIX, tags=["suggestions"])
    app.include_router(findings.router, prefix=API_PREFIX, tags=["insights"])
    app.include_router(insights.router, prefix=API_PREFIX, tags=["insights"])
    app.include_router(health.router, tags=["health"])
    add_page(app, static_dir)
    app.add_middleware(Gate, settings=settings)
    return app


def _version() -> str:
    try:
        return version("deskwise")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
