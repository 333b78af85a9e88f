"""Other languages are recognised, English is never taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.routing.languages import ENGLISH, language_of, languages, sentence_in

FOREIGN = [
    ("de", "Ich komme seit heute nicht mehr ins Netz"),
    ("de", "Drucker kaputt"),
    ("fr", "Je ne peux plus ouvrir ma messagerie depuis hier"),
    ("fr", "imprimante en panne"),
    ("es", "No puedo abrir el correo en mi portátil"),
    ("it", "Non riesco ad aprire la posta dal mio computer"),
    ("pt", "Não consigo abrir o correio no meu computador"),
    ("nl", "Ik kan mijn mail niet openen en het scherm blijft zwart"),
    ("pl", "Nie mogę otworzyć poczty na moim komputerze"),
    ("sv", "Jag kan inte öppna min mejl och skärmen är svart"),
    ("tr", "Bilgisayarım bugün çok yavaş ve yazıcı çalışmıyor"),
    ("ru", "Не открывается почта"),
    ("uk", "Не відкривається пошта, що робити"),
    ("el", "Δεν ανοίγει το ταχυδρομείο μου"),
    ("ar", "البريد لا يفتح"),
    ("he", "הדואר לא נפתח"),
    ("ja", "メールが開けません"),
    ("ko", "메일이 안 열려요"),
    ("zh", "我的邮件打不开"),
]
ENGLISH_WITH_FOREIGN = [
    "Who is El Niño and why is his ticket open?",
    "My colleague Jürgen Müller can't log in to São Paulo's server",
    "The folder is called Umsatz und Kunden, where is it?",
    "How do I install Das Keyboard?",
    "Vincent van der Berg has no mailbox",
    "Revenue of La Habra and El Paso in May",
    'The error says "Zugriff verweigert", what does it mean?',
    "what does 打印机 mean on the printer's display?",
    "Please add José María de la Cruz to the list",
    "déjà vu: my résumé file is locked again",
    "C'est la vie, my laptop died",
    "my keyboard types ñ and ü",
    "hola",
    "ciao",
    "",
    "12345 ???",
]
NAMES = ["Łukasz", "São Paulo", "Müller", "van Dijk", "Île-de-France", "Zürich", "Åsa", "Çelik"]
FRAMES = [
    "The printer in {} is offline again",
    "How many tickets came from {} last week?",
    "Please ask {} from IT to call me",
    "I can't open the file that {} shared with me",
    "My manager {} wants to see the revenue by region",
]


@pytest.mark.parametrize(("code", "text"), FOREIGN)
def test_a_message_in_another_language_is_recognised(code: str, text: str) -> None:
    assert language_of(text) == code
    assert language_of(text.upper()) in (code, None if code == "tr" else code)


@pytest.mark.parametrize("text", ENGLISH_WITH_FOREIGN)
def test_english_with_a_foreign_name_is_english(text: str) -> None:
    assert language_of(text) is None


@given(st.sampled_from(FRAMES), st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
@settings(deadline=None, max_examples=60)
def test_names_never_make_a_message_foreign(frame: str, names: list[str]) -> None:
    assert language_of(frame.format(" and ".join(names))) is None


@given(st.text(max_size=300))
@settings(deadline=None, max_examples=150)
def test_any_text_has_a_known_language_or_none(text: str) -> None:
    assert language_of(text) in (None, *languages())


def test_every_language_says_that_it_is_not_spoken() -> None:
    for code in languages():
        if code != ENGLISH:
            assert "Deskwise" in sentence_in(code)
            assert language_of(sentence_in(code)) == code
