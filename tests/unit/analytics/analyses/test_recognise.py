# ruff: noqa: E501 - one case a line
"""Which analysis a text asks for, what its slots are, and which texts ask for none."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.analyses.all_kinds import KINDS
from analytics.analyses.recognise import Recogniser
from analytics.analyses.slots import merged_slots, slots_for
from analytics.catalogue import load_catalogue
from analytics.language.lexicon import Lexicon
from analytics.language.understand import Understander

AS_OF = date(2026, 6, 30)
CATALOGUE = load_catalogue()
UNDERSTANDER = Understander(Lexicon(CATALOGUE, {"service": ("Web shop",)}))
RECOGNISER = Recogniser(KINDS)


def flat(text: str) -> str:
    tags = UNDERSTANDER.tags(text, AS_OF)
    return " ".join(tag.text for tag in tags if tag.text.strip("?!.,;:()-/"))


def recognised(text: str) -> str | None:
    kind = RECOGNISER.by_words(flat(text)) or RECOGNISER.by_likeness(flat(text))
    return kind.name if kind else None


EXAMPLES = [(kind.name, example) for kind in KINDS for example in kind.examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[e[1] for e in EXAMPLES])
def test_every_example_is_recognised_as_its_own_kind(name: str, example: str) -> None:
    assert recognised(example) == name


@pytest.mark.parametrize(
    ("text", "name", "slots"),
    [
        ("Segment premium customers by behaviour", "segments", {"filters": {"plan": "premium"}}),
        ("Give me the 50 customers with the highest churn risk in the North", "churn_risk",
         {"top_n": 50, "filters": {"region": "North"}}),
        ("How likely is customer 1234 to leave?", "churn_risk", {"customer_id": 1234}),
        ("Which early adopters are at risk of leaving within the next 60 days?", "churn_risk",
         {"horizon": "60 days", "filters": {"lifestyle": "early adopter"}}),
        ("What drives churn among premium customers?", "churn_drivers", {"filters": {"plan": "premium"}}),
        ("Who are our 10 most valuable customers over the next 12 months?", "lifetime_value",
         {"top_n": 10, "horizon": "12 months"}),
        ("Which 3 products are best to offer to customer 777?", "next_best_offer",
         {"customer_id": 777, "top_n": 3}),
        ("What do people buy together with phones?", "cross_sell_rules", {"product": "Phones"}),
        ("Is experiment 5 significant?", "experiment_result", {"experiment": 5}),
        ("How much incremental revenue did campaign 12 generate versus control?", "campaign_result",
         {"campaign": 12, "compare_to": "control"}),
        ("Which variant of campaign 3 performed better, A or B?", "campaign_result",
         {"campaign": 3, "group": ["A", "B"]}),
        ("Funnel by device for Q1 2026", "funnel",
         {"dimension": "device", "period": "2026-01-01/2026-04-01"}),
        ("cohort analysis of customers acquired via search by quarter", "cohort_retention",
         {"dimension": "quarter", "filters": {"acquisition_channel": "search"}}),
        ("Forecast revenue for the next 6 months", "forecast", {"metric": "revenue", "horizon": "6 months"}),
        ("When will memory on tier 1 services hit 90%?", "capacity",
         {"metric": "memory load", "threshold": 90.0, "filters": {"tier": 1}}),
        ("any strange spikes in latency of service 2 in the last week?", "anomalies",
         {"metric": "latency", "service": 2, "period": "2026-06-22/2026-06-29"}),
        ("Error 1000 but normal cpu load: what is going on?", "root_cause",
         {"filters": {"error_1000": 1, "cpu_load": 0}}),
        ("What caused incident 42?", "root_cause", {"incident_id": 42}),
        ("What explains the increase in tickets from Q4 2025 to Q1 2026?", "change_drivers",
         {"metric": "tickets", "period": "2026-01-01/2026-04-01", "compare_to": "2025-10-01/2026-01-01"}),
        ("Give me the report on incident 12", "major_incident", {"incident_id": 12}),
        ("What does MTTR mean?", "definition", {"metric": "mttr"}),
    ],
)  # fmt: skip
def test_an_analysis_is_recognised_with_its_slots(
    text: str, name: str, slots: dict[str, object]
) -> None:
    assert recognised(text) == name

    kind = next(k for k in KINDS if k.name == name)
    found = slots_for(kind, UNDERSTANDER.tags(text, AS_OF), CATALOGUE, AS_OF)
    assert {slot: found.get(slot) for slot in slots} == slots


@pytest.mark.parametrize(
    "text",
    ["What is the weather like?", "Book me a room", "How tall is the tower?", "Stock price of a rival", ""],
)  # fmt: skip
def test_what_asks_for_nothing_is_no_analysis(text: str) -> None:
    assert recognised(text) is None


def test_a_follow_up_keeps_what_it_does_not_say_again() -> None:
    before = {"top_n": 20, "filters": {"plan": "premium"}}

    assert merged_slots(before, {"filters": {"region": "West"}}) == {
        "top_n": 20,
        "filters": {"plan": "premium", "region": "West"},
    }


def test_every_kind_of_the_contract_is_known() -> None:
    assert {kind.name for kind in KINDS} == {
        "segments",
        "segment_migration",
        "churn_risk",
        "churn_drivers",
        "lifetime_value",
        "next_best_offer",
        "cross_sell_rules",
        "experiment_result",
        "campaign_result",
        "funnel",
        "cohort_retention",
        "forecast",
        "capacity",
        "anomalies",
        "root_cause",
        "change_drivers",
        "major_incident",
        "definition",
        "customer_profile",
        "targeting",
        "budget_effect",
        "staffing",
        "incident_risk",
    }
