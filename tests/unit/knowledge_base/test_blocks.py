from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.blocks import parse
from knowledge_base.masking import FILLER, mask


def kinds(text: str) -> list[tuple[str, str]]:
    return [(each.block.kind, each.plain) for each in parse(text)]


def test_headings_paragraphs_steps_and_bullets_with_their_places() -> None:
    text = "# Title\n\nIntro *text*.\n\n1. First\n2. Second\n   - Inner\n\n## Next\n\n- Bullet\n"
    parsed = parse(text)
    assert [(each.block.kind, each.block.level, each.block.number) for each in parsed] == [
        ("heading", 1, ""),
        ("paragraph", 0, ""),
        ("step", 1, "1"),
        ("step", 1, "2"),
        ("bullet", 2, ""),
        ("heading", 2, ""),
        ("bullet", 1, ""),
    ]
    assert [text[each.block.start : each.block.end] for each in parsed] == [
        "# Title",
        "Intro *text*.",
        "1. First",
        "2. Second",
        "- Inner",
        "## Next",
        "- Bullet",
    ]
    assert parsed[4].block.heading_path == ("Title",)
    assert parsed[6].block.heading_path == ("Title", "Next")


def test_what_stands_inside_a_step_says_how_deep() -> None:
    text = "1. Run this:\n\n   ```powershell\n   Get-Mailbox\n   ```\n\n   Then wait.\n"
    parsed = parse(text)
    assert [(each.block.kind, each.block.depth) for each in parsed] == [
        ("step", 1),
        ("code", 1),
        ("paragraph", 1),
    ]
    assert parsed[1].plain == "Get-Mailbox"


def test_call_outs_are_notes_without_their_mark() -> None:
    assert kinds("> [!NOTE]\n> Mind the gap.\n") == [("note", "Mind the gap.")]
    assert kinds("> A quotation.\n") == [("quote", "A quotation.")]


def test_images_includes_comments_and_zones_are_no_content() -> None:
    text = (
        "[!INCLUDE [alert](../includes/alert.md)]\n\n"
        ':::image type="content" source="a.png" alt-text="A picture":::\n\n'
        '![alt](b.png)\n\n<!-- hidden\nnote -->\n\n::: zone pivot="x"\n\nSeen.\n\n::: zone-end\n'
    )
    assert kinds(text) == [("paragraph", "Seen.")]


def test_links_keep_their_words_and_lose_their_targets() -> None:
    assert kinds("See [the guide](https://example.com/a_b) now.") == [
        ("paragraph", "See the guide now.")
    ]


def test_liquid_tags_go_but_what_they_name_stays() -> None:
    text = (
        'Ask in {% slack_channel "help" %} or read [tools]({% page "/tools/" %}).\n\n'
        "{% comment %}\nnot shown\n{% endcomment %}\n"
    )
    assert kinds(text) == [("paragraph", "Ask in help or read tools.")]


def test_a_list_item_that_begins_with_a_tag_stays_a_list_item() -> None:
    text = '- {% slack_channel "news" %} for news\n'
    assert kinds(text) == [("bullet", "news for news")]


def test_directives_inside_code_are_code() -> None:
    text = "```xml\n<!-- kept -->\n{% kept %}\n```\n"
    assert kinds(text) == [("code", "<!-- kept -->\n{% kept %}")]


def test_tables_are_one_block_with_their_cells() -> None:
    assert kinds("|Code|Meaning|\n|---|---|\n|`49`|Service|\n") == [
        ("table", "Code Meaning\n49 Service")
    ]
    assert kinds("<table><tr><td>One</td><td>Two</td></tr></table>\n") == [("table", "One\nTwo")]


def test_tabs_and_folds_are_headings_one_level_down_and_end() -> None:
    text = (
        "## Fix\n\n# [Windows](#tab/win)\n\nOn Windows.\n\n# [Mac](#tab/mac)\n\nOn a Mac.\n\n"
        "---\n\nFor all.\n\n<details>\n<summary><b>More?</b></summary>\n\nFolded.\n\n</details>\n\n"
        "After.\n"
    )
    paths = {
        each.plain: each.block.heading_path for each in parse(text) if each.block.kind != "heading"
    }
    assert paths == {
        "On Windows.": ("Fix", "Windows"),
        "On a Mac.": ("Fix", "Mac"),
        "For all.": ("Fix",),
        "Folded.": ("Fix", "More?"),
        "After.": ("Fix",),
    }


def test_front_matter_is_skipped_and_offsets_count_it() -> None:
    text = "---\ntitle: x\n---\nBody.\n"
    (only,) = parse(text, body_start=17)
    assert text[only.block.start : only.block.end] == "Body."


def test_steps_indented_too_far_are_still_text() -> None:
    (only,) = parse("        1. Open it.\n        2. Close it.\n")
    assert (only.block.kind, only.plain) == ("paragraph", "Open it.\nClose it.")


@given(st.text(alphabet="ab:!<>-%{}[]()#`|\n \"'", max_size=200))
@settings(max_examples=300, deadline=None)
def test_masking_moves_nothing_and_blocks_never_overlap(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert [i for i, c in enumerate(masked) if c == "\n"] == [
        i for i, c in enumerate(text) if c == "\n"
    ]
    end = 0
    for each in parse(text):
        assert end <= each.block.start < each.block.end <= len(text)
        stretch = text[each.block.start : each.block.end]
        assert stretch == stretch.strip()
        assert each.plain and FILLER not in each.plain
        end = each.block.end


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "mark", ["<!--", "{%", "{{", "(" + "{{", "[!", ":::image", "{% comment %}"]
)
def test_marks_that_nothing_closes_cost_one_pass(mark: str) -> None:
    text = f"{mark} " * 50_000
    assert len(mask(text)) == len(text)
