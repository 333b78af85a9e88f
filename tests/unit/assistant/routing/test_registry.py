"""Routers on disk: verified before use, promoted only when not worse."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import NotBuiltError, RouterError
from assistant.model import ROUTES
from assistant.routing import registry
from assistant.routing.examples import Example, is_held_out
from assistant.routing.registry import (
    is_worse,
    list_routers,
    load_or_train_router,
    load_router,
    retrain_router,
    save_router,
)
from assistant.routing.router import TrainedRouter, train_router
from knowledge_base import HashEncoder
from tests.unit.assistant.routing.small import small_examples

ENCODER = HashEncoder()


@pytest.fixture(scope="module")
def router() -> TrainedRouter:
    return train_router(ENCODER, small_examples(), seed=7)


def with_wrong_labels() -> tuple[Example, ...]:
    """Examples whose training part is mislabelled and whose held-out part is right."""
    return tuple(
        example
        if is_held_out(example.text)
        else replace(example, label=ROUTES[(ROUTES.index(example.label) + 1) % len(ROUTES)])
        for example in small_examples()
    )


def test_a_saved_router_decides_as_before(tmp_path: Path, router: TrainedRouter) -> None:
    save_router(tmp_path, router)
    loaded = load_router(tmp_path, ENCODER)
    for text in ("printer please", "orders?", "hello human", "zzz"):
        assert loaded.route(text) == router.route(text)
    assert loaded.scores == router.scores


def test_saving_twice_writes_the_same_bytes(tmp_path: Path, router: TrainedRouter) -> None:
    for name in ("a", "b"):
        save_router(tmp_path / name, router)
    for name in ("ngrams.json", "weights.npz", "manifest.json"):
        one, two = ((tmp_path / folder / "0001" / name).read_bytes() for folder in "ab")
        assert one == two


def test_the_manifest_tells_where_it_comes_from(tmp_path: Path, router: TrainedRouter) -> None:
    save_router(tmp_path, router)
    manifest = json.loads((tmp_path / "0001" / "manifest.json").read_text())
    assert manifest["encoder"] == ENCODER.name
    assert manifest["examples_sha256"] == router.examples_sha256
    assert manifest["seed"] == 7
    assert manifest["scores"]["accuracy"] == router.scores.accuracy


@pytest.mark.parametrize("name", ["manifest.json", "ngrams.json", "weights.npz"])
def test_a_changed_file_is_refused(tmp_path: Path, router: TrainedRouter, name: str) -> None:
    save_router(tmp_path, router)
    path = tmp_path / "0001" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(RouterError, match=f"{name} has sha256"):
        load_router(tmp_path, ENCODER)


@pytest.mark.parametrize("name", ["manifest.json", "ngrams.json", "weights.npz"])
def test_a_missing_file_is_refused(tmp_path: Path, router: TrainedRouter, name: str) -> None:
    save_router(tmp_path, router)
    (tmp_path / "0001" / name).unlink()
    with pytest.raises(RouterError, match=name):
        load_router(tmp_path, ENCODER)


def test_a_router_of_another_encoder_is_refused(tmp_path: Path, router: TrainedRouter) -> None:
    save_router(tmp_path, router)
    with pytest.raises(RouterError, match="trained with the encoder 'hash/64'"):
        load_router(tmp_path, HashEncoder(32))


def test_weights_never_need_a_pickle(tmp_path: Path, router: TrainedRouter) -> None:
    save_router(tmp_path, router)
    with np.load(tmp_path / "0001" / "weights.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype == np.float32 for name in arrays.files)


def test_without_a_router_it_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotBuiltError) as caught:
        load_router(tmp_path, ENCODER)
    assert "deskwise train router" in caught.value.hint


def test_the_operators_threshold_wins(tmp_path: Path, router: TrainedRouter) -> None:
    save_router(tmp_path, router)
    assert load_router(tmp_path, ENCODER, min_probability=0.9).threshold == 0.9


def test_the_first_router_goes_live(tmp_path: Path) -> None:
    promotion = retrain_router(tmp_path, ENCODER, small_examples(), seed=7)
    assert (promotion.is_promoted, promotion.reason) == (True, "first")
    assert promotion.n_right_live is None


def test_an_equal_router_goes_live(tmp_path: Path) -> None:
    retrain_router(tmp_path, ENCODER, small_examples(), seed=7)
    promotion = retrain_router(tmp_path, ENCODER, small_examples(), seed=7)
    assert (promotion.is_promoted, promotion.reason) == (True, "not_worse")
    assert promotion.n_right == promotion.n_right_live
    assert [version.is_live for version in list_routers(tmp_path)] == [False, True]


def test_a_worse_router_is_kept_aside(tmp_path: Path) -> None:
    retrain_router(tmp_path, ENCODER, small_examples(), seed=7)
    promotion = retrain_router(tmp_path, ENCODER, with_wrong_labels(), seed=7)
    assert (promotion.is_promoted, promotion.reason) == (False, "worse")
    assert promotion.n_right_live is not None
    assert promotion.n_right < promotion.n_right_live
    assert load_router(tmp_path, ENCODER).route("printer please").route == "helpdesk"
    assert [version.is_live for version in list_routers(tmp_path)] == [True, False]


@pytest.mark.parametrize(
    ("n_lost", "n_won", "worse"),
    [(0, 0, False), (1, 0, False), (2, 0, True), (5, 4, False), (10, 5, True), (3, 9, False)],
)
def test_a_few_examples_either_way_are_chance(n_lost: int, n_won: int, worse: bool) -> None:
    new = [False] * n_lost + [True] * n_won + [True] * 20
    live = [True] * n_lost + [False] * n_won + [True] * 20
    assert is_worse(new, live) is worse


def test_a_damaged_live_router_is_replaced(tmp_path: Path) -> None:
    retrain_router(tmp_path, ENCODER, small_examples(), seed=7)
    (tmp_path / "0001" / "weights.npz").write_bytes(b"broken")
    promotion = retrain_router(tmp_path, ENCODER, small_examples(), seed=7)
    assert (promotion.is_promoted, promotion.reason) == (True, "live_unusable")
    assert load_router(tmp_path, ENCODER).route("printer please").route == "helpdesk"


def test_old_versions_go_but_never_the_live_one(tmp_path: Path, router: TrainedRouter) -> None:
    save_router(tmp_path, router)
    for _ in range(5):
        save_router(tmp_path, router, promote=False)
    assert [version.version for version in list_routers(tmp_path)] == [
        "0001",
        "0004",
        "0005",
        "0006",
    ]
    assert load_router(tmp_path, ENCODER).route("printer please").route == "helpdesk"


def test_a_new_home_gets_the_shipped_router(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "read_examples", lambda folder: small_examples())
    trained = load_or_train_router(tmp_path, ENCODER)
    assert trained.route("printer please").route == "helpdesk"
    assert trained.threshold == list_routers(tmp_path / "router")[0].threshold
    again = load_or_train_router(tmp_path, ENCODER, min_probability=0.8)
    assert again.threshold == 0.8
    assert len(list_routers(tmp_path / "router")) == 1
