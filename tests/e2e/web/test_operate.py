"""What an operator does on the operators' page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from assistant.config import Settings
from assistant.desk.people import AccountPeople
from assistant.model import Answered
from knowledge_base.acronyms import Candidate
from tests.e2e.web.conftest import NewPage, Served, running
from tests.e2e.web.test_access import findings
from tests.e2e.web.test_sign_in import type_in
from tests.integration.web.office import Office, open_office
from tests.integration.web.test_gaps import NOTHING, SCANNER, stored
from web.identity import session_cookie_name

pytestmark = pytest.mark.browser

MIDDLE = SCANNER[2]
"""The question that stands for its group."""
TABS = {
    "Gaps": "3 questions stayed open",
    "Usage": "Questions by day",
    "Knowledge": "Upload and ingest",
    "Vocabulary": "Short forms and nicknames",
    "Models": "Confidence of answers",
    "People": "Everybody's API tokens",
    "Audit log": "session.opened",
    "Health": "to look at",
}
"""Parts and what each shows when it is whole."""
SIDEWAYS = "document.querySelector('.operate main').scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("operate"), Settings(sign_in="local")) as opened:
        opened.assistant.agent_desk = AccountPeople(opened.accounts)  # type: ignore[attr-defined]
        for place, name in enumerate(("employee", "other", "manager")):
            stored(opened, name, f"scan{place}", [(SCANNER[place], "helpdesk", NOTHING)])
        yield opened


@pytest.fixture(scope="module")
def server(office: Office) -> Iterator[Served]:
    """The application with sign-in on."""
    with running(lambda _port: office.app) as url:
        yield Served(url=url, assistant=office.assistant)


@pytest.fixture
def opened(new_page: NewPage, office: Office) -> Page:
    """The operators' page, with an administrator signed in past the sign-in page."""
    watched = new_page(path="/operate")
    watched.expected = ("status of 401",)
    sign_in(watched.page, office, "admin")
    return watched.page


def sign_in(page: Page, office: Office, name: str) -> None:
    signed = office.accounts.open_session(office.users[name], address="test")
    page.context.add_cookies(
        [
            {
                "name": session_cookie_name(secure=False),
                "value": signed.secret,
                "url": page.url.split("/operate")[0],
            }
        ]
    )
    page.reload()


def visit(page: Page, tab: str) -> None:
    page.get_by_role("link", name=tab, exact=True).press("Enter")


def test_an_upload_is_found_and_an_open_question_is_asked_again(
    opened: Page, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened
    visit(page, "Gaps")
    gap = page.get_by_role("article", name=MIDDLE)
    expect(gap).to_contain_text("3 questions by 3 people")
    gap.get_by_label("Looked after by").select_option("agent")
    expect(page.get_by_text("agent looks after it.")).to_be_attached()
    gap.get_by_role("button", name=f"Ask “{MIDDLE}” again").press("Enter")
    expect(gap).to_contain_text("None of the 3 is answered yet")

    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "scan.md").write_text(f"# Scans\n\n{SCANNER[0]}: update it.\n")
    (tmp_path / "house" / "broken.pdf").write_text("no pdf")
    visit(page, "Knowledge")
    page.locator("#upload-folder").set_input_files(tmp_path / "house")
    page.get_by_label("Who may read it").select_option("some")
    page.get_by_label("Groups, with commas").fill("everyone")
    page.get_by_label("Groups, with commas").press("Enter")
    expect(page.get_by_text("What was ingested can be found now.")).to_be_visible()
    source = page.get_by_role("listitem").filter(has_text="house")
    expect(source).to_contain_text("1 document")
    source.get_by_text("1 file was not taken").press("Enter")
    expect(source.get_by_role("table")).to_contain_text("house/broken.pdf")
    source.get_by_role("button", name="Documents of house").press("Enter")
    expect(page.get_by_role("dialog").get_by_role("link", name="Scans")).to_be_visible()
    page.keyboard.press("Escape")

    answer = {SCANNER[0]: Answered(text="Update it.", confidence=0.9)}
    helpdesk = SimpleNamespace(answer=lambda text, **_: answer.get(text, NOTHING))
    monkeypatch.setitem(office.parts.__dict__, "helpdesk", helpdesk)
    visit(page, "Gaps")  # articles changed: it is asked again by itself
    expect(gap).to_contain_text("1 of 3 are answered now")
    expect(gap.get_by_label("Looked after by")).to_have_value(office.users["agent"].user_id)
    visit(page, "Usage")
    expect(page.get_by_role("figure")).to_contain_text("Questions by day")


