"""For everybody: axe in light and dark, a narrow screen, less motion."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.web.conftest import NewPage, ask
from tests.integration.web.fake_assistant import EXAMPLES

pytestmark = pytest.mark.browser

QUESTIONS = (*EXAMPLES, "How many are active?", "Something long", "Please break")
EXPECTED = ("status of 500",)


def findings(page: Page) -> list[tuple[str, list[str]]]:
    """Serious and critical findings of axe, with where they are."""
    found = Axe().run(page).response["violations"]
    return [
        (item["id"], [node["html"][:120] for node in item["nodes"]])
        for item in found
        if item["impact"] in ("serious", "critical")
    ]


def overflow_px(page: Page) -> int:
    width: int = page.evaluate(
        "Math.max(document.documentElement.scrollWidth, "
        "document.querySelector('.turns').scrollWidth) - innerWidth"
    )
    return width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious_in_any_state(new_page: NewPage, dark: bool) -> None:
    watched = new_page(dark=dark)
    watched.expected = EXPECTED
    page = watched.page
    expect(page.locator(".examples button")).to_have_count(6)
    assert findings(page) == []

    for question in QUESTIONS:
        ask(page, question)
    expect(page.locator(".plot svg")).to_have_count(2)
    page.get_by_role("button", name="This helped").first.click()
    page.locator(".turn", has_text="coffee").get_by_role("button", name="Open a ticket").click()
    page.locator(".source").nth(1).click()
    expect(page.locator(".panel mark").first).to_be_visible()
    assert findings(page) == []

    page.get_by_role("button", name="How this was computed").first.click()
    expect(page.locator(".receipt")).to_be_visible()
    page.get_by_role("button", name="Keys").click()
    assert findings(page) == []


def test_at_320_pixels_nothing_stands_out_sideways(new_page: NewPage) -> None:
    watched = new_page(width=320, height=640)
    watched.expected = EXPECTED
    page = watched.page
    expect(page.locator(".examples button")).to_have_count(6)
    assert overflow_px(page) <= 0
    for question in QUESTIONS:
        ask(page, question)
        assert overflow_px(page) <= 0, question
    expect(page.locator(".plot svg")).to_have_count(2)
    page.locator(".source").first.click()
    expect(page.locator(".panel mark").first).to_be_in_viewport()
    box = page.locator(".panel").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 320)
    assert findings(page) == []
    page.get_by_role("button", name="Close").click()

    page.get_by_role("button", name="Show the history").click()
    expect(page.get_by_role("navigation")).to_be_in_viewport()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation")).to_have_count(0)


def test_an_answer_is_told_to_screen_readers_and_nothing_moves(new_page: NewPage) -> None:
    page = new_page().page
    ask(page, EXAMPLES[3])

    expect(page.locator("[aria-live=polite]")).to_contain_text("Answer: The churn rate was")
    moving = "document.getAnimations().filter(a => a.playState === 'running').length"
    assert page.evaluate(moving) == 0
