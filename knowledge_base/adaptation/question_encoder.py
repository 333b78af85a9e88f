"""The adapted question side on disk: versions, the one in use, and how it is read.

    <home>/models/encoder/
      current.json             the version in use with the sha256 of its manifest; or none
      0001/manifest.json       base encoder, corpus, figures, verdict, sha256 of the weights
      0001/weights.safetensors what the last layers became

Versions are written beside each other and never changed; `current.json` is replaced in one step.
A version that was not promoted stays for its figures, without its weights.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge_base.encoders import LoadedModel, MiniLMEncoder
from knowledge_base.errors import AdaptationError, AdaptationHashError
from knowledge_base.late import QuestionTokens
from knowledge_base.ports import Encoder, Vectors

FOLDER_NAME = "encoder"
FORMAT = 1
_POINTER, _MANIFEST, _WEIGHTS = "current.json", "manifest.json", "weights.safetensors"
_KEPT_VERSIONS = 3
_AGAIN = "Run `deskwise train encoder`, or delete the folder to read questions as before."

Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptedVersion:
    """An adapted question side, as its manifest tells it."""

    base: str
    """Name of the encoder that the passages were read with."""
    corpus_digest: str
    """sha256 over the ids and hashes of the documents that it was trained on."""
    created_at: str
    seed: int
    is_promoted: bool
    reason: str
    figures: Mapping[str, Any]
    """Held-out figures before and after."""
    settings: Mapping[str, Any]
    version: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    """File → sha256."""
    is_live: bool = False


class QuestionEncoder(MiniLMEncoder):
    """The built-in encoder with other weights in its last layers; it shares everything else.

    Parameters
    ----------
    base : MiniLMEncoder
        Stays as it is.
    changed : mapping of str to array
        From `train_question_side`.
    """

    def __init__(self, base: MiniLMEncoder, changed: Mapping[str, Numbers]) -> None:
        # Everything is read by the base; a folder is not needed.
        super().__init__(Path(), base.settings)
        self._base = base
        self._changed = dict(changed)
        self._name = f"{base.name}+{weights_digest(changed)[:12]}"

    @property
    def name(self) -> str:
        """Return the name of the base and the start of the hash of what was changed."""
        return self._name

    @property
    def n_dimensions(self) -> int:
        """Return that of the base."""
        return self._base.n_dimensions

    def encode_question(self, text: str) -> tuple[Vectors, QuestionTokens]:
        """Return the adapted vector, and the tokens as the base reads them.

        Tokens are compared with those of passages, which the base has read, one by one; nothing was
        learned about that.
        """
        _, tokens = self._base.encode_question(text)
        return self.encode([text])[0], tokens

    def _read(self) -> LoadedModel:
        import torch

        loaded = self._base.load()
        changed = {name: torch.from_numpy(each) for name, each in self._changed.items()}
        try:
            network = loaded.network.with_weights(changed)
        except ValueError as error:
            raise AdaptationError(
                f"The adapted question encoder does not fit {self._base.name}: {error}.",
                hint=_AGAIN,
            ) from error
        return replace(loaded, network=network)


def load_question_encoder(folder: Path, base: Encoder) -> Encoder:
    """Return the adapted question side that is in use, or `base` where there is none for it.

    Parameters
    ----------
    folder : Path
        `<home>/models/encoder`; need not be there.
    base : Encoder
        What passages are read with. One adapted to another encoder is left alone.

    Raises
    ------
    AdaptationHashError
        When a file differs from the hash that was kept of it.
    AdaptationError
        When a file cannot be read.
    """
    version = live_version(folder)
    if version is None or version.base != base.name or not isinstance(base, MiniLMEncoder):
        return base
    path = folder / version.version / _WEIGHTS
    if _sha256(path) != version.files.get(_WEIGHTS):
        raise AdaptationHashError(
            f"The adapted question encoder {path} is not the file that was trained: its sha256 "
            "differs from the manifest's.",
            hint=_AGAIN,
        )
    from safetensors.numpy import load_file

    return QuestionEncoder(base, load_file(path))


def save_version(
    folder: Path, version: AdaptedVersion, changed: Mapping[str, Numbers]
) -> AdaptedVersion:
    """Write a version; it comes into use when it is promoted, else only its figures are kept.

    Raises
    ------
    AdaptationError
        When the files cannot be written.
    """
    from safetensors.numpy import save

    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = max((int(path.name) for path in _version_folders(folder)), default=0) + 1
        with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as made:
            written = Path(made) / f"{number:04d}"
            written.mkdir()
            files = {}
            if version.is_promoted:
                content = save({name: changed[name] for name in sorted(changed)})
                (written / _WEIGHTS).write_bytes(content)
                files[_WEIGHTS] = hashlib.sha256(content).hexdigest()
            version = replace(version, version=written.name, files=files, is_live=False)
            saved = {"format": FORMAT, **asdict(version)}
            del saved["is_live"]
            manifest = json.dumps(saved, indent=1, sort_keys=True).encode()
            (written / _MANIFEST).write_bytes(manifest)
            written.rename(folder / written.name)
        if version.is_promoted:
            _point(folder, version.version, hashlib.sha256(manifest).hexdigest())
        _prune(folder)
    except OSError as error:
        raise AdaptationError(
            f"The adapted question encoder cannot be written to {folder}: {error}.",
            hint="Free some space, or choose a home folder that you may write to.",
        ) from error
    return replace(version, is_live=version.is_promoted)


def use_version(folder: Path, name: str) -> None:
    """Bring a version into use, whatever it measured.

    Raises
    ------
    AdaptationError
        When there is none of this name, or it cannot be read.
    """
    if folder / name not in _version_folders(folder):
        raise AdaptationError(
            f"There is no adapted question encoder {name}.", hint="Look in `deskwise models`."
        )
    _read_version(folder / name)
    _point(folder, name, _sha256(folder / name / _MANIFEST))


def discard(folder: Path) -> None:
    """Take the version in use out of use; its files stay.

    Raises
    ------
    AdaptationError
        When the folder cannot be written to.
    """
    try:
        (folder / _POINTER).unlink(missing_ok=True)
    except OSError as error:
        raise AdaptationError(
            f"{folder / _POINTER} cannot be removed: {error}.", hint="Remove it by hand."
        ) from error


def live_version(folder: Path) -> AdaptedVersion | None:
    """Return the version in use, or None.

    Raises
    ------
    AdaptationHashError
        When its manifest differs from the hash that was kept of it.
    AdaptationError
        When it cannot be read.
    """
    pointer = _read_json(folder / _POINTER)
    if pointer is None:
        return None
    name, expected = str(pointer.get("version")), pointer.get("manifest_sha256")
    if _sha256(folder / name / _MANIFEST) != expected:
        raise AdaptationHashError(
            f"The manifest of the adapted question encoder {folder / name} was changed.",
            hint=_AGAIN,
        )
    return replace(_read_version(folder / name), is_live=True)


def list_versions(folder: Path) -> tuple[AdaptedVersion, ...]:
    """Return all versions, oldest first.

    Raises
    ------
    AdaptationError
        When a manifest cannot be read.
    """
    pointer = _read_json(folder / _POINTER) or {}
    return tuple(
        replace(_read_version(path), is_live=path.name == pointer.get("version"))
        for path in sorted(_version_folders(folder))
    )


def weights_digest(changed: Mapping[str, Numbers]) -> str:
    """Return a sha256 over weights by name."""
    digest = hashlib.sha256()
    for name in sorted(changed):
        digest.update(f"{name}\0".encode())
        digest.update(np.ascontiguousarray(changed[name], dtype="<f4").tobytes())
    return digest.hexdigest()


def _read_version(path: Path) -> AdaptedVersion:
    saved = _read_json(path / _MANIFEST)
    try:
        if saved is None or saved.pop("format") != FORMAT:
            raise ValueError(f"expected a manifest of format {FORMAT}")
        return AdaptedVersion(**saved)
    except (KeyError, TypeError, ValueError) as error:
        raise AdaptationError(
            f"The adapted question encoder {path} has no readable manifest: {error}.", hint=_AGAIN
        ) from error


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("expected an object")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise AdaptationError(f"{path} cannot be read: {error}.", hint=_AGAIN) from error
    return content


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise AdaptationError(f"{path} cannot be read: {error}.", hint=_AGAIN) from error


def _point(folder: Path, version: str, manifest_sha256: str) -> None:
    pointer = folder / f"{_POINTER}.new"
    content = {"version": version, "manifest_sha256": manifest_sha256}
    with pointer.open("w", encoding="utf-8") as handle:
        handle.write(json.dumps(content, indent=1))
        handle.flush()
        os.fsync(handle.fileno())
    pointer.replace(folder / _POINTER)


def _version_folders(folder: Path) -> list[Path]:
    return [path for path in folder.glob("[0-9]*") if path.is_dir() and path.name.isdigit()]


def _prune(folder: Path) -> None:
    live = (_read_json(folder / _POINTER) or {}).get("version")
    others = [path for path in sorted(_version_folders(folder)) if path.name != live]
    for path in others[: max(0, len(others) - (_KEPT_VERSIONS - 1))]:
        shutil.rmtree(path, ignore_errors=True)
