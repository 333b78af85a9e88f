from __future__ import annotations

import numpy as np
import pytest

from knowledge_base.config import EncoderSettings
from knowledge_base.encoders import HashEncoder, load_encoder
from knowledge_base.ports import Encoder
from knowledge_base.vector_cache import CachedEncoder, VectorCache

TEXTS = [
    "The printer shows an error.",
    "",
    "vpn",
    "A much longer text about signing in, again and again. " * 30,
    "The printer shows an error.",
]


@pytest.fixture(params=["hash", "cached hash", "MiniLM"], scope="module")
def encoder(request: pytest.FixtureRequest) -> Encoder:
    match request.param:
        case "hash":
            return HashEncoder()
        case "cached hash":
            return CachedEncoder(HashEncoder(), VectorCache(None))
        case _:
            return load_encoder(EncoderSettings(threads=1, batch_tokens=256))


def test_vectors_are_unit_float32_in_the_order_of_the_texts(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.n_dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert encoder.encode([text])[0] == pytest.approx(vector, abs=1e-5)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.n_dimensions)


def test_related_texts_lie_nearer_than_others(encoder: Encoder) -> None:
    asked, related, other = encoder.encode(
        ["the printer does not print", "printer is printing nothing", "book a meeting room"]
    )
    assert asked @ related > asked @ other


def test_the_same_call_gives_the_same_bytes(encoder: Encoder) -> None:
    assert encoder.encode(TEXTS).tobytes() == encoder.encode(TEXTS).tobytes()


def test_the_name_is_stable_and_not_empty(encoder: Encoder) -> None:
    assert encoder.name and encoder.name == encoder.name.strip()
