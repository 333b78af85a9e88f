"""The built-in encoder against sentence-transformers on the same files."""

from __future__ import annotations

import warnings

import pytest

from knowledge_base.config import EncoderSettings
from knowledge_base.encoders import SentenceTransformersEncoder, find_model_folder, load_encoder

TEXTS = [
    "",
    "vpn",
    "The printer says “49 Service” and restarts; naïve résumé, 日本語, 🙂.",
    "Run Set-CASMailbox -Identity user@contoso.com -OWAEnabled $false",
    "One sentence about a meeting room that nobody can book. " * 40,
    *(f"Passage {n}: " + "word " * n for n in range(1, 60, 7)),
]


@pytest.mark.slow
def test_the_network_gives_the_vectors_of_sentence_transformers() -> None:
    with warnings.catch_warnings():
        # What its imports deprecate is not ours to fix.
        warnings.simplefilter("ignore")
        reference = SentenceTransformersEncoder(EncoderSettings(name=str(find_model_folder())))
        expected = reference.encode(TEXTS)
    found = load_encoder(EncoderSettings()).encode(TEXTS)
    assert found == pytest.approx(expected, abs=1e-5)
    assert reference.n_dimensions == 384
