"""A corpus of two words a topic, and a network of two layers that starts without a clue."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from knowledge_base.chunking import cut
from knowledge_base.config import ChunkingSettings, EncoderSettings
from knowledge_base.encoders import LoadedModel, MiniLMEncoder
from knowledge_base.minilm import BertShape, MiniLM
from knowledge_base.model import Document, Passage

N_DIMENSIONS = 16
SHAPE = BertShape(n_layers=2, n_heads=2, n_dimensions=N_DIMENSIONS, layer_norm_epsilon=1e-12)
FILLERS = ("when", "you", "open", "the", "it", "fails", "after", "a", "while")


def document(number: int) -> Document:
    """An article whose symptoms and resolution share no word but its topic's."""
    seen, done = f"seen{number}", f"done{number}"
    text = (
        f"# About {done}\n\n## Symptoms\n\nWhen you open the {seen} it fails {seen} after a "
        f"while.\n\n## Resolution\n\nReset {done} and restart {done} twice to repair everything "
        f"of {done} and {seen} at once.\n"
    )
    return Document(
        document_id=f"kb/{number:03d}.md",
        title=f"About {done}",
        text=text,
        updated_on=date(2026, 1, 1),
        content_hash=f"{number:064d}",
    )


def contents(n_documents: int) -> list[tuple[Document, tuple[Passage, ...]]]:
    chunking = ChunkingSettings(max_words=20, small_words=1)
    documents = [document(number) for number in range(n_documents)]
    return [(each, cut(each, chunking)) for each in documents]


class SmallEncoder(MiniLMEncoder):
    """The real code around a small network of random weights."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(Path(), EncoderSettings(threads=1))
        self._seed = seed

    @property
    def name(self) -> str:
        return f"small-{self._seed}"

    @property
    def n_dimensions(self) -> int:
        return N_DIMENSIONS

    def _read(self) -> LoadedModel:
        vocabulary = {"[UNK]": 0}
        words = [f"{kind}{number}" for kind in ("seen", "done") for number in range(100)]
        for word in [*FILLERS, *words]:
            vocabulary[word] = len(vocabulary)
        tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = WhitespaceSplit()
        pieces: Any = SimpleNamespace(question=lambda *_: None)
        return LoadedModel(tokenizer, MiniLM(_weights(len(vocabulary), self._seed), SHAPE), pieces)


def _weights(n_words: int, seed: int) -> dict[str, torch.Tensor]:
    random = np.random.default_rng(seed)

    def drawn(*shape: int, scale: float) -> torch.Tensor:
        return torch.tensor(random.normal(size=shape) * scale, dtype=torch.float32)

    width = N_DIMENSIONS
    weights = {
        "embeddings.word_embeddings.weight": drawn(n_words, width, scale=1.0),
        "embeddings.position_embeddings.weight": drawn(512, width, scale=0.01),
        "embeddings.token_type_embeddings.weight": drawn(2, width, scale=0.01),
        **_norm("embeddings.LayerNorm"),
    }
    for layer in range(SHAPE.n_layers):
        prefix = f"encoder.layer.{layer}"
        linear = {
            "attention.self.query": (width, width),
            "attention.self.key": (width, width),
            "attention.self.value": (width, width),
            "attention.output.dense": (width, width),
            "intermediate.dense": (4 * width, width),
            "output.dense": (width, 4 * width),
        }
        for name, shape in linear.items():
            weights[f"{prefix}.{name}.weight"] = drawn(*shape, scale=0.1)
            weights[f"{prefix}.{name}.bias"] = torch.zeros(shape[0])
        weights |= _norm(f"{prefix}.attention.output.LayerNorm")
        weights |= _norm(f"{prefix}.output.LayerNorm")
    return weights


def _norm(name: str) -> dict[str, torch.Tensor]:
    return {
        f"{name}.weight": torch.ones(N_DIMENSIONS),
        f"{name}.bias": torch.zeros(N_DIMENSIONS),
    }
