"""The page: one HTML file for every address of ours, and the files that it loads."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from web.access import public

NOT_BUILT = (
    "Deskwise runs, but its page has not been built.\n\n"
    "Build it with:  make web\n"
    "(or: python web/build_ui.py), then reload this address.\n\n"
    "The API works without it: see /openapi.json and docs/api.md.\n"
)


class PageFiles(StaticFiles):
    """The files that the page loads."""

    async def check_config(self) -> None:
        """Let a missing folder pass: the page is not built, and each file simply not found."""


def add_page(app: FastAPI, static_dir: Path) -> None:
    """Serve the built page from a folder; while it is empty, say in words how to build it."""
    router = APIRouter(include_in_schema=False, dependencies=[public])

    def page() -> Response:
        index = static_dir / "index.html"
        if not index.is_file():
            return PlainTextResponse(NOT_BUILT, status_code=503)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    def linked_page(name: str) -> Response:
        """Serve the same file; the page itself reads the address."""
        return page()

    for path in ("/", "/desk", "/tickets", "/insights", "/operate"):
        router.add_api_route(path, page, methods=["GET", "HEAD"])
    for path in (
        "/c/{name}",
        "/a/{name:path}",
        "/desk/{name}",
        "/tickets/{name}",
        "/operate/{name}",
    ):
        router.add_api_route(path, linked_page, methods=["GET", "HEAD"])
    app.include_router(router)
    files = PageFiles(directory=static_dir / "assets", check_dir=False)
    app.mount("/assets", GZipMiddleware(files, minimum_size=1000))
