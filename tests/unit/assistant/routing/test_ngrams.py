"""N-grams are those of scikit-learn's TF-IDF, without needing it to route."""

from __future__ import annotations

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.routing.ngrams import fit_ngrams, ngrams_of

TEXTS = [
    "my printer is broken",
    "my my printer",
    "how many printers are broken?",
    "open a ticket?",
    "Ticket about my VPN",
]


def test_weights_equal_scikit_learns() -> None:
    ngrams = fit_ngrams(TEXTS)
    for mark, reference in (
        ("c", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)),
        (
            "w",
            TfidfVectorizer(
                token_pattern=r"\w+|\?", ngram_range=(1, 2), sublinear_tf=True, min_df=2
            ),
        ),
    ):
        reference.fit(TEXTS)
        own = sorted(gram[1:] for gram in ngrams.places if gram[0] == mark)
        assert own == sorted(reference.vocabulary_)
        for text in [*TEXTS, "the printer broke my ticket"]:
            places, weights = ngrams.weigh(text)
            found = dict(zip(places.tolist(), weights.tolist(), strict=True))
            expected = reference.transform([text]).toarray()[0]
            for gram, column in reference.vocabulary_.items():
                value = found.get(ngrams.places[mark + gram], 0.0)
                assert np.isclose(value, expected[column], atol=1e-6), (text, gram)


def test_a_text_of_nothing_known_has_no_features() -> None:
    places, weights = fit_ngrams(TEXTS).weigh("zzz qqq")
    assert places.size == 0
    assert weights.size == 0


def test_a_typing_error_keeps_most_of_the_letters() -> None:
    right = {gram for gram in ngrams_of("password") if gram[0] == "c"}
    wrong = {gram for gram in ngrams_of("pasword") if gram[0] == "c"}
    assert len(right & wrong) / len(right) > 0.5
    assert not {gram for gram in right & wrong if gram == "wpassword"}


def test_a_very_long_text_is_cut() -> None:
    assert list(ngrams_of("a" * 4000 + " secret")) == list(ngrams_of("a" * 4000))