def test_an_operator_turns_the_dial_and_approves_a_short_form(opened: Page, office: Office) -> None:
    page, parts = opened, office.parts
    candidate = Candidate(
        short="SPL", meaning="shared parts list", kind="acronym", n_texts=2, examples=("a",)
    )
    parts.vocabulary_store.propose([candidate], at=parts.clock.now())
    visit(page, "Vocabulary")
    page.get_by_role("button", name="Approve SPL as shared parts list").press("Enter")
    expect(page.get_by_text("SPL finds shared parts list from now on.")).to_be_visible()
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    visit(page, "Models")
    dial = page.get_by_role("slider")
    before = parts.helpdesk_threshold
    dial.press("ArrowLeft")
    dial.press("ArrowLeft")
    expect(dial).to_have_attribute("aria-valuetext", re.compile("^8.0"))
    page.get_by_role("button", name="Use this").press("Enter")
    expect(page.get_by_text("It counts from the next question on.")).to_be_visible()
    assert parts.helpdesk_threshold > before
    page.get_by_role("button", name="Back to the setting").press("Enter")
    expect(page.get_by_text("As the settings say.")).to_be_visible()
    assert parts.helpdesk_threshold == before


@pytest.mark.parametrize(
    ("dark", "width", "tabs"),
    [(False, 1360, ("Gaps", "Knowledge", "Models")), (True, 320, tuple(TABS))],
    ids=["light", "dark, narrow"],
)
def test_axe_finds_nothing_serious_and_nothing_goes_sideways(
    new_page: NewPage, office: Office, dark: bool, width: int, tabs: tuple[str, ...]
) -> None:
    watched = new_page(path="/operate", dark=dark, width=width)
    watched.expected = ("status of 401",)
    sign_in(watched.page, office, "admin")
    for tab in tabs:
        visit(watched.page, tab)
        expect(watched.page.get_by_text(TABS[tab]).first).to_be_visible()
        assert findings(watched.page) == [], tab
        assert watched.page.evaluate(SIDEWAYS) <= 0, tab


def test_who_may_see_less_finds_fewer_parts(new_page: NewPage, office: Office) -> None:
    watched = new_page(path="/operate/people")
    watched.expected = ("status of 401",)
    sign_in(watched.page, office, "agent")
    tabs = watched.page.get_by_label("Parts of the operation").get_by_role("link")
    expect(tabs).to_have_text(["Gaps"])
    expect(watched.page.get_by_role("button", name=f"Ask “{MIDDLE}” again")).to_be_visible()
    sign_in(watched.page, office, "employee")
    expect(watched.page.get_by_role("alert")).to_contain_text("for people who run Deskwise")


def test_somebody_is_added_by_keyboard_signs_in_and_chooses_a_password(
    new_page: NewPage, opened: Page
) -> None:
    page, keyboard = opened, opened.keyboard
    visit(page, "People")
    expect(page).to_have_url(re.compile("/operate/people$"))
    page.get_by_role("button", name="Add a person").press("Enter")
    dialog = page.get_by_role("dialog", name="Add a person")
    expect(dialog.get_by_label("Name")).to_be_focused()
    keyboard.type("joan")
    dialog.get_by_role("button", name="Make one").press("Enter")
    made = dialog.get_by_label("Password").input_value()
    dialog.get_by_label("Password").press("Enter")
    expect(dialog.locator("code")).to_have_text(made)
    assert findings(page) == []
    keyboard.press("Escape")
    expect(page.get_by_role("cell", name="joan", exact=True)).to_be_visible()

    watched = new_page()
    watched.expected = ("status of 401",)
    theirs = watched.page
    type_in(theirs, "joan", made)
    theirs.get_by_role("button", name="Your account: joan").press("Enter")
    account = theirs.get_by_role("dialog", name="Your account")
    account.get_by_label("Current password").fill(made)
    account.get_by_label("New password").fill("a longer walk by the sea")
    theirs.keyboard.press("Enter")
    expect(account.get_by_role("status").first).to_contain_text("The password is changed.")
    account.get_by_role("button", name="Make a token").press("Enter")
    account.get_by_label("What it is for").fill("weekly report")
    theirs.keyboard.press("Enter")
    expect(account.locator(".once code")).to_have_text(re.compile("^dw_"))
    assert findings(theirs) == []

    page.reload()
    page.get_by_role("button", name="End the token “weekly report”").press("Enter")
    expect(page.get_by_text("There are none.")).to_be_visible()
    visit(page, "Audit log")
    page.get_by_label("What").select_option("token")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Verify the chain").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The chain is whole")
