# ruff: noqa: E501 - one pattern a line, however long
"""Experiment result: what an A/B test showed."""

from __future__ import annotations

from analytics.analyses.experiment_answers import run_experiment
from analytics.analyses.kind import Kind

KIND = Kind(
    name="experiment_result",
    title="result of an experiment",
    subject="customers",
    run=run_experiment,
    patterns=(
        r"experiment(?: \S+){0,14}",
        r"(?:a b|ab|a/b|a / b|split|randomised|randomized|controlled) (?:test|trial|testing)(?: \S+){0,12}",
        r"treatment (?:group|arm|effect)?(?: \S+){0,8} (?:control|significant|better|beat|beaten|win|won)(?: \S+){0,4}",
        r"test \d+(?: \S+){0,10}",
        r"(?:result|outcome|verdict|finding) of (?:the |our |that )?(?:\S+ ){0,4}test(?: \S+){0,6}",
        r"(?:do|did)(?: \S+){0,8} test (?:make|made) (?:a |any )?difference",
        r"(?:did|do|have)(?: \S+){0,6} test (?:raise|raised|increase|increased|improve|improved|lift|lifted|change|changed|help|helped|hurt)(?: \S+){0,6}",
        r"statistically significant|statistical significance|significance test|p value",
        r"(?:did|do|have) the test(?: \S+){0,4} (?:work|win|won|succeed|succeeded|pay off|show|conclusive)(?: \S+){0,4}",
    ),
    unless=(r"campaign(?: \S+){0,6}",),
    slots=("experiment", "metric", "group", "filters"),
    examples=(
        "What came out of the checkout experiment?",
        "Is the uplift of test 2 significant?",
        "Did the treatment beat the control in experiment 5?",
        "Result of our A/B test on free shipping",
        "Which variant won in experiment 1?",
        "Can we roll out what we tried in experiment 4?",
    ),
    nearest=("What is the conversion rate per month this year?",),
)
