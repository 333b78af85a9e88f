from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import encoders
from knowledge_base.config import EncoderSettings
from knowledge_base.encoders import (
    MODEL_HASHES,
    MODEL_PACKAGE,
    HashEncoder,
    find_model_folder,
    load_encoder,
    token_batches,
    verify_model,
)
from knowledge_base.errors import EncoderError, EncoderHashError
from knowledge_base.vector_cache import CachedEncoder, VectorCache


@given(st.lists(st.integers(1, 300), max_size=60), st.integers(1, 1000))
def test_batches_hold_every_text_once_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = list(token_batches(lengths, budget))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[place] for place in batch)
        assert len(batch) == 1 or longest * len(batch) <= budget


def test_the_models_package_is_found_without_running_it() -> None:
    sys.modules.pop(MODEL_PACKAGE, None)
    assert (find_model_folder() / "model.safetensors").is_file()
    assert MODEL_PACKAGE not in sys.modules


def test_the_pinned_weights_are_the_published_ones() -> None:
    assert MODEL_HASHES["model.safetensors"] == (
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    )


def test_a_changed_file_is_refused_and_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EncoderHashError, match=r"config\.json") as raised:
        verify_model(tmp_path, {"config.json": "0" * 64})
    assert raised.value.code == "encoder_hash_mismatch"
    assert raised.value.hint


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"model\.safetensors"):
        verify_model(tmp_path, {"model.safetensors": "0" * 64})


def test_a_hash_mismatch_refuses_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {**MODEL_HASHES, "tokenizer.json": "0" * 64}
    monkeypatch.setattr(encoders, "MODEL_HASHES", wrong)
    with pytest.raises(EncoderHashError, match=r"tokenizer\.json"):
        load_encoder(EncoderSettings())


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "MODEL_PACKAGE", "no_such_package_here")
    with pytest.raises(EncoderError, match="no_such_package_here"):
        load_encoder(EncoderSettings())


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, knowledge_base\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'faiss', 'bm25s'}\n"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_cache_embeds_no_text_twice_and_survives_reopening(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"
    first = CachedEncoder(HashEncoder(), VectorCache(path))
    vectors = first.encode(["a", "b", "a"])
    assert first.n_encoded == 2
    again = CachedEncoder(HashEncoder(), VectorCache(path))
    assert again.missing(["a", "b", "c"]) == 1
    assert again.encode(["b", "a", "c"])[:2].tobytes() == vectors[[1, 0]].tobytes()
    assert again.n_encoded == 1


def test_encoders_of_different_names_share_no_vectors() -> None:
    cache = VectorCache(None)
    small, large = CachedEncoder(HashEncoder(8), cache), CachedEncoder(HashEncoder(16), cache)
    assert small.encode(["a"]).shape == (1, 8)
    assert large.encode(["a"]).shape == (1, 16)


def test_the_fake_is_the_same_everywhere() -> None:
    vector = HashEncoder(4).encode(["printer"])[0]
    assert vector == pytest.approx(np.asarray(HashEncoder(4).encode(["Printer!"])[0]))
