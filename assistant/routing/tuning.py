"""Fine-tuning the encoder's last layers to tell labels apart: a cosine classifier on its vectors.

Each label has a unit vector, first the mean of its rows; scaled cosines are its logits, and layers
and label vectors are moved together by cross-entropy. Tokens are dropped at random, so that no
single word decides. Minutes for ten thousand rows, so `train router` goes without it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assistant.routing.learner import Logits, Vectors
from knowledge_base.adaptation.question_encoder import QuestionEncoder
from knowledge_base.encoders import MiniLMEncoder
from knowledge_base.threads import n_cores

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import AdamW

N_LAYERS = 3
SCALE = 20.0
"""Cosine → logit."""
LAYER_RATE, HEAD_RATE = 2e-4, 0.02
WEIGHT_DECAY = 0.01
DROPPED = 0.1
"""Share of the tokens that are left out of a text, anew each time."""
N_ROWS_IN_ALL = 50_000
"""Rows times epochs, within the limits below."""
EPOCHS = (4, 12)
_FEW_ROWS = 2_000
_WARM_UP_STEPS = 50

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TunedHead:
    """An encoder with tuned layers, and the direction of each label."""

    encoder: QuestionEncoder
    labels: tuple[str, ...]
    """Sorted."""
    directions: Vectors
    """Unit vectors, shape (n_labels, n_dimensions)."""

    def logits(self, texts: Sequence[str]) -> Logits:
        """Return scaled cosines, shape (n_texts, n_labels)."""
        return np.asarray(SCALE * self.encoder.encode(texts) @ self.directions.T, dtype=np.float64)


def tune_head(
    encoder: MiniLMEncoder,
    texts: Sequence[str],
    vectors: Vectors,
    labels: Sequence[str],
    *,
    seed: int,
) -> TunedHead:
    """Fine-tune a copy of the last layers; the encoder itself stays as it is.

    Parameters
    ----------
    encoder
        The built-in one.
    texts, vectors, labels
        As for `fit_classifier`; the vectors are the encoder's.
    seed
        Decides order and dropped tokens.
    """
    import torch
    from torch.nn import functional

    torch.set_num_threads(encoder.settings.threads or n_cores())
    names, gold = np.unique(np.asarray(labels), return_inverse=True)
    loaded = encoder.load()
    tokens = [each.ids for each in loaded.tokenizer.encode_batch(list(texts))]
    layers = range(loaded.network.shape.n_layers)[-N_LAYERS:]
    learned = {
        name: each.clone().requires_grad_(True)
        for name, each in loaded.network.layer_weights(layers).items()
    }
    network = loaded.network.with_weights(learned)
    means = np.stack([vectors[gold == place].mean(axis=0) for place in range(len(names))])
    head = torch.from_numpy(means.astype(np.float32)).requires_grad_(True)
    optimizer = _optimizer(learned, head)
    rates = [group["lr"] for group in optimizer.param_groups]
    target = torch.from_numpy(gold.astype(np.int64))
    rng = np.random.default_rng(seed)
    batches = list(_batches(len(texts), rng))
    for step, batch in enumerate(batches):
        share = min(1.0, (step + 1) / _WARM_UP_STEPS) * (1 - step / len(batches))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * share
        found = network.forward([_thinned(tokens[row], rng) for row in batch.tolist()])
        logits = SCALE * found @ functional.normalize(head, dim=1).T
        loss = functional.cross_entropy(logits, target[batch])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    directions = functional.normalize(head.detach(), dim=1).numpy()
    changed = {name: each.detach().numpy() for name, each in learned.items()}
    return TunedHead(
        encoder=QuestionEncoder(encoder, changed),
        labels=tuple(str(name) for name in names),
        directions=directions,
    )


def _optimizer(learned: Mapping[str, Tensor], head: Tensor) -> AdamW:
    import torch

    return torch.optim.AdamW(
        [
            {"params": list(learned.values()), "lr": LAYER_RATE, "weight_decay": WEIGHT_DECAY},
            {"params": [head], "lr": HEAD_RATE, "weight_decay": 0.0},
        ]
    )


def _batches(n_rows: int, rng: np.random.Generator) -> Iterator[Places]:
    """Yield the rows of each step, all rows once an epoch in another order."""
    size = 32 if n_rows < _FEW_ROWS else 64
    n_epochs = min(max(round(N_ROWS_IN_ALL / n_rows), EPOCHS[0]), EPOCHS[1])
    for _ in range(n_epochs):
        order = rng.permutation(n_rows)
        yield from np.array_split(order, math.ceil(n_rows / size))


def _thinned(tokens: Sequence[int], rng: np.random.Generator) -> list[int]:
    """Return a text's tokens with some left out, never the special ones nor all others."""
    kept = rng.random(len(tokens)) >= DROPPED
    kept[[0, -1]] = True
    if len(tokens) <= 4 or not kept[1:-1].any():
        return list(tokens)
    return [token for token, is_kept in zip(tokens, kept.tolist(), strict=True) if is_kept]
