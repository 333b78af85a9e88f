"""Which weights the legs have in an installation, and those it learned, on disk.

    <home>/models/ranker/
      current.json   the version in use with the sha256 of its file; or none
      0001.json      weights, encoder, what it was learned from, figures, verdict

Versions are written beside each other and never changed; `current.json` is replaced in one step.
Without it everything is as if nothing had been learned.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from knowledge_base.config import DEFAULT_WEIGHTS, KnowledgeBaseSettings
from knowledge_base.errors import RankerError, RankerHashError
from knowledge_base.learning_to_rank import LEARNED_LEGS

FOLDER_NAME = "ranker"
FORMAT = 1
_POINTER = "current.json"
_KEPT_VERSIONS = 5
_AGAIN = (
    "Run `deskwise train ranker`, or `deskwise train ranker --discard` for the shipped weights."
)

Source = Literal["learned", "shipped", "equal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranker:
    """The weights in use, and why these."""

    weights: Mapping[str, float]
    """Leg → weight from 0 on."""
    source: Source
    reason: str
    version: str = ""
    """Of learned ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankerVersion:
    """Weights that were learned from a company's own articles and tickets."""

    weights: Mapping[str, float]
    encoder: str
    """What passages were read with; of other vectors the weights say nothing."""
    corpus_digest: str
    """sha256 over the ids and hashes of the articles."""
    created_at: str
    seed: int
    is_promoted: bool
    reason: str
    figures: Mapping[str, Any]
    """Held-out figures before and after."""
    settings: Mapping[str, Any]
    version: str = ""
    is_live: bool = False


def choose_ranker(folder: Path, encoder: str, *, is_built_in: bool) -> Ranker:
    """Return the weights that an installation uses.

    What it learned with this encoder comes first. The shipped weights are of the built-in encoder
    and serve it alone. Another encoder with nothing learned gets equal weights of all legs: fusing
    their ranks instead finds worse (docs/retrieval.md), because a rank does not say how sure a leg
    is.

    Parameters
    ----------
    folder : Path
        `<home>/models/ranker`; need not be there.
    encoder : str
        Name of the encoder that the index is built with.
    is_built_in : bool
        Whether that is the encoder that the shipped weights were fitted with.

    Raises
    ------
    RankerHashError
        When the version in use differs from the hash that was kept of it.
    RankerError
        When it cannot be read.
    """
    learned = live_version(folder)
    passed_over = ""
    if learned is not None:
        if learned.encoder == encoder and set(learned.weights) == set(LEARNED_LEGS):
            return Ranker(
                weights=learned.weights,
                source="learned",
                reason=f"learned from this installation ({learned.reason})",
                version=learned.version,
            )
        what = f"the encoder {learned.encoder}" if learned.encoder != encoder else "other legs"
        passed_over = f"; version {learned.version} was learned with {what}"
    default = default_ranker(encoder, is_built_in=is_built_in)
    return replace(default, reason=f"{default.reason}{passed_over}")


def default_ranker(encoder: str, *, is_built_in: bool) -> Ranker:
    """Return the weights that serve where nothing was learned. Parameters as `choose_ranker`."""
    if is_built_in:
        return Ranker(weights=DEFAULT_WEIGHTS, source="shipped", reason="shipped weights")
    return Ranker(
        weights=dict.fromkeys(LEARNED_LEGS, 1 / len(LEARNED_LEGS)),
        source="equal",
        reason=f"equal weights: none were fitted or learned for the encoder {encoder}",
    )


def with_weights(settings: KnowledgeBaseSettings, ranker: Ranker) -> KnowledgeBaseSettings:
    """Return the settings with a ranker's weights."""
    return replace(settings, retrieval=replace(settings.retrieval, weights=ranker.weights))


