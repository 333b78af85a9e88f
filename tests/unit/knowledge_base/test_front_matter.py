from __future__ import annotations

from datetime import date

import pytest

from knowledge_base.sources.front_matter import (
    date_field,
    list_field,
    read_front_matter,
    text_field,
)


def test_fields_and_body_are_split() -> None:
    text = "---\ntitle: Reset\nms.date: 03/14/2024\n---\n# Body\n"
    front = read_front_matter(text)
    assert front.fields["title"] == "Reset"
    assert text[front.body_start :] == "# Body\n"
    assert front.problem == ""


@pytest.mark.parametrize("text", ["", "# Only a body\n", "text\n---\nnot: front\n---\n"])
def test_a_text_without_front_matter_is_all_body(text: str) -> None:
    front = read_front_matter(text)
    assert (front.body_start, front.fields) == (0, {})


def test_empty_front_matter_is_no_body() -> None:
    assert read_front_matter("---\n---\nBody").body_start == len("---\n---\n")


def test_malformed_yaml_is_read_line_by_line_and_says_so() -> None:
    text = "---\ntitle: Can't: open [this\ntags:\n  - vpn\n  - 'wifi'\n\tbad: x\n---\nBody"
    front = read_front_matter(text)
    assert front.problem
    assert front.fields["title"] == "Can't: open [this"
    assert front.fields["tags"] == ["vpn", "wifi"]
    assert text[front.body_start :] == "Body"


def test_front_matter_that_is_no_mapping_survives() -> None:
    front = read_front_matter("---\n- one\n- two\n---\nBody")
    assert front.problem.startswith("expected fields")
    assert front.fields == {}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-02-25", date(2026, 2, 25)),
        ("03/14/2024", date(2024, 3, 14)),
        ("2026-02-25 10:00:00", date(2026, 2, 25)),
        ("2026-02-31", None),
        ("soon", None),
        ("''", None),
    ],
)
def test_dates_in_the_forms_that_occur(written: str, expected: date | None) -> None:
    front = read_front_matter(f"---\nms.date: {written}\n---\n")
    assert date_field(front.fields, "updated", "ms.date") == expected


def test_lists_come_as_yaml_or_with_commas() -> None:
    front = read_front_matter("---\ntags: [a, b, a]\nkeywords: c, d\nnone:\n---\n")
    assert list_field(front.fields, "tags") == ("a", "b")
    assert list_field(front.fields, "keywords") == ("c", "d")
    assert list_field(front.fields, "none", "tags") == ("a", "b")
    assert text_field(front.fields, "tags", "keywords") == "c, d"
