"""all-MiniLM-L6-v2 in plain PyTorch: the same numbers as sentence-transformers, started sooner.

The network is BERT (Devlin et al. 2019) with mean pooling over tokens (Reimers & Gurevych 2019).
Loading it through `transformers` costs seconds of imports that a single question on the command
line cannot wait for; the network itself is six layers. Sequences of a batch are laid end to end
without padding for everything but attention, where they are padded to the longest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class BertShape:
    """Sizes of the network, from its config.json."""

    n_layers: int
    n_heads: int
    n_dimensions: int
    layer_norm_epsilon: float

    @classmethod
    def read(cls, path: Path) -> BertShape:
        """Read config.json."""
        config = json.loads(path.read_text())
        return cls(
            n_layers=int(config["num_hidden_layers"]),
            n_heads=int(config["num_attention_heads"]),
            n_dimensions=int(config["hidden_size"]),
            layer_norm_epsilon=float(config["layer_norm_eps"]),
        )


class MiniLM:
    """The network with its weights.

    Parameters
    ----------
    weights : mapping of str to Tensor
        Named as in model.safetensors.
    shape : BertShape
        Sizes of the network.
    """

    def __init__(self, weights: Mapping[str, Tensor], shape: BertShape) -> None:
        import torch

        self.shape = shape
        self._weights = {name: tensor for name, tensor in weights.items() if tensor.ndim}
        # One matrix product instead of three for query, key and value.
        for layer in range(shape.n_layers):
            prefix = f"encoder.layer.{layer}.attention.self"
            for kind in ("weight", "bias"):
                parts = [
                    self._weights.pop(f"{prefix}.{x}.{kind}") for x in ("query", "key", "value")
                ]
                self._weights[f"{prefix}.qkv.{kind}"] = torch.cat(parts).contiguous()

    def embed(self, sequences: Sequence[Sequence[int]]) -> Tensor:
        """Return unit vectors, shape (n_sequences, n_dimensions), of token ids.

        Parameters
        ----------
        sequences : sequence of sequence of int
            Token ids with their special tokens; at least one sequence, none empty.
        """
        import torch

        with torch.inference_mode():
            return self.forward(sequences)

    def embed_tokens(self, sequences: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """Return what `embed` returns and, from the same pass, the states of all tokens.

        The states, shape (n_tokens, n_dimensions), lie end to end in the order of the sequences and
        are not of unit length.
        """
        import torch

        with torch.inference_mode():
            states = self._states(sequences)
            return self._pooled(states, sequences), states

    def forward(self, sequences: Sequence[Sequence[int]]) -> Tensor:
        """Return what `embed` returns, as part of a graph where gradients are wanted."""
        return self._pooled(self._states(sequences), sequences)

    def _states(self, sequences: Sequence[Sequence[int]]) -> Tensor:
        import torch
        from torch.nn import functional

        lengths = [len(sequence) for sequence in sequences]
        tokens = torch.tensor([token for sequence in sequences for token in sequence])
        places = torch.cat([torch.arange(length) for length in lengths])
        states = functional.embedding(tokens, self._weights["embeddings.word_embeddings.weight"])
        states = states + self._weights["embeddings.position_embeddings.weight"][places]
        states = states + self._weights["embeddings.token_type_embeddings.weight"][0]
        states = self._normed(states, "embeddings.LayerNorm")
        padding = _Padding.of(lengths)
        for layer in range(self.shape.n_layers):
            states = self._layer(states, f"encoder.layer.{layer}", padding)
        return states

    def _pooled(self, states: Tensor, sequences: Sequence[Sequence[int]]) -> Tensor:
        import torch
        from torch.nn import functional

        lengths = [len(sequence) for sequence in sequences]
        owner = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))
        sums = torch.zeros(len(lengths), self.shape.n_dimensions).index_add_(0, owner, states)
        return functional.normalize(sums / torch.tensor(lengths)[:, None], dim=1)

    def layer_weights(self, layers: Sequence[int]) -> dict[str, Tensor]:
        """Return the weights of some layers by name, to be changed in a copy."""
        prefixes = tuple(f"encoder.layer.{layer}." for layer in layers)
        return {name: each for name, each in self._weights.items() if name.startswith(prefixes)}

    def with_weights(self, changed: Mapping[str, Tensor]) -> MiniLM:
        """Return a network that has these weights and shares all others with this one.

        Raises
        ------
        ValueError
            When a weight has no place in this network.
        """
        for name, tensor in changed.items():
            own = self._weights.get(name)
            if own is None or own.shape != tensor.shape:
                raise ValueError(f"the network has no weight {name!r} of {tuple(tensor.shape)}")
        network = object.__new__(MiniLM)
        network.shape = self.shape
        network._weights = {**self._weights, **changed}
        return network

    def _layer(self, states: Tensor, prefix: str, padding: _Padding) -> Tensor:
        from torch.nn import functional

        attended = self._attend(states, f"{prefix}.attention.self", padding)
        attended = self._linear(attended, f"{prefix}.attention.output.dense")
        states = self._normed(attended + states, f"{prefix}.attention.output.LayerNorm")
        inner = functional.gelu(self._linear(states, f"{prefix}.intermediate.dense"))
        outer = self._linear(inner, f"{prefix}.output.dense")
        return self._normed(outer + states, f"{prefix}.output.LayerNorm")

    def _attend(self, states: Tensor, prefix: str, padding: _Padding) -> Tensor:
        import torch
        from torch.nn import functional

        n_heads = self.shape.n_heads
        qkv = padding.pad(self._linear(states, f"{prefix}.qkv"))
        n_sequences, longest, _ = qkv.shape
        query, key, value = (
            part.view(n_sequences, longest, n_heads, -1).transpose(1, 2)
            for part in torch.split(qkv, self.shape.n_dimensions, dim=2)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=padding.mask)
        return padding.unpad(mixed.transpose(1, 2).reshape(n_sequences, longest, -1))

    def _linear(self, states: Tensor, name: str) -> Tensor:
        from torch.nn import functional

        return functional.linear(
            states, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        )

    def _normed(self, states: Tensor, name: str) -> Tensor:
        from torch.nn import functional

        return functional.layer_norm(
            states,
            (self.shape.n_dimensions,),
            self._weights[f"{name}.weight"],
            self._weights[f"{name}.bias"],
            self.shape.layer_norm_epsilon,
        )


@dataclass(frozen=True, slots=True)
class _Padding:
    """How sequences laid end to end stand in a padded batch."""

    n_sequences: int
    longest: int
    places: Tensor | None
    """Places of the real tokens in the flat padded batch; None when nothing is padded."""
    mask: Tensor | None
    """True where a key may be attended to, shape (n_sequences, 1, 1, longest)."""

    @classmethod
    def of(cls, lengths: Sequence[int]) -> _Padding:
        import torch

        longest = max(lengths)
        if min(lengths) == longest:
            return cls(len(lengths), longest, None, None)
        is_real = torch.arange(longest)[None, :] < torch.tensor(lengths)[:, None]
        places = is_real.flatten().nonzero().squeeze(1)
        return cls(len(lengths), longest, places, is_real[:, None, None, :])

    def pad(self, states: Tensor) -> Tensor:
        width = states.shape[1]
        if self.places is None:
            return states.view(self.n_sequences, self.longest, width)
        padded = states.new_zeros(self.n_sequences * self.longest, width)
        padded[self.places] = states
        return padded.view(self.n_sequences, self.longest, width)

    def unpad(self, padded: Tensor) -> Tensor:
        flat = padded.reshape(self.n_sequences * self.longest, -1)
        return flat if self.places is None else flat[self.places]
