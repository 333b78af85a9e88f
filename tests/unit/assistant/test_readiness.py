"""Parts are tried in words; warming up passes over what is missing and waits for nothing slow."""

from __future__ import annotations

import threading

import pytest

from analytics.errors import WarehouseError
from assistant.readiness import beside, try_parts, unless_missing
from knowledge_base.errors import IndexCorruptError, IndexMissingError


def raising(error: Exception):
    def load() -> str:
        raise error

    return load


def test_each_part_says_its_state_or_what_to_do() -> None:
    found = try_parts(
        {
            "store": lambda: "open",
            "index": raising(IndexMissingError("There is none.", hint="Build one.")),
            "warehouse": raising(WarehouseError("It is gone.")),
        }
    )
    assert [(each.name, each.ready, each.detail) for each in found] == [
        ("store", True, "open"),
        ("index", False, "There is none. Build one."),
        ("warehouse", False, "It is gone."),
    ]


def test_warming_up_passes_over_a_missing_index_and_nothing_else() -> None:
    unless_missing(raising(IndexMissingError("There is none.")))()
    with pytest.raises(IndexCorruptError):
        unless_missing(raising(IndexCorruptError("It is damaged.")))()


def test_what_is_done_beside_is_not_waited_for() -> None:
    may_end, has_ended = threading.Event(), threading.Event()

    def slow() -> None:
        may_end.wait(10)
        has_ended.set()

    beside(slow)()
    assert not has_ended.is_set()
    may_end.set()
    assert has_ended.wait(10)
