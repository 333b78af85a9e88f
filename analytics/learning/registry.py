"""Trained models on disk: versions, the one in use, and the way back.

Layout: `<folder>/<name>/<version>/{model.skops, manifest.json}`, and
`<folder>/<name>/current.json`, which points to the version in use with the hash of its manifest
and remembers those used before.
"""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import skops.io

from analytics.errors import ModelError
from analytics.learning.manifest import (
    Description,
    Manifest,
    library_versions,
    make_manifest,
    read_manifest,
    sha256,
)

MODEL_FILE: Final = "model.skops"
MANIFEST_FILE: Final = "manifest.json"
POINTER_FILE: Final = "current.json"
TRUSTED_TYPES: Final = (
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)
"""Beyond what skops trusts by itself: the type of an array, and boosted trees, which are arrays."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_VERSION: Final = re.compile(r"\d{8}T\d{6}Z(-\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A verified model and its manifest."""

    model: Any
    manifest: Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A stored version."""

    manifest: Manifest
    in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Whether a version came into use, and why."""

    promoted: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pointer:
    version: str
    manifest_sha256: str
    previous: tuple[str, ...]


def store_model(folder: Path, name: str, model: Any, description: Description) -> Manifest:
    """Write a model as a new version, which is not yet in use.

    Parameters
    ----------
    folder : Path
        The registry; made if absent.
    name : str
        Lower-case word.
    model : Any
        scikit-learn estimators, arrays, and dictionaries and lists of them.
    description : Description
        Its `created_at` (aware) names the version.

    Raises
    ------
    ModelError
        When the name is no plain word, the time is naive, the model holds types that loading
        would refuse, or the files cannot be written.
    """
    _check_name(name)
    if description.created_at.tzinfo is None:
        raise ModelError(
            f"The time {description.created_at} has no time zone.", hint="Give it in UTC."
        )
    content = skops.io.dumps(model)
    _check_types(content, name)
    try:
        (folder / name).mkdir(parents=True, exist_ok=True)
        version = _free_version(folder / name, description)
        manifest = make_manifest(name, version, description, {MODEL_FILE: content})
        with tempfile.TemporaryDirectory(dir=folder / name, prefix=".new-") as made:
            written = Path(made) / version
            written.mkdir()
            (written / MODEL_FILE).write_bytes(content)
            (written / MANIFEST_FILE).write_bytes(manifest.as_bytes())
            written.rename(folder / name / version)
    except OSError as error:
        raise ModelError(
            f"The model {name} cannot be written to {folder}: {error}.",
            hint="Free some space, or choose a home folder that you may write to.",
        ) from error
    return manifest


def load_model(folder: Path, name: str, version: str | None = None) -> LoadedModel:
    """Read a version, after its hashes, its types and its scikit-learn were checked.

    Parameters
    ----------
    folder : Path
        The registry.
    name : str
        As it was stored.
    version : str, optional
        Without it, the one in use.

    Raises
    ------
    ModelError
        When there is none, a file was changed, a type is not trusted, or it was made with
        another scikit-learn, whose trees and scalers this one may read differently.
    """
    _check_name(name)
    expected = None
    if version is None:
        pointer = _pointer(folder, name)
        if pointer is None:
            raise ModelError(f"There is no trained model {name}.", hint=_train(name))
        version, expected = pointer.version, pointer.manifest_sha256
    manifest = _manifest(folder, name, version, expected)
    content = _read(folder / name / version / MODEL_FILE, name)
    if sha256(content) != manifest.files.get(MODEL_FILE):
        raise ModelError(
            f"{name}/{version}/{MODEL_FILE} is not the file that was trained: its SHA-256 differs "
            "from the manifest's.",
            hint=_train(name),
        )
    made_with, here = manifest.libraries.get("scikit-learn"), library_versions()["scikit-learn"]
    if made_with is None or made_with.split(".")[:2] != here.split(".")[:2]:
        raise ModelError(
            f"{name}/{version} was made with scikit-learn {made_with}; this is {here}.",
            hint=_train(name),
        )
    _check_types(content, name)
    return LoadedModel(
        model=skops.io.loads(content, trusted=list(TRUSTED_TYPES)), manifest=manifest
    )


def list_versions(folder: Path, name: str) -> tuple[Version, ...]:
    """Return the stored versions with their scores, oldest first; none give none.

    Raises
    ------
    ModelError
        When a manifest cannot be read.
    """
    _check_name(name)
    pointer = _pointer(folder, name)
    in_use = pointer.version if pointer else None
    stored = sorted(_stored(folder / name), key=_in_time)
    return tuple(
        Version(manifest=_manifest(folder, name, version, None), in_use=version == in_use)
        for version in stored
    )


def promote_if_not_worse(
    folder: Path, name: str, version: str, *, score: str = "roc_auc"
) -> Promotion:
    """Bring a version into use unless the one in use is better.

    Worse means: on the same rows, a lower score; on newer rows of the same definition, an
    interval that lies wholly below the score in use, since two samples differ by chance. Scores
    of different definitions do not compare; then the new version has to beat guessing.

    Parameters
    ----------
    folder : Path
        The registry.
    name, version : str
        What `store_model` wrote.
    score : str
        A score where higher is better.

    Raises
    ------
    ModelError
        When a manifest is missing, unreadable, changed or without the score.
    """
    new = _manifest(folder, name, version, None)
    pointer = _pointer(folder, name)
    if pointer is None:
        decision = Promotion(promoted=True, reason="There was no model in use.")
    elif pointer.version == version:
        return Promotion(promoted=True, reason="It is in use already.")
    else:
        old = _manifest(folder, name, pointer.version, pointer.manifest_sha256)
        decision = _decide(old, new, score)
    if decision.promoted:
        _point(folder, new, (*pointer.previous, pointer.version) if pointer else ())
    return decision


