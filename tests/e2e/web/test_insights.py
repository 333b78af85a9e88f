"""The managers' page: ask, pin, come back, go on, take off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from analytics.questions.book import QuestionBook
from analytics.questions.model import Alert, SavedQuestion
from assistant.config import Settings
from assistant.store import open_engine
from tests.e2e.web.conftest import NewPage, Served, serving
from tests.e2e.web.test_access import findings
from tests.integration.web.fake_assistant import FakeAssistant
from tests.integration.web.fake_boards import boards_on

pytestmark = pytest.mark.browser

BOARD = "Your board"
SIDEWAYS = "document.querySelector('.board main').scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application, where every visitor is a manager."""
    folder = tmp_path_factory.mktemp("boards")
    engine = open_engine(folder / "conversations.sqlite")
    assistant = FakeAssistant(boards=boards_on(engine, folder))
    QuestionBook(folder / "questions.json").put_saved(
        SavedQuestion(
            name="Churn watch",
            question="What is the churn rate?",
            owner="",
            saved_on=date(2026, 6, 1),
            alert=Alert(kind="above", limit=0.05),
            last_run_on=date(2026, 6, 29),
            fired_on=date(2026, 6, 28),
        )
    )
    with serving(assistant, Settings(anonymous_role="manager")) as served:
        yield served
    engine.dispose()


def put(page: Page, question: str) -> None:
    """Ask on the managers' page and wait for the answer."""
    page.keyboard.press("/")
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    page.locator(".card[aria-busy=false]", has_text=question).first.wait_for()


def test_a_manager_asks_pins_comes_back_goes_on_and_takes_it_off(new_page: NewPage) -> None:
    page = new_page().page
    page.get_by_role("link", name="Insights").click()
    board = page.get_by_role("region", name=BOARD)
    expect(board.locator(".examples button")).to_have_count(6)
    expect(page.get_by_label("Ask about your figures")).to_be_focused()

    page.keyboard.type("Show rev")
    expect(page.get_by_role("option")).to_have_text(["Show revenue by month"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    card = page.locator(".card").first
    expect(card.locator(".plot svg")).to_be_visible()
    card.get_by_role("textbox", name="Go on").fill("Which category brings the most revenue?")
    page.keyboard.press("Enter")
    expect(card.get_by_role("heading")).to_have_text("Which category brings the most revenue?")
    expect(card).to_contain_text("Show revenue by month ›")
    card.get_by_role("button", name="Pin to the board").click()
    expect(board.locator(".card")).to_have_count(1)
    put(page, "What is the churn rate?")
    page.get_by_role("button", name="Pin to the board").click()
    expect(board.locator(".card")).to_have_count(2)

    page.reload()
    expect(board.locator(".card[aria-busy=false] .prose")).to_have_count(2)
    expect(board.locator(".card").first).to_contain_text("Show revenue by month ›")
    board.get_by_role("button", name="Move earlier").click()
    expect(board.get_by_role("heading", level=3).first).to_have_text("What is the churn rate?")
    board.get_by_role("button", name="How this was computed").first.click()
    expect(page.locator(".receipt")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".receipt")).to_have_count(0)

    board.get_by_role("button", name="Take off the board").first.click()
    expect(board.locator(".card")).to_have_count(1)
    page.reload()
    expect(board.locator(".card[aria-busy=false] .prose")).to_have_count(1)


@pytest.mark.parametrize(("width", "dark"), [(1360, True), (320, False)], ids=["dark", "small"])
def test_every_state_is_there_for_everybody(new_page: NewPage, width: int, dark: bool) -> None:
    watched = new_page(width=width, dark=dark, path="/insights")
    watched.expected = ("status of 500",)
    page = watched.page
    expect(page.locator(".examples button")).to_have_count(6)
    expect(page.get_by_text("Alert since 28 Jun 2026")).to_be_visible()
    assert findings(page) == []
    for question in ("Show revenue by month", "List the customers", "Please break", "coffee"):
        put(page, question)
    put(page, "How many are active?")
    page.get_by_role("button", name="Run “Churn watch” now").click()
    expect(page.locator(".card")).to_have_count(6)
    expect(page.get_by_role("alert")).to_contain_text("Request ")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert page.evaluate(SIDEWAYS) <= 0
    assert findings(page) == []

    page.get_by_role("button", name="With the status: 8,114").click()
    active = page.locator(".card", has_text="Show customers by status")
    expect(active.get_by_role("button", name="Pin to the board")).to_be_visible()
    page.get_by_role("button", name="How this was computed").first.click()
    expect(page.locator(".receipt")).to_be_visible()
    assert findings(page) == []


def test_who_may_not_ask_and_who_has_no_figures_is_told_so(new_page: NewPage) -> None:
    page = new_page(path="/tickets").page
    nothing = {"suggestions": [], "entries": []}
    page.route("**/insights/suggestions?q=", lambda route: route.fulfill(json=nothing))
    page.route("**/insights/board", lambda route: route.fulfill(json=nothing))
    page.goto(page.url.replace("/tickets", "/insights"))
    expect(page.get_by_text("There are no figures here yet.")).to_be_visible()

    nobody = {"sign_in": "off", "user": None, "role": "employee", "permissions": []}
    page.route("**/api/v1/session", lambda route: route.fulfill(json=nobody))
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("people who may ask for figures")
    assert findings(page) == []
