"""The same arguments give the same bytes; another seed gives another company."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np

from analytics.demo import generate
from analytics.demo.sampling import Streams

UNTIL = date(2024, 7, 15)
# What is the same company whatever the seed.
FIXED = {"services.parquet", "service_dependencies.parquet", "products.parquet"}
FIXED_TOO = {"experiments.parquet"}


def _hashes(folder: Path) -> dict[str, str]:
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        generate(out=tmp_path / name, n_customers=300, seed=11, until=UNTIL)
    assert _hashes(tmp_path / "first") == _hashes(tmp_path / "second")


def test_writing_over_an_older_demo_leaves_only_the_new_one(tmp_path: Path) -> None:
    generate(out=tmp_path / "fresh", n_customers=200, seed=1, until=UNTIL)
    generate(out=tmp_path / "reused", n_customers=150, seed=2, until=UNTIL)
    generate(out=tmp_path / "reused", n_customers=200, seed=1, until=UNTIL)
    assert _hashes(tmp_path / "fresh") == _hashes(tmp_path / "reused")


def test_another_seed_gives_another_company(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(out=tmp_path / str(seed), n_customers=200, seed=seed, until=UNTIL)
    first, second = _hashes(tmp_path / "1"), _hashes(tmp_path / "2")
    same = {name for name in first if first[name] == second[name]}
    assert same == FIXED | FIXED_TOO


def test_a_stream_depends_on_its_name_and_not_on_the_others() -> None:
    alone = Streams(seed=5).named("orders").random(4)
    streams = Streams(seed=5)
    streams.named("a new table").random(1000)
    assert np.array_equal(streams.named("orders").random(4), alone)
    assert not np.array_equal(streams.named("tickets").random(4), alone)
    assert not np.array_equal(Streams(seed=6).named("orders").random(4), alone)
