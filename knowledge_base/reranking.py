"""The first passages once more, each read together with the question: a cross-encoder.

An option, never a need: it costs more than all other legs together, and nothing is shipped. Its
score is one more leg of the ranking, so that a hit shows what it said.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.chunking import embedding_text
from knowledge_base.config import RerankerSettings
from knowledge_base.errors import RerankerError
from knowledge_base.index.content import Content
from knowledge_base.index.fusion import Scores, min_max
from knowledge_base.index.legs import Candidates
from knowledge_base.ports import Reranker
from knowledge_base.ranking import RankedDocuments

CROSS_LEG = "cross_encoder"
_HINT = (
    "Put a model of sentence-transformers' CrossEncoder in a folder and name the folder in the "
    "setting `reranker`, or empty the setting."
)


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers; its weights are read with the first question.

    Parameters
    ----------
    settings : RerankerSettings
        With a name.
    """

    def __init__(self, settings: RerankerSettings) -> None:
        self._settings = settings
        self._model: Any = None
        self._lock = threading.Lock()

    @property
    def settings(self) -> RerankerSettings:
        """Return what it was made with."""
        return self._settings

    def scores(self, question: str, texts: Sequence[str]) -> Scores:
        """Return how well each text answers, shape (n_texts,), in the model's own unit.

        Raises
        ------
        RerankerError
            When the model cannot be loaded, or gives more than one number for a pair.
        """
        if not texts:
            return np.zeros(0, dtype=np.float32)
        with self._lock:
            # Its tokenizer may be set up by one thread at a time only.
            model = self._model = self._model or self._read()
            found = model.predict(
                [(question, text) for text in texts],
                activation_fn=_as_it_is(),
                show_progress_bar=False,
            )
        return np.asarray(found, dtype=np.float32).reshape(len(texts))

    def _read(self) -> Any:
        from sentence_transformers import CrossEncoder

        name = self._settings.name
        try:
            model = CrossEncoder(
                name,
                device="cpu",
                max_length=self._settings.max_tokens,
                local_files_only=not self._settings.may_download,
            )
        except (OSError, ValueError, KeyError) as error:
            raise RerankerError(
                f"The cross-encoder {name!r} cannot be loaded: {error}", hint=_HINT
            ) from error
        if model.num_labels != 1:
            raise RerankerError(
                f"The cross-encoder {name!r} gives {model.num_labels} numbers for a question and "
                "a passage; expected one.",
                hint=_HINT,
            )
        return model


def _as_it_is() -> Any:
    import torch

    return torch.nn.Identity()


def load_reranker(settings: RerankerSettings) -> CrossEncoderReranker | None:
    """Return the cross-encoder that the settings name; None when they name none.

    Weights are not loaded before the first question; that they are missing is found now.

    Raises
    ------
    RerankerError
        When no such model is on this machine and none may be fetched.
    """
    name = settings.name.strip()
    if not name:
        return None
    if not settings.may_download and not _is_here(name):
        raise RerankerError(
            f"The cross-encoder {name!r} is not on this machine: it is neither a folder with a "
            "config.json nor in the model cache, and nothing is fetched.",
            hint=f"{_HINT} With `reranker_download = true` a name is fetched.",
        )
    return CrossEncoderReranker(replace(settings, name=name))


def _is_here(name: str) -> bool:
    if Path(name).is_dir():
        return (Path(name) / "config.json").is_file()
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        return isinstance(try_to_load_from_cache(name, "config.json"), str)
    except HFValidationError:
        # A path of more than two parts is no name of a model.
        return False


def reranked(
    content: Content,
    found: Candidates,
    ranked: RankedDocuments,
    fused: Scores,
    *,
    question: str,
    reranker: Reranker,
) -> RankedDocuments:
    """Return the documents with the best passage of each of the first read once more.

    A score becomes the mean of what it was and of what the reranker says, from 0 for the worst of
    the passages that were read to 1 for the best. What was not read counts as the worst, so that it
    stays behind what was.

    Parameters
    ----------
    content : Content
        The open index.
    found : Candidates
        The passages.
    ranked : RankedDocuments
        Their n documents, at least one.
    fused : array of shape (n_passages,)
        Score of each passage.
    question : str
        As it was asked.
    reranker : Reranker
        What reads.
    """
    settings = reranker.settings
    first = np.lexsort((ranked.rows, -ranked.scores))[: settings.n_passages]
    best = [
        int(found.rows[start + int(np.argmax(fused[start:end]))])
        for start, end in zip(
            ranked.starts[first].tolist(), ranked.ends[first].tolist(), strict=True
        )
    ]
    said = reranker.scores(question, [embedding_text(content.passage(row)) for row in best])
    share = min_max(said, float(said.min()), float(said.max()))
    raw = np.full(len(ranked.rows), said.min(), dtype=np.float32)
    shares = np.zeros(len(ranked.rows), dtype=np.float32)
    raw[first], shares[first] = said, share
    weight = np.float32(settings.weight)
    return replace(
        ranked,
        raw={**ranked.raw, CROSS_LEG: raw},
        shares={**ranked.shares, CROSS_LEG: shares},
        scores=(1 - weight) * ranked.scores + weight * shares,
    )
