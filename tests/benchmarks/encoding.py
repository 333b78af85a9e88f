"""Encoding: passages per second against plain `SentenceTransformer.encode` on the same passages.

Both run in this process, by turns, several times; the ratio of the medians is what counts.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.chunking import cut, embedding_text
from knowledge_base.config import ChunkingSettings, EncoderSettings
from knowledge_base.encoders import find_model_folder, load_encoder
from knowledge_base.model import Document
from knowledge_base.sources.markdown import markdown_source

ROOT = Path(__file__).resolve().parents[2]
N_PASSAGES = 256
N_ROUNDS = 3


def passages(n_passages: int = N_PASSAGES) -> tuple[str, list[str]]:
    """Return where the passages are from, and an even sample of them as they are embedded."""
    shared = Path(os.environ.get("DESKWISE_SHARED", ROOT.parent / "shared")) / "data" / "kb"
    folder = shared if shared.is_dir() else ROOT / "knowledge_base" / "content" / "articles"
    texts = [
        embedding_text(passage)
        for item in markdown_source(folder).read()
        if isinstance(item, Document)
        for passage in cut(item, ChunkingSettings())
    ]
    step = max(1, len(texts) // n_passages)
    return folder.name, texts[::step][:n_passages]


def run() -> dict[str, Any]:
    """Time both by turns and return seconds, the ratio, and how far the vectors agree."""
    from sentence_transformers import SentenceTransformer

    corpus, texts = passages()
    ours = load_encoder(EncoderSettings())
    plain = SentenceTransformer(str(find_model_folder()), device="cpu")
    ours.encode(texts[:8])
    plain.encode(texts[:8], show_progress_bar=False)
    ours_s: list[float] = []
    plain_s: list[float] = []
    for _ in range(N_ROUNDS):
        started = time.perf_counter()
        left = ours.encode(texts)
        ours_s.append(time.perf_counter() - started)
        started = time.perf_counter()
        right = plain.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        plain_s.append(time.perf_counter() - started)
    cosines = np.sum(np.asarray(left) * np.asarray(right), axis=1)
    return {
        "corpus": corpus,
        "n_passages": len(texts),
        "rounds": N_ROUNDS,
        "deskwise_s": _rounded(ours_s),
        "sentence_transformers_s": _rounded(plain_s),
        "speedup": round(statistics.median(plain_s) / statistics.median(ours_s), 3),
        "lowest_cosine_between_the_two": round(float(cosines.min()), 6),
    }


def _rounded(seconds: Sequence[float]) -> list[float]:
    return [round(value, 3) for value in seconds]
