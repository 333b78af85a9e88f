"""An operator's own templates: used where they stand, refused with file and line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.describe import phrases
from analytics.describe.wording import PHRASES, SENTENCES, environment, use_templates
from analytics.errors import TemplateError

SHIPPED = Path(phrases.__file__).parent / "templates"


@pytest.fixture(autouse=True)
def shipped_again() -> Iterator[None]:
    yield
    use_templates(None)


def own(folder: Path, name: str, old: str, new: str) -> Path:
    text = (SHIPPED / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_own_words_take_the_place_of_the_shipped_ones(tmp_path: Path) -> None:
    before = phrases.note("truncated", n=5)
    use_templates(own(tmp_path, PHRASES, "Only the first", "No more than the first"))
    assert phrases.note("truncated", n=5) == "No more than the first 5 rows are shown."
    assert "shape" in (SHIPPED / SENTENCES).read_text()  # what the folder lacks is the shipped one
    assert environment().get_template(SENTENCES).filename == str(SHIPPED / SENTENCES)
    use_templates(None)
    assert phrases.note("truncated", n=5) == before


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (SENTENCES, "I found no data for {{ answer.subject }}", "{{ answer.subjet }}", "subjet"),
        (SENTENCES, '{%- elif answer.shape == "level" -%}', "{%- elf -%}", "line "),
        (SENTENCES, "**{{ change(answer.move) }}**", "{{ chance(answer.move) }}", "chance"),
        (SENTENCES, "{{ answer.thing }} meets", "{{ answer.__class__.mro() }}", "line "),
        (PHRASES, "macro title(label, splits, when)", "macro title(label)", "title(label, splits"),
        (PHRASES, "macro chart_none()", "macro other()", "chart_none()"),
    ],
)
def test_a_wrong_template_is_named_and_what_was_in_use_stays(
    tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        use_templates(own(tmp_path, name, old, new))
    assert str(tmp_path / name) in caught.value.message
    assert told in caught.value.message
    assert phrases.note("truncated", n=5) == "Only the first 5 rows are shown."


def test_an_unknown_file_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "metrics.md.j2").write_text("x")
    with pytest.raises(TemplateError, match="no template of this name") as caught:
        use_templates(tmp_path)
    assert SENTENCES in caught.value.hint
    with pytest.raises(TemplateError, match="does not exist"):
        use_templates(tmp_path / "none")
