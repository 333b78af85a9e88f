"""Tuning the real encoder: labels come apart, and the encoder itself stays as it was."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.routing.rejection import fit_rejecting
from assistant.routing.tuning import tune_head
from knowledge_base import EncoderSettings, load_encoder
from knowledge_base.encoders import MiniLMEncoder

ROWS = {
    "printing": [
        "the printer jams",
        "no toner left",
        "scan to folder fails",
        "pages come out blank",
    ],
    "travel": ["book a flight", "my hotel is full", "when does the train leave", "lost luggage"],
    "money": ["pay this invoice", "my salary is late", "a refund please", "the budget is spent"],
}
TEXTS = [text for texts in ROWS.values() for text in texts]
LABELS = [label for label, texts in ROWS.items() for _ in texts]


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    found = load_encoder(EncoderSettings(threads=1))
    assert isinstance(found, MiniLMEncoder)
    return found


@pytest.mark.slow
def test_labels_come_apart_and_the_encoder_stays(encoder: MiniLMEncoder) -> None:
    before = encoder.encode(TEXTS)
    head = tune_head(encoder, TEXTS, before, LABELS, seed=3)
    assert np.array_equal(encoder.encode(TEXTS), before)
    assert head.labels == tuple(sorted(ROWS))
    found = [head.labels[place] for place in head.logits(TEXTS).argmax(axis=1)]
    assert found == LABELS
    again = tune_head(encoder, TEXTS, before, LABELS, seed=3)
    assert np.array_equal(again.directions, head.directions)


@pytest.mark.slow
def test_what_fits_no_label_scores_lower(encoder: MiniLMEncoder) -> None:
    model = fit_rejecting(
        TEXTS, encoder.encode(TEXTS), LABELS, oos_label="oos", encoder=encoder, seed=3
    )
    known, strange = ("a jam in the printer", "how do volcanoes erupt")
    guesses = [model.guess(text, encoder.encode([text])[0]) for text in (known, strange)]
    assert guesses[0].label == "printing"
    assert guesses[0].score > guesses[1].score
