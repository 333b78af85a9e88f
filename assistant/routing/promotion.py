"""Bringing another router into use, and noticing that one was."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import RouterError
from assistant.model import RouteDecision
from assistant.ports import Router
from assistant.routing.registry import list_routers

POINTER = "current.json"


def use_version(folder: Path, version: str) -> None:
    """Bring a version into use; its files are verified whenever they are read.

    Raises
    ------
    RouterError
        When there is none of this name, or the folder cannot be written.
    """
    if version not in {each.version for each in list_routers(folder)}:
        raise RouterError(
            f"There is no router {version!r} in {folder}.", hint="`deskwise models` lists them."
        )
    try:
        manifest = (folder / version / "manifest.json").read_bytes()
        pointer = folder / ".current.part"
        digest = hashlib.sha256(manifest).hexdigest()
        pointer.write_text(json.dumps({"version": version, "manifest_sha256": digest}))
        pointer.replace(folder / POINTER)
    except OSError as error:
        raise RouterError(
            f"The router {version} cannot be brought into use: {error.strerror or error}.",
            hint="Check that the folder is writable and the disk has room.",
        ) from error


@dataclass(slots=True)
class LiveRouter:
    """The `Router` port: whichever router is in use when a question comes."""

    folder: Path
    load: Callable[[], Router]
    _held: tuple[str, Router] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def route(self, text: str) -> RouteDecision:
        """Decide with the router that is in use now."""
        return self._router().route(text)

    def use(self, version: str) -> None:
        """Bring a version into use; one that cannot be read changes nothing.

        Raises
        ------
        RouterError
        """
        with self._lock:
            before = self._pointer()
            use_version(self.folder, version)
            try:
                loaded = self.load()
            except RouterError:
                (self.folder / POINTER).write_text(before, encoding="utf-8")
                raise
            self._held = (self._pointer(), loaded)

    def _router(self) -> Router:
        pointer = self._pointer()
        held = self._held
        if held is not None and held[0] == pointer:
            return held[1]
        with self._lock:
            if self._held is None or self._held[0] != pointer:
                # Loading the first may train it, which writes the pointer.
                loaded = self.load()
                self._held = (self._pointer(), loaded)
            return self._held[1]

    def _pointer(self) -> str:
        try:
            return (self.folder / POINTER).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
