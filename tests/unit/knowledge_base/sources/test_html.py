from __future__ import annotations

import time

import pytest

from knowledge_base.blocks import parse
from knowledge_base.errors import SourceError
from knowledge_base.sources.html_page import convert_html


def blocks(source: str) -> list[tuple[str, str, str]]:
    text = convert_html(source.encode()).text
    return [(each.block.kind, each.block.number, each.plain) for each in parse(text)]


def test_a_page_keeps_its_structure() -> None:
    found = blocks(
        "<h1>Scanner</h1><p>It <b>blinks</b><br>red.</p>"
        "<ol><li>Open it<ul><li>gently</ul><pre><code>cd  x\n  ls</code></pre>"
        "<li value=5><p>Close it</p><p>Wait</p></ol>"
        "<table><thead><tr><th>Code<th>Means</thead><tr><td>S-1<td rowspan=2>jam"
        "<tr><td>S-2</table><blockquote>Said</blockquote>"
        "<div class='alert alert-warning'>Hot!</div>"
    )
    assert found == [
        ("heading", "", "Scanner"),
        ("paragraph", "", "It blinks\nred."),
        ("step", "1", "Open it"),
        ("bullet", "", "gently"),
        ("code", "", "cd  x\n  ls"),
        ("step", "5", "Close it"),
        ("paragraph", "", "Wait"),
        ("table", "", "Code Means\nS-1 jam\nS-2 jam"),
        ("quote", "", "Said"),
        ("note", "", "Hot!"),
    ]


def test_what_nobody_sees_is_dropped() -> None:
    text = convert_html(
        b"<body><nav>NO</nav><header><a>NO</a></header><script>NO</script><style>NO</style>"
        b"<p hidden>NO</p><p style='display: none'>NO</p><div aria-hidden=true>NO</div>"
        b"<span style='font-size:0'>NO</span><svg><text>NO</text></svg><form><button>NO</button>"
        b"</form><!-- NO --><template>NO</template><div role=navigation>NO</div>"
        b"<h1>Yes <a class=headerlink href=#x>NO</a></h1><footer>NO</footer></body>"
    ).text
    assert text == "# Yes\n"


def test_the_main_part_is_read_when_most_of_the_page_is_in_it() -> None:
    page = "<div>Side stuff here</div><main><p>The real article with some more words.</p></main>"
    assert convert_html(page.encode()).text == "The real article with some more words.\n"
    small = "<p>" + "Words outside of it. " * 20 + "</p><main>Tiny</main>"
    assert "outside" in convert_html(small.encode()).text


def test_links_images_and_titles() -> None:
    converted = convert_html(
        b"<html><head><title>Reset a PIN - Intranet</title>"
        b"<meta name=description content='In short'><meta name=keywords content='pin, lock'>"
        b"<meta property='article:modified_time' content='2026-03-04T10:00:00Z'>"
        b"<link rel=canonical href='https://kb.example.org/pin'></head>"
        b"<body><h1>Reset a PIN</h1><p><a href='https://x.org/(a)'>Page</a> "
        b"<a href='javascript:x'>bad</a> <img alt='A red light' src=x><img alt='img_1.png'></p>"
    )
    assert converted.title == "Reset a PIN"
    assert (converted.description, converted.tags) == ("In short", ("pin", "lock"))
    assert (converted.updated_on, converted.url) == ("2026-03-04", "https://kb.example.org/pin")
    assert converted.text.endswith("[Page](<https://x.org/(a)>) bad (image: A red light)\n")
    assert convert_html(b"<title>Only this</title><p>x").title == "Only this"


@pytest.mark.parametrize(
    "raw",
    [
        "<p>Größe</p>".encode(),
        "<p>Größe</p>".encode("utf-16"),
        "<p>Größe</p>".encode("cp1252"),
        "<meta charset=iso-8859-1><p>Größe</p>".encode("latin-1"),
        "<meta charset=utf-8><p>Größe</p>".encode("cp1252"),
        "<?xml version='1.0' encoding='nonsense'?><p>Größe</p>".encode(),
    ],
)
def test_encodings(raw: bytes) -> None:
    assert convert_html(raw).text == "Größe\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<p></p>",
        b"<script>x</script>",
        b"<div>" * 200_000 + b"x",
        b"<table><tr><td>" * 20_000 + b"x",
    ],
    ids=["empty", "blank", "script", "deep", "deep-table"],
)
def test_pages_without_text_or_without_end_are_refused_soon(raw: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(SourceError):
        convert_html(raw)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("tag", ["div", "ul><li", "blockquote", "b", "span", "td", "dl><dd"])
def test_pages_nested_for_no_reason_are_still_read(tag: str) -> None:
    assert "needle" in convert_html(f"{f'<{tag}>' * 300}needle".encode()).text


def test_a_table_for_layout_is_no_table() -> None:
    found = blocks("<table role=presentation><tr><td><h2>Left</h2>One<td>Two</table>")
    assert found == [("heading", "", "Left"), ("paragraph", "", "One"), ("paragraph", "", "Two")]


def test_entities_of_a_page_are_not_expanded() -> None:
    raw = b"<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><p>x &b; y</p>"
    assert "haha" not in convert_html(raw).text
