"""The page's sources and what is built of them."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path

import pytest

from web.app import STATIC_DIR
from web.build_ui import npm_command

UI = Path(__file__).resolve().parents[3] / "web" / "ui"
FIRST_LOAD_LIMIT_BYTES = 60_000
DESK_LIMIT_BYTES = 25_000
INSIGHTS_LIMIT_BYTES = 300_000
SOURCES = sorted((UI / "src").rglob("*.ts*"))


@pytest.fixture
def built() -> Path:
    if not (STATIC_DIR / "index.html").is_file():
        pytest.skip("the page is not built: run `make web`")
    return STATIC_DIR


def test_the_modules_of_the_page_behave_as_their_own_tests_say() -> None:
    if not (UI / "node_modules").is_dir():
        pytest.skip("the page's tools are not installed: run `make web`")
    npm, environment = npm_command()
    result = subprocess.run(
        [*npm, "run", "--silent", "test"],
        cwd=UI,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]


def test_the_first_load_is_small_and_the_charts_are_not_in_it(built: Path) -> None:
    html = (built / "index.html").read_text()
    names = re.findall(r'(?:src|href)="/(assets/[^"]+\.(?:js|css))"', html)
    sizes = {name: len(gzip.compress((built / name).read_bytes())) for name in names}
    charts = [path.name for path in (built / "assets").glob("draw-*.js")]

    assert sum(sizes.values()) <= FIRST_LOAD_LIMIT_BYTES, sizes
    assert len(charts) == 1
    assert charts[0] not in html
    assert "DeskPage" not in html
    assert "InsightsPage" not in html
    assert "OperatePage" not in html
    figures = charts + [path.name for path in (built / "assets").glob("InsightsPage-*")]
    for name in figures:
        sizes[name] = len(gzip.compress((built / "assets" / name).read_bytes()))
    assert len(figures) == 3
    assert sum(sizes.values()) <= INSIGHTS_LIMIT_BYTES, sizes


def test_the_desk_is_small_beside_what_is_loaded_already(built: Path) -> None:
    files = [
        path
        for path in (built / "assets").iterdir()
        if path.name.startswith(("DeskPage", "TicketColumn")) and path.suffix in (".js", ".css")
    ]
    sizes = {path.name: len(gzip.compress(path.read_bytes())) for path in files}

    assert len(sizes) >= 2
    assert sum(sizes.values()) <= DESK_LIMIT_BYTES, sizes


def test_the_built_page_loads_nothing_from_elsewhere_and_has_no_inline_script(built: Path) -> None:
    html = (built / "index.html").read_text()

    assert re.findall(r'(?:src|href)="(?!/)', html) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []
    assert "style=" not in html
    assert "<style" not in html


def test_every_built_file_has_a_hash_in_its_name(built: Path) -> None:
    names = [path.name for path in (built / "assets").iterdir()]

    assert names
    assert all(re.fullmatch(r"\w+-[\w-]{8}\.(js|css|svg)", name) for name in names), names


def test_the_lock_names_no_registry_and_every_version_is_exact() -> None:
    lock = json.loads((UI / "package-lock.json").read_text())
    package = json.loads((UI / "package.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]

    assert not [name for name, item in lock["packages"].items() if "resolved" in item]
    assert all("integrity" in item for name, item in lock["packages"].items() if name)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def test_no_source_writes_html_or_runs_text() -> None:
    forbidden = re.compile(
        r"\.innerHTML|\.outerHTML|dangerously|insertAdjacent|document\.write|\beval\(|Function\("
    )

    assert len(SOURCES) > 30
    assert [path.name for path in SOURCES if forbidden.search(path.read_text())] == []


def test_sources_are_short() -> None:
    assert [path.name for path in SOURCES if len(path.read_text().splitlines()) > 400] == []
    styles = (UI / "src" / "styles").glob("*.css")
    assert all(len(path.read_text().splitlines()) <= 500 for path in styles)


def test_sentences_stand_in_the_messages_file_alone() -> None:
    """Text between tags, and text in attributes that people read or hear."""
    between = re.compile(r">\s*([A-Z][a-z]+ [a-z]+[^<>{}=;]*)<")
    attribute = re.compile(r'(?:aria-label|title|placeholder|label)="([^"]+)"')
    found = [
        (path.name, text)
        for path in SOURCES
        if path.suffix == ".tsx"
        for text in between.findall(path.read_text()) + attribute.findall(path.read_text())
    ]

    assert found == []
