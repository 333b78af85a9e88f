"""The adapted question side on disk: what is read, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base.adaptation.question_encoder import (
    AdaptedVersion,
    QuestionEncoder,
    list_versions,
    live_version,
    load_question_encoder,
    save_version,
)
from knowledge_base.encoders import HashEncoder
from knowledge_base.errors import AdaptationHashError
from tests.integration.knowledge_base.adaptation.small import SmallEncoder

TEXTS = ["when you open the seen1", "done7", "after a while it fails"]


def changed(base: SmallEncoder, seed: int = 1) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {
        name: (each.numpy() + random.normal(size=each.shape, scale=0.3)).astype(np.float32)
        for name, each in base.load().network.layer_weights([1]).items()
    }


def version(base: str = "small-0", *, is_promoted: bool = True) -> AdaptedVersion:
    return AdaptedVersion(
        base=base,
        corpus_digest="c" * 64,
        created_at="2026-06-30T00:00:00+00:00",
        seed=7,
        is_promoted=is_promoted,
        reason="tried",
        figures={},
        settings={},
    )


def test_without_a_version_questions_are_read_as_before(tmp_path: Path) -> None:
    base = SmallEncoder()
    assert load_question_encoder(tmp_path / "encoder", base) is base


def test_what_was_saved_reads_questions_alike(tmp_path: Path) -> None:
    base = SmallEncoder()
    weights = changed(base)
    save_version(tmp_path, version(), weights)
    found = load_question_encoder(tmp_path, SmallEncoder())
    assert found.name != base.name
    assert np.array_equal(found.encode(TEXTS), QuestionEncoder(base, weights).encode(TEXTS))
    assert not np.allclose(found.encode(TEXTS), base.encode(TEXTS))


@given(st.lists(st.text(min_size=1, max_size=40).filter(str.strip), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_passages_keep_their_vectors_and_adapted_ones_are_of_length_one(texts: list[str]) -> None:
    before, base = SmallEncoder().encode(texts), SmallEncoder()
    adapted = QuestionEncoder(base, changed(base)).encode(texts)
    assert np.array_equal(base.encode(texts), before)
    assert np.linalg.norm(adapted, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-5)


@pytest.mark.parametrize("file", ["weights.safetensors", "manifest.json"])
def test_a_changed_file_is_refused(tmp_path: Path, file: str) -> None:
    base = SmallEncoder()
    save_version(tmp_path, version(), changed(base))
    path = tmp_path / "0001" / file
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    with pytest.raises(AdaptationHashError, match="0001") as caught:
        load_question_encoder(tmp_path, base)
    assert "train encoder" in caught.value.hint


def test_one_adapted_to_another_encoder_is_left_alone(tmp_path: Path) -> None:
    base = SmallEncoder()
    save_version(tmp_path, version(), changed(base))
    other, foreign = SmallEncoder(seed=5), HashEncoder()
    assert load_question_encoder(tmp_path, other) is other
    assert load_question_encoder(tmp_path, foreign) is foreign


def test_what_was_kept_back_leaves_the_one_in_use_and_no_weights(tmp_path: Path) -> None:
    base = SmallEncoder()
    save_version(tmp_path, version(), changed(base))
    before = load_question_encoder(tmp_path, base)
    save_version(tmp_path, version(is_promoted=False), changed(base, seed=2))
    assert load_question_encoder(tmp_path, base).name == before.name
    assert [each.is_live for each in list_versions(tmp_path)] == [True, False]
    assert not (tmp_path / "0002" / "weights.safetensors").exists()


def test_old_versions_go_but_never_the_one_in_use(tmp_path: Path) -> None:
    base = SmallEncoder()
    live = save_version(tmp_path, version(), changed(base))
    for _ in range(4):
        save_version(tmp_path, version(is_promoted=False), {})
    assert live_version(tmp_path) == replace(live, is_live=True)
    assert len(list_versions(tmp_path)) == 3


def test_a_manifest_names_base_corpus_and_files(tmp_path: Path) -> None:
    save_version(tmp_path, version(), changed(SmallEncoder()))
    saved = json.loads((tmp_path / "0001" / "manifest.json").read_text())
    assert saved["base"] == "small-0" and saved["corpus_digest"] == "c" * 64
    assert set(saved["files"]) == {"weights.safetensors"}
