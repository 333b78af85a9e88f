from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from analytics.errors import ModelError
from analytics.learning.manifest import Description
from analytics.learning.registry import (
    list_versions,
    load_model,
    promote_if_not_worse,
    roll_back,
    store_model,
)

NOW = datetime(2026, 6, 30, 8, 0, tzinfo=UTC)
X = np.random.default_rng(0).normal(size=(200, 3))
Y = X[:, 0] > 0


def description(
    auc: float = 0.7, *, width: float = 0.02, hours: int = 0, data: str = "a", definition: str = "d"
) -> Description:
    return Description(
        created_at=NOW + timedelta(hours=hours),
        seed=7,
        data_version=data,
        data_definition=definition,
        features=("a", "b", "c"),
        scores={"roc_auc": {"mean": auc, "ci95": [auc - width, auc + width], "n": 200}},
        beats_dummy=True,
        details={},
    )


def store(folder: Path, given: Description | None = None) -> str:
    model = {"estimator": LogisticRegression().fit(X, Y)}
    return store_model(folder, "churn", model, given or description()).version


def promoted(folder: Path, given: Description) -> bool:
    return promote_if_not_worse(folder, "churn", store(folder, given)).promoted


@pytest.mark.parametrize("kind", [LogisticRegression, HistGradientBoostingClassifier])
def test_a_model_comes_back_as_it_was(tmp_path: Path, kind: Any) -> None:
    model = kind().fit(X, Y)
    manifest = store_model(tmp_path, "churn", {"estimator": model}, description())
    promote_if_not_worse(tmp_path, "churn", manifest.version)
    loaded = load_model(tmp_path, "churn")
    assert loaded.manifest == manifest
    assert np.array_equal(loaded.model["estimator"].predict_proba(X), model.predict_proba(X))
    assert manifest.created_at == "2026-06-30T08:00:00+00:00"
    assert set(manifest.libraries) >= {"python", "scikit-learn", "skops"}
    assert {p.name for p in (tmp_path / "churn").iterdir()} == {"current.json", manifest.version}


def test_without_a_model_the_hint_is_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path, "churn")
    assert "deskwise train churn" in caught.value.hint


def test_a_stored_version_is_not_in_use_until_promoted(tmp_path: Path) -> None:
    version = store(tmp_path)
    with pytest.raises(ModelError, match="no trained model"):
        load_model(tmp_path, "churn")
    assert load_model(tmp_path, "churn", version).manifest.version == version


@pytest.mark.parametrize("file", ["model.skops", "manifest.json"])
def test_a_changed_file_is_refused(tmp_path: Path, file: str) -> None:
    version = store(tmp_path)
    promote_if_not_worse(tmp_path, "churn", version)
    path = tmp_path / "churn" / version / file
    content = path.read_bytes()
    path.write_bytes(content.replace(b"0.7", b"0.9", 1) if file[-1] == "n" else content + b"x")
    with pytest.raises(ModelError, match=r"SHA-256 differs|was changed") as caught:
        load_model(tmp_path, "churn")
    assert caught.value.hint


class Foreign(LogisticRegression):  # type: ignore[misc]
    """A class of nobody's library."""


def test_a_type_that_is_not_trusted_is_refused_before_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"not trusted.*Foreign"):
        store_model(tmp_path, "churn", Foreign().fit(X, Y), description())
    assert list_versions(tmp_path, "churn") == ()


def test_another_scikit_learn_is_refused(tmp_path: Path) -> None:
    version = store(tmp_path)
    path = tmp_path / "churn" / version / "manifest.json"
    found = json.loads(path.read_text())
    found["libraries"]["scikit-learn"] = "0.1.2"
    path.write_text(json.dumps(found))
    with pytest.raises(ModelError, match=r"scikit-learn 0\.1\.2"):
        load_model(tmp_path, "churn", version)


@pytest.mark.parametrize("name", ["../churn", "Churn", "", "a/b"])
def test_a_name_is_a_plain_word(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="no name of a model"):
        load_model(tmp_path, name)


def test_a_version_outside_the_registry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no version"):
        load_model(tmp_path, "churn", "../../elsewhere")


def test_a_naive_time_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no time zone"):
        store(tmp_path, replace(description(), created_at=datetime(2026, 1, 1)))


def test_on_the_same_data_a_worse_model_is_not_promoted(tmp_path: Path) -> None:
    assert promoted(tmp_path, description(0.70))
    assert not promoted(tmp_path, description(0.699, hours=1))
    assert promoted(tmp_path, description(0.70, hours=2))
    assert promoted(tmp_path, description(0.71, hours=3))


def test_on_newer_data_only_a_clearly_worse_model_is_held_back(tmp_path: Path) -> None:
    assert promoted(tmp_path, description(0.70, data="old"))
    assert not promoted(tmp_path, description(0.67, data="new", hours=1))
    assert load_model(tmp_path, "churn").manifest.data_version == "old"
    assert promoted(tmp_path, description(0.69, data="new", hours=2))


def test_scores_of_another_definition_do_not_compare_and_guessing_never_replaces(
    tmp_path: Path,
) -> None:
    assert promoted(tmp_path, description(0.70))
    guess = replace(description(0.72, definition="e", hours=1), beats_dummy=False)
    assert not promoted(tmp_path, guess)
    assert promoted(tmp_path, description(0.60, definition="e", hours=2))


def test_roll_back_returns_to_what_was_in_use_before(tmp_path: Path) -> None:
    for hours in range(3):
        assert promoted(tmp_path, description(0.70 + hours / 100, hours=hours))
    versions = [item.manifest.version for item in list_versions(tmp_path, "churn")]
    assert [item.in_use for item in list_versions(tmp_path, "churn")] == [False, False, True]
    assert roll_back(tmp_path, "churn").version == versions[1]
    assert load_model(tmp_path, "churn").manifest.version == versions[1]
    assert roll_back(tmp_path, "churn").version == versions[0]
    with pytest.raises(ModelError, match="before the current one"):
        roll_back(tmp_path, "churn")


def test_two_versions_of_one_second_are_told_apart_and_listed_in_order(tmp_path: Path) -> None:
    stored = [store(tmp_path) for _ in range(11)]
    assert len(set(stored)) == 11
    assert [item.manifest.version for item in list_versions(tmp_path, "churn")] == stored


def test_a_broken_pointer_is_an_error_and_not_no_model(tmp_path: Path) -> None:
    promote_if_not_worse(tmp_path, "churn", store(tmp_path))
    (tmp_path / "churn" / "current.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(tmp_path, "churn")
