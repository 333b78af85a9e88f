"""Ten of the golden transcripts, played on the page of the real product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from assistant.config import Settings
from tests.e2e.web.conftest import running
from tests.golden.home import golden_settings, start
from tests.golden.player import forget_everything
from tests.golden.transcript import ANYTHING, Step, parse
from web.app import create_app

__all__ = ["golden_settings"]

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "dialogues"
CHOSEN = [
    path
    for path in sorted(FOLDER.glob("*.md"))
    if parse(path.read_text(encoding="utf-8")).is_for_the_browser
]
BESIDE = re.compile(r"^- (Period|Filter|Note|Source|Ticket|Searched also)\b|^- \w+: [\[{]")
"""What the page tells in other words or in its panel."""


@dataclass
class Real:
    """The product on a port of this machine."""

    url: str
    settings: Settings


@pytest.fixture(scope="module")
def real(golden_settings: Settings) -> Iterator[Real]:
    service = start(golden_settings)
    with running(lambda port: create_app(service, Settings(port=port))) as url:
        yield Real(url=url, settings=golden_settings)
    service.store.close()


def words(text: str) -> str:
    """Return what is read of a line, however it is marked up."""
    text = re.sub(r"\[!WARNING\]", "", text)
    text = re.sub(r"\]\([^)]*\)", "", text)
    text = re.sub(r"^\s*(?:[-*>]|\d+\.)\s+", "", text)
    return " ".join(re.findall(r"[^\W_]+", text)).casefold()


def take(page: Page, step: Step) -> Locator:
    """Do what the step says; return the turn once it is whole."""
    turns = page.locator(".turn")
    n_before = turns.count()
    if step.kind == "presses":
        turns.last.get_by_role("button", name=step.text, exact=True).click()
    else:
        box = page.get_by_label("Your question")
        box.fill(step.text)
        box.press("Enter")
    expect(turns).to_have_count(n_before + 1)
    turn = turns.last
    expect(turn).to_have_attribute("aria-busy", "false")
    return turn


def check(turn: Locator, step: Step) -> None:
    """Hold the page's turn to the transcript's reply, line by line."""
    shown, at = words(" ".join(turn.inner_text().split())), 0
    fence = False
    for line in step.reply[1:]:
        if line == "```":
            fence = not fence
        elif line == ANYTHING or fence or BESIDE.match(line) or not words(line):
            continue
        elif line == "- Offers a ticket.":
            expect(turn.get_by_role("button", name="Open a ticket")).to_be_visible()
        elif button := re.match(r"^- (?:Suggests: (.*)|\[(.*?)\](?: sends “.*”)?)$", line):
            label = button[1] or button[2]
            expect(turn.get_by_role("button", name=label, exact=True)).to_be_visible()
        else:
            line = line.removeprefix("- Nearest: ").removesuffix(" (outdated)")
            found = shown.find(words(line), at)
            assert found >= 0, f"the page does not say, in its place: {line}"
            at = found + len(words(line))


def test_ten_transcripts_are_for_the_browser() -> None:
    assert len(CHOSEN) >= 10


@pytest.mark.parametrize("path", CHOSEN, ids=lambda path: path.stem)
def test_the_page_says_what_the_transcript_says(path: Path, real: Real, browser: Browser) -> None:
    forget_everything(real.settings.database_path)
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(real.url)
    for step in parse(path.read_text(encoding="utf-8")).steps:
        if step.kind in ("says", "presses"):
            check(take(page, step), step)
    context.close()
