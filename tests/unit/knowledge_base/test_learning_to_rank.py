from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from knowledge_base.learning_to_rank import (
    LEARNED_LEGS,
    Example,
    Labelled,
    balanced,
    collect,
    fit_weights,
    held_out,
    mean_interval,
    measures,
    training_loss,
)
from knowledge_base.ranking import CandidateDocuments

LEGS = ("words", "meaning", "title", "noise")
EQUAL = dict.fromkeys(LEGS, 1.0)


def planted(weights: dict[str, float], *, n: int, seed: int, sharpness: float = 14.0):
    """Questions whose right document was drawn by the softmax of these weights."""
    random = np.random.default_rng(seed)
    examples = []
    for _ in range(n):
        shares = random.random((20, len(LEGS)))
        scores = sharpness * shares @ np.asarray([weights[leg] for leg in LEGS])
        odds = np.exp(scores - scores.max())
        grades = np.zeros(20)
        grades[random.choice(20, p=odds / odds.sum())] = 1
        examples.append(Example(shares=shares, grades=grades, ideal=(1,)))
    return examples


TRUE = {"words": 0.55, "meaning": 0.35, "title": 0.1, "noise": 0.0}


def test_planted_weights_are_found_again():
    fitted = fit_weights(planted(TRUE, n=1500, seed=1), start=EQUAL, pull=0, legs=LEGS)
    assert {leg: round(weight, 1) for leg, weight in fitted.items()} == pytest.approx(
        {leg: round(weight, 1) for leg, weight in TRUE.items()}, abs=0.1
    )
    assert fitted["words"] > fitted["meaning"] > fitted["title"] > fitted["noise"]


def test_weights_are_not_negative_and_sum_to_one_even_where_a_leg_misleads():
    examples = [
        replace(each, shares=np.column_stack([each.shares[:, :3], 1 - each.grades]))
        for each in planted(TRUE, n=200, seed=2)
    ]
    fitted = fit_weights(examples, start=EQUAL, pull=0, legs=LEGS)
    assert fitted["noise"] == 0
    assert min(fitted.values()) >= 0
    assert math.fsum(fitted.values()) == pytest.approx(1)


