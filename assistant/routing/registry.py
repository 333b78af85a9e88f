"""Routers on disk: versions, the live one, and what makes a new one go live.

    <home>/models/router/
      current.json            the live version, and the sha256 of its manifest
      0001/manifest.json      where it comes from, its scores, the sha256 of the other files
      0001/ngrams.json        the n-grams of the router and of its twin, words of the examples
      0001/weights.npz        numbers, without pickles

Versions are written beside each other and never changed; `current.json` is replaced in one step.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import NotBuiltError, RouterError
from assistant.routing.examples import (
    Example,
    read_examples,
    shipped_examples_folder,
)
from assistant.routing.learner import TextClassifier
from assistant.routing.nearness import Surroundings
from assistant.routing.ngrams import Ngrams
from assistant.routing.router import (
    RouterScores,
    TrainedRouter,
    held_out_hits,
    train_router,
)
from assistant.routing.spelling import make_speller
from knowledge_base.ports import Encoder

FORMAT = 2
"""1 had neither words nor surroundings."""
KEPT_VERSIONS = 3
FOLDER_NAME = "router"
SHIPPED_SEED = 7
_TRAIN_AGAIN = "Run `deskwise train router`."


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterVersion:
    """A router on disk, as its manifest tells it."""

    version: str
    is_live: bool
    encoder: str
    examples_sha256: str
    seed: int
    threshold: float
    scores: RouterScores


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What came of a retraining."""

    version: str
    is_promoted: bool
    reason: str
    """`first`, `live_unusable`, `not_worse` or `worse`."""
    n_held_out: int
    n_right: int
    n_right_live: int | None
    """Of the live router's twin on the same examples; None when there was nothing to compare."""


def retrain_router(
    folder: Path, encoder: Encoder, examples: Sequence[Example], *, seed: int
) -> Promotion:
    """Train a router, save it, and let it go live unless the live one is better.

    Both are judged on the held-out examples, by twins that have seen none of them; `is_worse`
    says what counts.

    Parameters
    ----------
    folder
        `<home>/models/router`.
    encoder, examples, seed
        As for `train_router`.

    Raises
    ------
    RouterError
        When the router cannot be trained or written.
    """
    router = train_router(encoder, examples, seed=seed)
    live_hits: tuple[bool, ...] | None = None
    reason = "first"
    if (folder / "current.json").exists():
        try:
            live = load_router(folder, encoder)
        except RouterError:
            # Damaged, or of another encoder: it cannot route any more, so nothing is lost.
            reason = "live_unusable"
        else:
            live_hits = held_out_hits(live, encoder, examples)
            hits = held_out_hits(router, encoder, examples)
            reason = "worse" if is_worse(hits, live_hits) else "not_worse"
    is_promoted = reason != "worse"
    version = save_router(folder, router, promote=is_promoted)
    return Promotion(
        version=version,
        is_promoted=is_promoted,
        reason=reason,
        n_held_out=router.scores.n_held_out,
        n_right=router.scores.n_held_out_right,
        n_right_live=None if live_hits is None else sum(live_hits),
    )


def is_worse(new: Sequence[bool], live: Sequence[bool]) -> bool:
    """Return whether a router is worse than the live one on the same examples.

    It is when it loses more examples than it wins by over one standard error of that difference,
    √(lost + won): one lost example is chance, two lost and none won are not. Adding good examples
    moves a few decisions either way; without this allowance, half of all improvements would be
    turned away.

    Parameters
    ----------
    new, live
        Whether each routes each example right, in one order.
    """
    n_lost = sum(was and not now for now, was in zip(new, live, strict=True))
    n_won = sum(now and not was for now, was in zip(new, live, strict=True))
    return n_lost - n_won > math.sqrt(n_lost + n_won)


