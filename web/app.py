"""The application: the API, the page, and the gate in front of both."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fastapi import FastAPI

from assistant.accounts import Accounts
from assistant.config import Settings, check_access
from assistant.errors import SettingsError
from assistant.ports import Assistant
from web.access import Guard, describe_access, require_declared
from web.errors import add_error_handlers
from web.routes import accounts as account_routes
from web.routes import (
    articles,
    boards,
    conversations,
    desk,
    drafts,
    findings,
    gaps,
    health,
    insights,
    operate,
    session,
    tickets,
)
from web.routes.page import add_page
from web.security import Gate

STATIC_DIR = Path(__file__).resolve().parent / "static"
API_PREFIX = "/api/v1"


def create_app(
    assistant: Assistant,
    settings: Settings,
    *,
    accounts: Accounts | None = None,
    static_dir: Path = STATIC_DIR,
) -> FastAPI:
    """Return the application that serves an assistant.

    Parameters
    ----------
    assistant
        What answers; it is not warmed up here.
    settings
        Allowed hosts, whether cookies are Secure, and whether people sign in.
    accounts
        Who may sign in; needed unless sign-in is off.
    static_dir
        Folder of the built page. It may be empty: the root then says how to build it.

    Raises
    ------
    SettingsError
        When the settings would let strangers in.
    RouteUndeclaredError
        When a route declares no permission.
    """
    check_access(settings)
    if settings.sign_in != "off" and accounts is None:
        raise SettingsError(
            f"Setting 'sign_in' is {settings.sign_in!r}, but the server was given no accounts.",
            hint="Start it with `deskwise serve`.",
        )
    app = FastAPI(
        title="Deskwise",
        version=_version(),
        summary="Answers IT questions with citations and managers' questions with receipts.",
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.assistant = assistant
    app.state.guard = Guard(settings=settings, accounts=accounts)
    add_error_handlers(app)
    app.include_router(conversations.router, prefix=API_PREFIX, tags=["conversations"])
    app.include_router(articles.router, prefix=API_PREFIX, tags=["articles"])
    app.include_router(tickets.router, prefix=API_PREFIX, tags=["suggestions"])
    app.include_router(desk.router, prefix=API_PREFIX, tags=["desk"])
    app.include_router(drafts.router, prefix=API_PREFIX, tags=["desk"])
    app.include_router(findings.router, prefix=API_PREFIX, tags=["insights"])
    app.include_router(boards.router, prefix=API_PREFIX, tags=["insights"])
    app.include_router(insights.router, prefix=API_PREFIX, tags=["insights"])
    app.include_router(gaps.router, prefix=API_PREFIX, tags=["operation"])
    app.include_router(operate.router, prefix=API_PREFIX, tags=["operation"])
    app.include_router(account_routes.router, prefix=API_PREFIX, tags=["accounts"])
    app.include_router(session.router, prefix=API_PREFIX, tags=["session"])
    app.include_router(health.router, tags=["health"])
    add_page(app, static_dir)
    require_declared(app)
    describe_access(app)
    app.add_middleware(Gate, settings=settings)
    return app


def _version() -> str:
    try:
        return version("deskwise")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"