def save_version(folder: Path, version: RankerVersion) -> RankerVersion:
    """Write a version; it comes into use when it is promoted.

    Raises
    ------
    RankerError
        When it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = max((int(path.stem) for path in _files(folder)), default=0) + 1
        version = replace(version, version=f"{number:04d}", is_live=False)
        saved = {"format": FORMAT, **asdict(version)}
        del saved["is_live"]
        content = json.dumps(saved, indent=1, sort_keys=True).encode()
        _write(folder / f"{version.version}.json", content)
        if version.is_promoted:
            pointer = {"version": version.version, "sha256": hashlib.sha256(content).hexdigest()}
            _write(folder / _POINTER, json.dumps(pointer, indent=1).encode())
        _prune(folder)
    except OSError as error:
        raise RankerError(
            f"The learned weights cannot be written to {folder}: {error}.",
            hint="Free some space, or choose a home folder that you may write to.",
        ) from error
    return replace(version, is_live=version.is_promoted)


def use_version(folder: Path, name: str) -> None:
    """Bring a version into use, whatever it measured.

    Raises
    ------
    RankerError
        When there is none of this name, it cannot be read, or the folder cannot be written to.
    """
    path = folder / f"{name}.json"
    content = _content(path) if path in _files(folder) else None
    if content is None:
        raise RankerError(
            f"There are no learned weights {name}.", hint="Look in `deskwise models`."
        )
    _version(path, content)
    pointer = {"version": name, "sha256": hashlib.sha256(content).hexdigest()}
    try:
        _write(folder / _POINTER, json.dumps(pointer, indent=1).encode())
    except OSError as error:
        raise RankerError(
            f"{folder / _POINTER} cannot be written: {error}.",
            hint="Free some space, or choose a home folder that you may write to.",
        ) from error


def discard(folder: Path) -> str | None:
    """Take the version in use out of use; its file stays. Return its name, or None.

    Raises
    ------
    RankerError
        When the folder cannot be written to.
    """
    pointer = folder / _POINTER
    try:
        name = str(json.loads(pointer.read_text(encoding="utf-8"))["version"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        name = "a damaged version"
    try:
        pointer.unlink()
    except OSError as error:
        raise RankerError(
            f"{pointer} cannot be removed: {error}.", hint="Remove it by hand."
        ) from error
    return name


def live_version(folder: Path) -> RankerVersion | None:
    """Return the version in use, or None.

    Raises
    ------
    RankerHashError
        When its file differs from the hash that was kept of it.
    RankerError
        When it cannot be read.
    """
    content = _content(folder / _POINTER)
    if content is None:
        return None
    pointer = _object(folder / _POINTER, content)
    path = folder / f"{pointer.get('version')}.json"
    held = _content(path)
    if held is None or hashlib.sha256(held).hexdigest() != pointer.get("sha256"):
        raise RankerHashError(
            f"The learned weights {path} are not the file that was written: its sha256 differs "
            "from the one that was kept.",
            hint=_AGAIN,
        )
    return replace(_version(path, held), is_live=True)


def list_versions(folder: Path) -> tuple[RankerVersion, ...]:
    """Return all versions, oldest first.

    Raises
    ------
    RankerError
        When a file cannot be read.
    """
    content = _content(folder / _POINTER)
    live = _object(folder / _POINTER, content).get("version") if content is not None else None
    return tuple(
        replace(_version(path, _content(path) or b""), is_live=path.stem == live)
        for path in _files(folder)
    )


def _check(weights: Mapping[str, float]) -> None:
    given = list(weights.values())
    if not all(isinstance(each, int | float) and math.isfinite(each) for each in given):
        raise ValueError("a weight is no number")
    if any(each < 0 for each in given) or not sum(given) > 0:
        raise ValueError("weights are from 0 on, and not all 0")


def _version(path: Path, content: bytes) -> RankerVersion:
    saved = _object(path, content)
    try:
        if saved.pop("format") != FORMAT:
            raise ValueError(f"expected format {FORMAT}")
        version = RankerVersion(**saved)
        _check(version.weights)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RankerError(f"{path} holds no learned weights: {error}.", hint=_AGAIN) from error
    return version


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RankerError(f"{path} cannot be read: {error}.", hint=_AGAIN) from error


def _object(path: Path, content: bytes) -> dict[str, Any]:
    try:
        held = json.loads(content)
        if not isinstance(held, dict):
            raise ValueError("expected an object")
    except ValueError as error:
        raise RankerError(f"{path} cannot be read: {error}.", hint=_AGAIN) from error
    return held


def _write(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    Path(handle.name).replace(path)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("[0-9]*.json") if path.stem.isdigit())


def _prune(folder: Path) -> None:
    live = live_version(folder)
    for path in _files(folder)[:-_KEPT_VERSIONS]:
        if live is None or path.stem != live.version:
            path.unlink()