def load_or_train_router(
    models_dir: Path,
    encoder: Encoder,
    *,
    min_probability: float = 0.0,
    training_encoder: Encoder | None = None,
    seed: int = SHIPPED_SEED,
) -> TrainedRouter:
    """Return the live router; without one, train it on the shipped examples first.

    Parameters
    ----------
    models_dir
        `<home>/models`; the router's folder is below it.
    encoder
        Encodes the questions.
    min_probability
        Threshold of the operator; 0 takes the router's own.
    training_encoder
        The same encoder behind a vector cache; None trains with `encoder`. Questions should not
        go through a cache that is kept on disk, examples may.
    seed
        As for `train_router`.

    Raises
    ------
    RouterError
        When the live router is damaged or of another encoder, or cannot be written.
    """
    folder = models_dir / FOLDER_NAME
    if not (folder / "current.json").exists():
        examples = read_examples(shipped_examples_folder())
        save_router(folder, train_router(training_encoder or encoder, examples, seed=seed))
    return load_router(folder, encoder, min_probability=min_probability or None)


def save_router(folder: Path, router: TrainedRouter, *, promote: bool = True) -> str:
    """Write a router as a new version and return its name.

    Parameters
    ----------
    folder
        `<home>/models/router`; made when it is not there.
    router
        What to write.
    promote
        Whether it goes live.

    Raises
    ------
    RouterError
        When the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        version = f"{max([0, *(int(path.name) for path in _version_folders(folder))]) + 1:04d}"
        unfinished = folder / f".{version}.{os.getpid()}.part"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        manifest = _write_files(unfinished, router)
        unfinished.rename(folder / version)
        if promote:
            pointer = folder / ".current.part"
            pointer.write_text(json.dumps({"version": version, "manifest_sha256": manifest}))
            pointer.replace(folder / "current.json")
        _forget_old(folder)
    except OSError as error:
        raise RouterError(
            f"The router cannot be written to {folder}: {error.strerror or error}.",
            hint="Check that the folder is writable and the disk has room.",
        ) from error
    return version


def load_router(
    folder: Path, encoder: Encoder, *, min_probability: float | None = None
) -> TrainedRouter:
    """Read the live router and verify every file against its manifest.

    Parameters
    ----------
    folder
        `<home>/models/router`.
    encoder
        Must be the one that the router was trained with.
    min_probability
        Threshold of the operator, 0..1; None takes the router's own.

    Raises
    ------
    NotBuiltError
        When no router has been trained.
    RouterError
        When a file is missing, damaged or changed, or the encoder is another one.
    """
    if not (folder / "current.json").exists():
        raise NotBuiltError(f"No router has been trained in {folder}.", hint=_TRAIN_AGAIN)
    live = _read_json(folder / "current.json")
    version_folder = folder / str(live.get("version"))
    _verify(version_folder / "manifest.json", str(live.get("manifest_sha256")))
    manifest = _read_json(version_folder / "manifest.json")
    if manifest["format"] != FORMAT:
        raise RouterError(
            f"The router in {version_folder} has format {manifest['format']}; expected {FORMAT}.",
            hint=_TRAIN_AGAIN,
        )
    if manifest["encoder"] != encoder.name:
        raise RouterError(
            f"The router was trained with the encoder {manifest['encoder']!r}, but the settings "
            f"name {encoder.name!r}.",
            hint=_TRAIN_AGAIN,
        )
    for name, digest in manifest["files"].items():
        _verify(version_folder / name, digest)
    router = _read_router(version_folder, manifest, encoder)
    return router if min_probability is None else replace(router, threshold=min_probability)


def list_routers(folder: Path) -> tuple[RouterVersion, ...]:
    """Return the versions on disk, oldest first; none when nothing has been trained."""
    if not folder.is_dir():
        return ()
    live = _live_version(folder)
    versions = []
    for path in _version_folders(folder):
        manifest = _read_json(path / "manifest.json")
        versions.append(
            RouterVersion(
                version=path.name,
                is_live=path.name == live,
                encoder=manifest["encoder"],
                examples_sha256=manifest["examples_sha256"],
                seed=manifest["seed"],
                threshold=manifest["threshold"],
                scores=RouterScores(**manifest["scores"]),
            )
        )
    return tuple(versions)


def _write_files(folder: Path, router: TrainedRouter) -> str:
    """Write the three files and return the sha256 of the manifest."""
    parts = {"router": router.classifier, "twin": router.twin}
    ngrams = {name: list(part.ngrams.places) for name, part in parts.items()}
    letters = {**ngrams, "words": dict(router.words)}
    (folder / "ngrams.json").write_text(json.dumps(letters, ensure_ascii=False), encoding="utf-8")
    arrays: dict[str, npt.NDArray[np.float32]] = {"known": router.surroundings.vectors}
    for name, part in parts.items():
        arrays |= {f"{name}_weights": part.weights, f"{name}_bias": part.bias}
        arrays[f"{name}_idf"] = part.ngrams.idf
    np.savez(folder / "weights.npz", allow_pickle=False, **arrays)
    manifest = {
        "format": FORMAT,
        "labels": list(router.classifier.labels),
        "encoder": router.encoder.name,
        "examples_sha256": router.examples_sha256,
        "seed": router.seed,
        "temperature": router.temperature,
        "threshold": router.threshold,
        "floor": router.surroundings.floor,
        "scores": asdict(router.scores),
        "files": {name: _sha256(folder / name) for name in ("ngrams.json", "weights.npz")},
    }
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return _sha256(path)


def _read_router(folder: Path, manifest: Mapping[str, Any], encoder: Encoder) -> TrainedRouter:
    try:
        ngrams = json.loads((folder / "ngrams.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            classifier, twin = (
                TextClassifier(
                    labels=tuple(manifest["labels"]),
                    ngrams=Ngrams(
                        places={gram: place for place, gram in enumerate(ngrams[name])},
                        idf=arrays[f"{name}_idf"],
                    ),
                    weights=arrays[f"{name}_weights"],
                    bias=arrays[f"{name}_bias"],
                )
                for name in ("router", "twin")
            )
            known = arrays["known"]
        return TrainedRouter(
            encoder=encoder,
            words=ngrams["words"],
            speller=make_speller(ngrams["words"]),
            surroundings=Surroundings(vectors=known, floor=float(manifest["floor"])),
            classifier=classifier,
            twin=twin,
            temperature=float(manifest["temperature"]),
            threshold=float(manifest["threshold"]),
            seed=int(manifest["seed"]),
            examples_sha256=str(manifest["examples_sha256"]),
            scores=RouterScores(**manifest["scores"]),
        )
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise RouterError(
            f"The router in {folder} cannot be read: {error}.", hint=_TRAIN_AGAIN
        ) from error


def _verify(path: Path, expected: str) -> None:
    try:
        found = _sha256(path)
    except OSError as error:
        raise RouterError(
            f"The router's file {path} cannot be read: {error.strerror or error}.",
            hint=_TRAIN_AGAIN,
        ) from error
    if found != expected:
        raise RouterError(
            f"The router's file {path} has sha256 {found[:16]}…, expected {expected[:16]}….",
            hint=f"It was changed or damaged. {_TRAIN_AGAIN}",
        )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RouterError(
            f"The router's file {path} cannot be read: {error}.", hint=_TRAIN_AGAIN
        ) from error
    if not isinstance(content, dict):
        raise RouterError(f"The router's file {path} is not an object.", hint=_TRAIN_AGAIN)
    return content


def _live_version(folder: Path) -> str | None:
    path = folder / "current.json"
    return str(_read_json(path).get("version")) if path.exists() else None


def _version_folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name.isdigit())


def _forget_old(folder: Path) -> None:
    live = _live_version(folder)
    for path in _version_folders(folder)[:-KEPT_VERSIONS]:
        if path.name != live:
            shutil.rmtree(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
