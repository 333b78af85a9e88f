"""Examples are read strictly, and each stays on its side of the judgement."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.errors import RouterError
from assistant.model import ROUTES
from assistant.routing.examples import (
    FILLS_OF_A_FORM,
    Example,
    examples_hash,
    filled,
    is_held_out,
    read_examples,
    shipped_examples_folder,
)


def write_all(folder: Path, **changed: str) -> Path:
    for label in ROUTES:
        text = f"label: {label}\nexamples:\n  plain:\n    - about {label}\n"
        (folder / f"{label}.yaml").write_text(changed.get(label, text))
    return folder


def test_reads_every_file_in_the_order_of_the_routes(tmp_path: Path) -> None:
    examples = read_examples(write_all(tmp_path))
    assert [example.label for example in examples] == list(ROUTES)
    assert examples[0].text == "about helpdesk"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("label: [", "not valid YAML"),
        ("label: desk\n", "`label` and `examples`"),
        ("label: insights\nexamples: {}\n", "says label 'insights'"),
        ("label: desk\nexamples: [a]\n", "lists by group"),
        ("label: desk\nexamples:\n  plain: text\n", "must be a list"),
        ("label: desk\nexamples:\n  plain:\n    - 4357\n", "4357, which is not a text"),
        ("label: desk\nexamples:\n  plain:\n    - '  '\n", "not a text"),
    ],
)
def test_a_malformed_file_is_named_with_its_fault(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(RouterError) as caught:
        read_examples(write_all(tmp_path, desk=content))
    assert said in caught.value.message
    assert "desk.yaml" in caught.value.message
    assert caught.value.hint


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    write_all(tmp_path)
    (tmp_path / "smalltalk.yaml").unlink()
    with pytest.raises(RouterError, match=r"smalltalk\.yaml"):
        read_examples(tmp_path)


def test_one_text_under_two_labels_is_an_error(tmp_path: Path) -> None:
    same = "label: desk\nexamples:\n  plain:\n    - About  HELPDESK\n"
    with pytest.raises(RouterError, match="under both helpdesk and desk"):
        read_examples(write_all(tmp_path, desk=same))


def test_a_text_that_stands_twice_counts_once(tmp_path: Path) -> None:
    twice = "label: desk\nexamples:\n  a:\n    - call me\n  b:\n    - Call me\n"
    examples = read_examples(write_all(tmp_path, desk=twice))
    assert [example.text for example in examples if example.label == "desk"] == ["call me"]


def test_the_hash_depends_on_texts_and_labels_but_not_on_order() -> None:
    one = Example(text="a", label="desk")
    two = Example(text="b", label="desk")
    assert examples_hash([one, two]) == examples_hash([two, one])
    assert examples_hash([one]) != examples_hash([Example(text="a", label="insights")])


def test_the_side_of_an_example_depends_on_its_words_alone() -> None:
    assert is_held_out("Some  Text") == is_held_out("some text")
    share = sum(is_held_out(f"text {number}") for number in range(4000)) / 4000
    assert share == pytest.approx(0.15, abs=0.02)


def test_the_shipped_examples_are_many_and_explained() -> None:
    folder = shipped_examples_folder()
    examples = read_examples(folder)
    for label in ROUTES:
        assert sum(example.label == label for example in examples) >= 150
        assert (folder / f"{label}.yaml").read_text().startswith("# ")


def test_forms_are_filled_with_all_words_about_equally_often(tmp_path: Path) -> None:
    words = [f"word{n}" for n in range(7)]
    texts = filled(["my {} fails", "the {} again", "{}?", "no {}", "{} help"], words)
    assert len(set(texts)) == len(texts) == 5 * FILLS_OF_A_FORM
    counts = [sum(word in text for text in texts) for word in words]
    assert max(counts) - min(counts) <= 1
    assert filled(["a {}"], ["b"]) == ["a b"]


def test_a_group_of_forms_is_read_as_its_texts(tmp_path: Path) -> None:
    content = (
        "label: helpdesk\nexamples:\n  things:\n"
        '    forms: ["my {} fails", "{}"]\n    fill: [mouse, screen]\n'
    )
    examples = read_examples(write_all(tmp_path, helpdesk=content))
    texts = {example.text for example in examples if example.label == "helpdesk"}
    assert texts == {"my mouse fails", "my screen fails", "mouse", "screen"}


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("{forms: [a b], fill: [x]}", "the form 'a b'"),
        ('{forms: ["{} and {}"], fill: [x]}', "the form '{} and {}'"),
        ('{forms: ["{}"]}', "expected `forms` and `fill`"),
        ('{forms: ["{}"], fill: [1]}', "which is not a text"),
    ],
)
def test_a_malformed_group_of_forms_is_named_with_its_fault(
    tmp_path: Path, group: str, said: str
) -> None:
    content = f"label: helpdesk\nexamples:\n  things: {group}\n"
    with pytest.raises(RouterError, match=re.escape(said)):
        read_examples(write_all(tmp_path, helpdesk=content))
