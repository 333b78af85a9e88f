from __future__ import annotations

import math

import pytest

from analytics.customers.wording import Feature, listed, load_features, render


def by_name(name: str) -> Feature:
    return next(feature for feature in load_features() if feature.name == name)


def test_every_feature_reads_well_for_many_one_none_and_missing() -> None:
    for feature in load_features():
        if feature.kind == "word":
            said = [feature.reason_for("basic"), feature.reason_for("unknown")]
            assert said[1] is None
        else:
            said = [feature.reason_for(value) for value in (4.0, 1.0, 0.0, math.nan)]
        assert said[0]
        for words in said:
            assert words is None or "{" not in words
            assert words is None or "nan" not in words.split()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("urgent_tickets_90d", 1.0, "an urgent ticket in the last 90 days"),
        ("urgent_tickets_90d", 2.0, "2 urgent tickets in the last 90 days"),
        ("urgent_tickets_90d", 0.0, None),
        ("orders_90d", 0.0, "no order in the last 90 days"),
        ("days_since_order", math.nan, "never ordered"),
        ("returned_share", 0.25, "returned 25.0 % of the orders"),
        ("plan", "none", "plan none"),
    ],
)
def test_a_value_in_words(name: str, value: str | float, words: str | None) -> None:
    assert by_name(name).reason_for(value) == words


def test_names_are_unique_and_none_is_the_outcome() -> None:
    names = [feature.name for feature in load_features()]
    assert len(names) == len(set(names))
    assert not {"status", "churned_at", "churn_reason", "gender"} & set(names)


def test_lists_in_prose() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_one_customer_is_told_by_name() -> None:
    text = render(
        "churn_risk.md.j2",
        guessing=False,
        n_customers=1,
        name="Ada Lund",
        highest=0.123,
        horizon_days=90,
        as_of="30 June 2026",
        at_risk=41.0,
        why="plan none",
    )
    assert text.startswith("Ada Lund has a probability of 12.3 % to leave within the 90 days")
    assert "What raises it: plan none." in text
