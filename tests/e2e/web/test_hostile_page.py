"""Everything of the hostile corpus on the page: as a question, in an answer, in the list."""

from __future__ import annotations

import pytest

from tests.e2e.web.conftest import NewPage, ask
from tests.integration.web import fake_assistant
from tests.integration.web.hostile import all_texts, load_corpus

KINDS = ("markup", "markdown", "unicode", "formulas", "databases")


def test_no_hostile_text_runs_loads_or_leads_anywhere(
    new_page: NewPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it in one conversation: whatever ran, asked elsewhere or broke the policy shows."""
    corpus = load_corpus()
    texts = all_texts({"texts": {kind: corpus["texts"][kind] for kind in KINDS}})
    short = [text for text in texts if len(text) < 400 and not _has_half_a_character(text)]
    monkeypatch.setattr(fake_assistant, "HOSTILE", "\n\n".join(short))
    watched = new_page()
    page = watched.page
    page.on("dialog", lambda dialog: (watched.complaints.append("dialog"), dialog.dismiss()))

    question = "long " + " ".join(short)[:3900]
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
    page.locator(".turn[aria-busy=false]").last.wait_for()
    ask(page, "And a long one again?")

    assert len(short) > 180
    answers = page.locator(".turn")
    assert answers.locator("script, img, iframe, object, embed, style, svg svg, form").count() == 0
    hrefs = [link.get_attribute("href") or "" for link in answers.locator("a").all()]
    assert [href for href in hrefs if not href.startswith(("https://", "http://", "/"))] == []
    assert [
        name
        for name in page.locator(".turn *").evaluate_all(
            "all => all.flatMap(each => each.getAttributeNames())"
        )
        if name.startswith("on") or name in ("srcdoc", "formaction", "ping", "autofocus")
    ] == []


def _has_half_a_character(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
