from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.blocks import parse
from knowledge_base.sources.markup import (
    MarkdownWriter,
    Run,
    clean,
    code_block,
    inline,
    table,
    web_address,
)

# Marks that mean something to Markdown, dense enough to meet each other.
marks = st.text(st.sampled_from("ab1 .)\\*_`[]()<>#-+=~|&;!:/{}\"'\t\n"), max_size=40)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        r"Open \\server\share and C:\Users\_x",
        "Run *.exe and *.dll, not **all**",
        "Set __init__ and snake_case and _x_",
        "Replace <name> with a & b &lt; c",
        "1. not a list",
        "- nor this",
        "# no heading",
        "a [link](http://x.y) and [ref][1] `tick",
        "~~struck~~ | bar | = - +",
        "---",
        "===",
        "Type &amp; or &#39;",
        "<!-- a comment --> stays",
    ],
)
def test_running_text_reads_back_as_it_was(text: str) -> None:
    written = inline([Run(text=text)])
    (block,) = parse(written)
    assert block.block.kind == "paragraph"
    assert words(block.plain) == words(text)


@given(marks)
def test_any_marks_read_back_as_text(text: str) -> None:
    written = inline([Run(text=text)])
    assert words(" ".join(block.plain for block in parse(written))) == words(clean(text))
    assert {block.block.kind for block in parse(written)} <= {"paragraph"}


@given(st.lists(st.tuples(marks, st.booleans(), st.booleans(), st.booleans()), max_size=6))
def test_runs_of_any_kind_lose_no_letter(pieces: list[tuple[str, bool, bool, bool]]) -> None:
    runs = [
        Run(text=text, is_bold=bold, is_code=code, url="https://x.org/a" if linked else "")
        for text, bold, code, linked in pieces
    ]
    read = "".join(block.plain for block in parse(inline(runs)))
    told = clean("".join(run.text for run in runs))
    assert "".join(read.split()) == "".join(told.split())


@given(st.lists(st.lists(marks, min_size=2, max_size=3), min_size=2, max_size=4))
def test_tables_keep_every_cell(rows: list[list[str]]) -> None:
    rows = [["Head", "Head", "Head"], *[[*row, "x"] for row in rows]]
    written = table([[inline([Run(text=cell)]) for cell in row] for row in rows])
    (block,) = parse(written)
    assert block.block.kind == "table"
    told = "".join(clean(cell) for row in rows for cell in row)
    assert "".join(block.plain.split()) == "".join(told.split())


@given(st.text(st.sampled_from("ab `~\n\t"), max_size=60))
def test_code_keeps_its_lines(code: str) -> None:
    written = code_block(code)
    if not code.strip():
        assert written == ""
        return
    (block,) = parse(written)
    assert block.block.kind == "code"
    lines = [line.replace("\t", "    ").rstrip() for line in code.split("\n")]
    assert block.plain == "\n".join(lines).strip()


def test_lists_keep_their_numbers_depth_and_code() -> None:
    writer = MarkdownWriter()
    writer.block("Before.")
    writer.item(0, 1, "One")
    writer.item(1, None, "Inner")
    writer.item(0, 2, "Two")
    writer.inside_item(code_block("Get-Item"))
    writer.item(0, 3, "Three")
    writer.block("After.")
    found = [(b.block.kind, b.block.number, b.block.depth, b.plain) for b in parse(writer.text())]
    assert found == [
        ("paragraph", "", 0, "Before."),
        ("step", "1", 1, "One"),
        ("bullet", "", 2, "Inner"),
        ("step", "2", 1, "Two"),
        ("code", "", 1, "Get-Item"),
        ("step", "3", 1, "Three"),
        ("paragraph", "", 0, "After."),
    ]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.org/a b", "https://x.org/a b"),
        ("MAILTO:it@x.org", "MAILTO:it@x.org"),
        ("javascript:alert(1)", ""),
        ("java\x00script:x", ""),
        ("data:text/html,x", ""),
        ("/relative", ""),
        (None, ""),
    ],
)
def test_links_lead_to_the_web_or_nowhere(url: str | None, kept: str) -> None:
    assert web_address(url) == kept