def use_version(folder: Path, name: str, version: str) -> Manifest:
    """Bring a stored version into use, whatever its scores; `roll_back` takes that back.

    Raises
    ------
    ModelError
        When it is not stored, or its manifest is unreadable.
    """
    _check_name(name)
    if version not in _stored(folder / name):
        raise ModelError(
            f"There is no version {version} of {name}.", hint="`deskwise models` lists them."
        )
    manifest = _manifest(folder, name, version, None)
    pointer = _pointer(folder, name)
    if pointer is None or pointer.version != version:
        _point(folder, manifest, (*pointer.previous, pointer.version) if pointer else ())
    return manifest


def roll_back(folder: Path, name: str) -> Manifest:
    """Bring the version that was in use before back into use.

    Raises
    ------
    ModelError
        When there is none before it, or its manifest is gone or unreadable.
    """
    _check_name(name)
    pointer = _pointer(folder, name)
    if pointer is None or not pointer.previous:
        raise ModelError(
            f"No version of {name} was in use before the current one.",
            hint="`deskwise models` lists the versions.",
        )
    manifest = _manifest(folder, name, pointer.previous[-1], None)
    _point(folder, manifest, pointer.previous[:-1])
    return manifest


def _decide(old: Manifest, new: Manifest, score: str) -> Promotion:
    if old.data_definition != new.data_definition:
        reason = f"{old.version} was made to another definition, so scores do not compare; "
        if new.beats_dummy:
            return Promotion(promoted=True, reason=reason + "this one beats guessing.")
        return Promotion(promoted=False, reason=reason + "this one does not beat guessing.")
    before, now = _mean(old, score), _mean(new, score)
    reached = now if old.data_version == new.data_version else _upper(new, score)
    change = f"{score} {now:.4f} after {before:.4f} of {old.version}"
    if reached < before:
        return Promotion(promoted=False, reason=f"It is worse: {change}.")
    return Promotion(promoted=True, reason=f"It is not worse: {change}.")


def _mean(manifest: Manifest, score: str) -> float:
    return float(_score(manifest, score)["mean"])


def _upper(manifest: Manifest, score: str) -> float:
    return float(_score(manifest, score)["ci95"][1])


def _score(manifest: Manifest, score: str) -> Any:
    if score not in manifest.scores:
        raise ModelError(
            f"{manifest.name}/{manifest.version} has no score {score!r}; it has "
            f"{', '.join(sorted(manifest.scores))}.",
            hint="Promote by a score that both versions have.",
        )
    return manifest.scores[score]


def _point(folder: Path, manifest: Manifest, previous: tuple[str, ...]) -> None:
    """Replace the pointer in one step: a reader sees the old one or the new one."""
    pointer = {
        "version": manifest.version,
        "manifest_sha256": sha256(manifest.as_bytes()),
        "previous": list(previous),
    }
    target = folder / manifest.name / POINTER_FILE
    fresh = target.with_suffix(".json.new")
    try:
        fresh.write_text(json.dumps(pointer, indent=2) + "\n", encoding="utf-8")
        fresh.replace(target)
    except OSError as error:
        raise ModelError(
            f"{target} cannot be written: {error}.",
            hint="Free some space, or choose a home folder that you may write to.",
        ) from error


def _pointer(folder: Path, name: str) -> _Pointer | None:
    path = folder / name / POINTER_FILE
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        pointer = _Pointer(
            version=str(found["version"]),
            manifest_sha256=str(found["manifest_sha256"]),
            previous=tuple(map(str, found["previous"])),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} cannot be read: {error}.", hint=_train(name)) from error
    return pointer


def _manifest(folder: Path, name: str, version: str, expected: str | None) -> Manifest:
    if not _VERSION.fullmatch(version):
        raise ModelError(f"{version!r} is no version of {name}.", hint="`deskwise models` lists.")
    content = _read(folder / name / version / MANIFEST_FILE, name)
    if expected is not None and sha256(content) != expected:
        raise ModelError(
            f"{name}/{version}/{MANIFEST_FILE} was changed after the model came into use.",
            hint=_train(name),
        )
    return read_manifest(content)


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error}.", hint=_train(name)) from error


def _check_types(content: bytes, name: str) -> None:
    try:
        unknown = set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED_TYPES)
    except Exception as error:  # skops raises whatever a broken file provokes
        raise ModelError(
            f"The file of {name} is no skops model: {error}.", hint=_train(name)
        ) from error
    if unknown:
        raise ModelError(
            f"The model {name} holds types that are not trusted: {', '.join(sorted(unknown))}.",
            hint=_train(name),
        )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ModelError(
            f"{name!r} is no name of a model.", hint="Use a lower-case word such as churn."
        )


def _free_version(home: Path, description: Description) -> str:
    stamp = description.created_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    taken = set(_stored(home))
    if stamp not in taken:
        return stamp
    return next(f"{stamp}-{n}" for n in range(2, len(taken) + 3) if f"{stamp}-{n}" not in taken)


def _stored(home: Path) -> list[str]:
    if not home.is_dir():
        return []
    return [path.name for path in home.iterdir() if _VERSION.fullmatch(path.name)]


def _in_time(version: str) -> tuple[str, int]:
    stamp, _, number = version.partition("-")
    return stamp, int(number or 1)


def _train(name: str) -> str:
    return f"Train it with `deskwise train {name}`."
