"""What is written beside a model: where it comes from and the hash of its file."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from importlib.metadata import version
from typing import Any, Final

from analytics.errors import ModelError

LIBRARIES: Final = ("scikit-learn", "numpy", "pandas", "skops", "ibis-framework", "duckdb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a trainer says about a model."""

    created_at: datetime
    seed: int
    data_version: str
    """Fingerprint of the very rows that it learnt from."""
    data_definition: str
    """How rows, features and outcome are made; scores compare only where it is equal."""
    features: tuple[str, ...]
    scores: Mapping[str, Any]
    """Score names to `{mean, ci95, n}`."""
    beats_dummy: bool
    details: Mapping[str, Any]
    """Whatever else the model's users need; JSON values only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A model's description, its versioned name, and what it was made with."""

    name: str
    version: str
    created_at: str
    seed: int
    data_version: str
    data_definition: str
    features: tuple[str, ...]
    scores: Mapping[str, Any]
    beats_dummy: bool
    details: Mapping[str, Any]
    libraries: Mapping[str, str]
    files: Mapping[str, str]
    """File name to SHA-256."""

    def as_bytes(self) -> bytes:
        """Return the JSON that is stored."""
        return (json.dumps(asdict(self), indent=2, sort_keys=True) + "\n").encode()


def make_manifest(
    name: str, version_name: str, description: Description, files: Mapping[str, bytes]
) -> Manifest:
    """Describe the files of a version."""
    given = {f.name: getattr(description, f.name) for f in fields(description)}
    given["created_at"] = description.created_at.isoformat()
    return Manifest(
        name=name,
        version=version_name,
        libraries=library_versions(),
        files={file: sha256(content) for file, content in files.items()},
        **given,
    )


def read_manifest(content: bytes) -> Manifest:
    """Read a manifest's JSON.

    Raises
    ------
    ModelError
        When it is no JSON object or its keys are not a manifest's.
    """
    try:
        found = json.loads(content)
    except ValueError as error:
        raise ModelError(
            f"A model's manifest cannot be read: {error}.", hint="Train the model again."
        ) from error
    wanted = {f.name for f in fields(Manifest)}
    if not isinstance(found, dict) or set(found) != wanted:
        raise ModelError(
            f"A model's manifest does not have the keys {', '.join(sorted(wanted))}.",
            hint="Train the model again.",
        )
    found["features"] = tuple(found["features"])
    return Manifest(**found)


def library_versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that decide what a model does."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
