from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.blocks import parse
from knowledge_base.chunking import cut, embedding_text
from knowledge_base.config import ChunkingSettings
from knowledge_base.model import Document

SMALL = ChunkingSettings(max_words=20, small_words=6)


def document(text: str, title: str = "Title") -> Document:
    return Document(document_id="kb/a.md", title=title, text=text)


def sentence(n: int) -> str:
    return " ".join(f"word{i}" for i in range(n)) + "."


def test_a_document_without_content_has_no_passages() -> None:
    assert cut(document(""), SMALL) == ()
    assert cut(document("# Only a heading\n\n![img](a.png)\n"), SMALL) == ()


def test_passages_are_cut_at_headings_with_their_path() -> None:
    text = f"# Title\n\n## Cause\n\n{sentence(15)}\n\n## Fix\n\n### On a Mac\n\n{sentence(15)}\n"
    first, second = cut(document(text), SMALL)
    assert first.heading_path == ("Title", "Cause")
    assert second.heading_path == ("Title", "Fix", "On a Mac")
    assert text[second.start :].startswith("## Fix")
    assert first.passage_id == "kb/a.md#0"
    assert embedding_text(second) == f"Title > Fix > On a Mac\n{sentence(15)}"


def test_short_sections_are_joined_and_keep_their_headings_as_text() -> None:
    text = "## Cause\n\nToo old.\n\n## Fix\n\nUpdate it.\n"
    (only,) = cut(document(text), SMALL)
    assert only.heading_path == ("Title",)
    assert only.text == "Cause\nToo old.\nFix\nUpdate it."


def test_a_long_list_is_cut_between_steps_and_not_after_what_leads_in() -> None:
    steps = "\n".join(f"{n}. Step {n} with five words" for n in range(1, 9))
    text = f"{sentence(10)}\n\nFollow these steps:\n\n{steps}\n"
    passages = cut(document(text), SMALL)
    assert len(passages) > 1
    for passage in passages:
        assert not passage.text.endswith(":")
        assert re.match(r"word0|Follow|\d\. Step", text[passage.start : passage.end])


def test_a_step_stays_with_what_is_inside_it_when_both_fit() -> None:
    text = (
        f"1. {sentence(12)}\n2. Run this:\n\n   ```\n   {sentence(8)}\n   ```\n3. {sentence(9)}\n"
    )
    passages = cut(document(text), SMALL)
    holding = [p for p in passages if "Run this" in p.text]
    assert "word7" in holding[0].text


def test_a_long_table_is_cut_between_rows() -> None:
    rows = "\n".join(f"|row {n}|some words here|" for n in range(20))
    text = f"|Head|Cell|\n|---|---|\n{rows}\n"
    passages = cut(document(text), SMALL)
    assert len(passages) > 3
    assert all(len(p.text.split()) <= 20 for p in passages)
    assert [w for p in passages for w in p.text.split()] == parse(text)[0].plain.split()


WORD = st.text(alphabet="abcdefgh", min_size=1, max_size=6)
WORDS = st.lists(WORD, min_size=1, max_size=30).map(" ".join)
PIECES = st.one_of(
    st.tuples(st.sampled_from(["#", "##", "###"]), WORDS).map(lambda t: f"{t[0]} {t[1]}"),
    WORDS,
    st.lists(WORDS, min_size=1, max_size=4).map(lambda x: "\n".join(f"1. {w}" for w in x)),
    st.lists(WORDS, min_size=1, max_size=4).map(lambda x: "\n".join(f"- {w}" for w in x)),
    st.tuples(WORDS, WORDS).map(lambda t: f"1. {t[0]}:\n\n   ```\n   {t[1]}\n   ```"),
    st.tuples(WORDS, WORDS).map(lambda t: f"- {t[0]}\n  1. {t[1]}"),
    WORDS.map(lambda w: f"> [!NOTE]\n> {w}"),
    WORDS.map(lambda w: f"```\n{w}\n```"),
    st.lists(WORD, min_size=2, max_size=30).map(
        lambda x: "|a|b|\n|---|---|\n" + "\n".join(f"|{w}|{w}|" for w in x)
    ),
    st.just("[!INCLUDE [x](../includes/x.md)]"),
    st.just(':::image type="content" source="a.png" alt-text="nothing":::'),
    WORDS.map(lambda w: f"See [{w}](https://example.com/zzz) and ![qqq](qqq.png)."),
    WORDS.map(lambda w: f"<details>\n<summary>{w}</summary>\n\n{w}\n\n</details>"),
)
DOCUMENTS = st.lists(PIECES, max_size=12).map("\n\n".join)


@given(DOCUMENTS, st.integers(10, 60), st.integers(0, 20))
@settings(max_examples=200, deadline=None)
def test_passages_are_in_order_hold_their_words_and_cover_every_block(
    text: str, max_words: int, small_words: int
) -> None:
    passages = cut(document(text), ChunkingSettings(max_words=max_words, small_words=small_words))
    end = 0
    for ordinal, passage in enumerate(passages):
        assert passage.ordinal == ordinal
        assert end <= passage.start < passage.end <= len(text)
        end = passage.end
        present = set(re.findall(r"\w+", text[passage.start : passage.end]))
        assert set(re.findall(r"\w+", passage.text)) <= present
        assert passage.text.strip()
        assert passage.heading_path[0] == "Title"
    covered = bytearray(len(text))
    for passage in passages:
        covered[passage.start : passage.end] = b"\1" * (passage.end - passage.start)
    for each in parse(text):
        if each.block.kind != "heading":
            span = range(each.block.start, each.block.end)
            assert all(covered[i] or text[i].isspace() for i in span), each
