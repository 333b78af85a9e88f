from __future__ import annotations

import pytest

from knowledge_base.glossary import Glossary, Sense, general_senses

PORTAL = Sense(short="the portal", meaning="software shelf")
LARK = Sense(short="LV", meaning="larkvpn")


def meanings(glossary: Glossary, query: str) -> list[str]:
    return [sense.meaning for sense in glossary.senses(query)]


def test_a_short_form_is_met_in_any_case_and_among_other_words() -> None:
    glossary = Glossary([LARK, PORTAL])
    assert meanings(glossary, "lv drops; The Portal too?") == ["larkvpn", "software shelf"]
    assert meanings(glossary, "lvs, silver, portal") == []
    assert meanings(glossary, "") == []


def test_a_short_form_that_is_a_word_counts_as_it_is_written_alone() -> None:
    glossary = Glossary([Sense(short="AD", meaning="active directory", is_cased=True)])
    assert meanings(glossary, "AD sync") == ["active directory"]
    assert meanings(glossary, "the ad sync") == []


def test_a_meaning_that_the_query_writes_is_not_added() -> None:
    assert meanings(Glossary([LARK]), "LV (LarkVPN) drops") == []


def test_what_is_rejected_is_not_used_whoever_proposes_it() -> None:
    general = [Sense(short="dl", meaning=each, source="general") for each in ("one", "two")]
    one = Glossary(rejected=[("DL", "One")], general=general)
    every = Glossary([LARK], rejected=[("DL", "")], general=general)
    assert meanings(one, "dl") == ["two"]
    assert meanings(every, "dl lv") == ["larkvpn"]
    assert every.is_rejected("dl", "anything")


def test_the_operators_word_stands_in_place_of_common_usage() -> None:
    general = [Sense(short="lv", meaning="low voltage", source="general")]
    glossary = Glossary([LARK], general=general)
    assert meanings(glossary, "lv") == ["larkvpn"]
    assert glossary.is_decided("LV") and not glossary.is_decided("dl")


def test_the_shipped_abbreviations_are_well_formed() -> None:
    senses = general_senses()
    assert 80 <= len({sense.short for sense in senses}) <= 120
    for sense in senses:
        assert sense.meaning == sense.meaning.lower().strip() != sense.short.lower()
        assert sense.is_cased == (sense.short != sense.short.lower())
        assert meanings(Glossary(general=[sense]), f"x {sense.short} y") == [sense.meaning]


@pytest.mark.parametrize("query", ["2fa code", "no 2FA!", "(2fa)"])
def test_marks_around_a_short_form_do_not_hide_it(query: str) -> None:
    assert meanings(Glossary(general=general_senses()), query) == ["two-factor authentication"]