def test_the_same_questions_give_the_same_weights():
    examples = planted(TRUE, n=50, seed=3)
    first, second = (fit_weights(examples, start=EQUAL, legs=LEGS) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("pull", [0.0, 10.0, 1e6])
@pytest.mark.parametrize("seed", range(4))
def test_the_loss_is_never_above_that_of_the_start(pull: float, seed: int):
    random = np.random.default_rng(seed)
    start = dict(zip(LEGS, random.random(4), strict=True))
    examples = planted(TRUE, n=30, seed=seed)
    fitted = fit_weights(examples, start=start, pull=pull, legs=LEGS)
    assert training_loss(examples, fitted, legs=LEGS) <= (
        training_loss(examples, start, legs=LEGS) + 1e-6
    )


def test_few_questions_change_little_and_many_much():
    start = {"words": 0.1, "meaning": 0.1, "title": 0.1, "noise": 0.7}
    few = fit_weights(planted(TRUE, n=3, seed=4), start=start, pull=1000, legs=LEGS)
    many = fit_weights(planted(TRUE, n=2000, seed=4), start=start, pull=1000, legs=LEGS)
    assert few["noise"] > 0.6
    assert many["noise"] < few["noise"] - 0.2


def test_with_nothing_to_learn_from_the_start_stays():
    missed = Example(shares=np.ones((3, 4)), grades=np.zeros(3), ideal=(1,))
    alone = Example(shares=np.ones((1, 4)), grades=np.ones(1), ideal=(1,))
    start = {"words": 3.0, "meaning": 1.0}
    fitted = fit_weights([missed, alone], start=start, legs=LEGS)
    assert fitted == {"words": 0.75, "meaning": 0.25, "title": 0.0, "noise": 0.0}
    assert fit_weights([], start=start, legs=LEGS) == fitted


def test_negative_numbers_are_refused():
    with pytest.raises(ValueError, match="negative"):
        fit_weights([], start={"words": -0.1}, legs=LEGS)
    with pytest.raises(ValueError, match="pull"):
        fit_weights([], start=EQUAL, pull=-1, legs=LEGS)


def test_measures_follow_the_ranking_and_break_ties_by_place():
    example = Example(
        shares=np.asarray([[0.2, 0.0], [0.9, 0.0], [0.9, 0.0]]),
        grades=np.asarray([2.0, 0.0, 1.0]),
        ideal=(2, 1),
    )
    gained, hit_1, hit_5 = measures(example, {"a": 1.0}, legs=("a", "b"))
    # Ranked: second, third (grade 1), first (grade 2).
    expected = (1 / math.log2(3) + 2 / math.log2(4)) / (2 + 1 / math.log2(3))
    assert (gained, hit_1, hit_5) == (pytest.approx(expected), 0.0, 1.0)


def test_a_question_is_judged_by_weights_that_did_not_see_its_fold():
    good = planted(TRUE, n=60, seed=5)
    # The other fold teaches the opposite: judged by it, the good ones lose.
    upside_down = [replace(each, shares=1 - each.shares) for each in planted(TRUE, n=60, seed=6)]
    folds = [0] * 60 + [1] * 60
    start = {"words": 0.1, "meaning": 0.1, "title": 0.2, "noise": 0.6}
    apart = held_out([*good, *upside_down], folds, start=start, pull=0, legs=LEGS)
    together = [
        measures(each, fit_weights(good, start=start, pull=0, legs=LEGS), legs=LEGS)
        for each in good
    ]
    assert apart[:60, 0].mean() < np.mean([each[0] for each in together])


def test_balanced_groups_count_alike():
    small = [replace(each, group="small") for each in planted(TRUE, n=10, seed=7)]
    large = [replace(each, group="large") for each in planted(TRUE, n=90, seed=8)]
    weighed = balanced([*small, *large])
    totals = [
        math.fsum(each.importance for each in weighed if each.group == group)
        for group in ("small", "large")
    ]
    assert totals == [pytest.approx(50), pytest.approx(50)]


def test_interval_holds_the_mean_and_is_empty_for_nothing():
    mean, (low, high) = mean_interval(np.asarray([0.0, 1.0, 1.0, 1.0] * 10), seed=0)
    assert low < mean < high
    assert mean_interval(np.zeros(0), seed=0) == (0.0, (0.0, 0.0))


class Search:
    def candidates(self, query: str, *, groups):
        if query == "nothing":
            return CandidateDocuments.none()
        ids = tuple(f"d{number:03d}" for number in range(80))
        scores = np.linspace(0, 1, 80, dtype=np.float32)
        return CandidateDocuments(document_ids=ids, shares={"dense": scores}, scores=scores)


def test_examples_hold_the_first_fifty_and_misses_stay():
    examples = collect(
        Search(),
        [
            Labelled(text="found", relevant={"d079": 2, "d001": 1}, group="g"),
            Labelled(text="nothing", relevant={"d001": 1}),
            Labelled(text="without a right document", relevant={"d001": 0}),
        ],
        groups=("everyone",),
    )
    found, missed = examples
    assert found.shares.shape == (50, len(LEARNED_LEGS))
    assert found.grades[-1] == 2 and found.grades.sum() == 2
    assert found.ideal == (2, 1) and found.group == "g"
    assert found.shares[:, LEARNED_LEGS.index("dense")].min() == pytest.approx(30 / 79)
    assert found.shares[:, LEARNED_LEGS.index("bm25")].max() == 0
    assert missed.shares.shape == (0, len(LEARNED_LEGS))
    assert measures(missed, {"dense": 1.0}) == (0.0, 0.0, 0.0)
