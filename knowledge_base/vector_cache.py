"""Vectors kept by the content of their text, so that no text is embedded twice."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from knowledge_base.errors import StoreError
from knowledge_base.late import N_NUMBERS, Bytes, TokenVectors
from knowledge_base.ports import Encoder, TokenEncoder, Vectors

_PER_QUERY = 500


class VectorCache:
    """A file of vectors by key. What was put is there after a crash.

    Parameters
    ----------
    path : Path or None
        An SQLite file, made when it is not there; None keeps the vectors in memory.

    Raises
    ------
    StoreError
        When the file cannot be opened or is something else.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path or ":memory:", timeout=10, check_same_thread=False, isolation_level=None
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)"
            )
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS tokens (key BLOB PRIMARY KEY, tokens BLOB NOT NULL)"
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"The vector cache {str(path)!r} cannot be opened: {error}.",
                hint="Delete the file; its vectors are computed again.",
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(
                f"The vector cache {str(self._path)!r} failed: {error}.",
                hint="Make room on the disk, or delete the file; its vectors are computed again.",
            ) from error

    def get(self, keys: Sequence[bytes]) -> Mapping[bytes, Vectors]:
        """Return the vectors of those keys that are known, each of shape (n_dimensions,)."""
        held = self._read("SELECT key, vector FROM vectors WHERE key IN", keys)
        return {key: np.frombuffer(one, dtype="<f4").astype(np.float32) for key, one in held}

    def get_tokens(self, keys: Sequence[bytes]) -> Mapping[bytes, Bytes]:
        """Return the token vectors of those keys that are known, each of shape (n_tokens, 64)."""
        held = self._read("SELECT key, tokens FROM tokens WHERE key IN", keys)
        return {key: np.frombuffer(one, dtype=np.int8).reshape(-1, N_NUMBERS) for key, one in held}

    def _read(self, select: str, keys: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        found: list[tuple[bytes, bytes]] = []
        with self._lock, self._guarded():
            for start in range(0, len(keys), _PER_QUERY):
                part = list(keys[start : start + _PER_QUERY])
                marks = ",".join("?" * len(part))
                found += self._connection.execute(f"{select} ({marks})", part)
        return found

    def put(self, items: Iterable[tuple[bytes, Vectors]]) -> None:
        """Keep these vectors, in one transaction.

        Raises
        ------
        StoreError
            When the file cannot be written, for example on a full disk.
        """
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in items]
        with self._lock, self._guarded(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def put_tokens(self, items: Iterable[tuple[bytes, Bytes]]) -> None:
        """Keep these token vectors, in one transaction. Raises as `put`."""
        rows = [(key, tokens.tobytes()) for key, tokens in items]
        with self._lock, self._guarded(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO tokens VALUES (?, ?)", rows)


class CachedEncoder:
    """An encoder that asks a cache first.

    Meant for the texts of documents. Questions are not put through it: what people ask is not
    kept on disk.

    Parameters
    ----------
    encoder : Encoder
        Computes what the cache does not have.
    cache : VectorCache
        May be shared by encoders of different names.
    """

    def __init__(self, encoder: Encoder, cache: VectorCache) -> None:
        self._encoder = encoder
        self._cache = cache
        self.n_encoded = 0
        """Texts that the cache did not have, since this object was made."""

    @property
    def name(self) -> str:
        """Return the encoder's name."""
        return self._encoder.name

    @property
    def n_dimensions(self) -> int:
        """Return the length of a vector."""
        return self._encoder.n_dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n_texts, n_dimensions), float32."""
        vectors = np.empty((len(texts), self.n_dimensions), dtype=np.float32)
        keys = [self._key(text) for text in texts]
        known = dict(self._cache.get(list(dict.fromkeys(keys))))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            computed = self._encoder.encode(list(missing.values()))
            self._cache.put(zip(missing, computed, strict=True))
            known.update(zip(missing, computed, strict=True))
            self.n_encoded += len(missing)
        for row, key in enumerate(keys):
            vectors[row] = known[key]
        return vectors

    @property
    def plain(self) -> Encoder:
        """Return the encoder without the cache."""
        return self._encoder

    @property
    def has_tokens(self) -> bool:
        """Whether the encoder can give a vector for each token."""
        return isinstance(self._encoder, TokenEncoder)

    def tokens(self, texts: Sequence[str]) -> TokenVectors:
        """Return the token vectors of texts.

        What the cache lacks is computed, and the texts' own vectors with it.

        Raises
        ------
        TypeError
            When the encoder has none; ask `has_tokens` first.
        """
        if not isinstance(self._encoder, TokenEncoder):
            raise TypeError(f"the encoder {self.name!r} has no token vectors")
        keys = [self._key(text) for text in texts]
        known = dict(self._cache.get_tokens(list(dict.fromkeys(keys))))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            vectors, tokens = self._encoder.encode_tokens(list(missing.values()))
            computed = {key: tokens.text(row) for row, key in enumerate(missing)}
            self.n_encoded += len(missing) - len(self._cache.get(list(missing)))
            self._cache.put(zip(missing, vectors, strict=True))
            self._cache.put_tokens(computed.items())
            known.update(computed)
        return TokenVectors.of([known[key] for key in keys])

    def missing(self, texts: Sequence[str]) -> int:
        """Return how many different texts are not in the cache."""
        keys = list(dict.fromkeys(self._key(text) for text in texts))
        return len(keys) - len(self._cache.get(keys))

    def _key(self, text: str) -> bytes:
        named = f"{self.name}\0{text}".encode("utf-8", "surrogatepass")
        return hashlib.sha256(named).digest()
