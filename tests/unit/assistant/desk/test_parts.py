from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.desk.anchors import ArticleSpace, agreement
from assistant.desk.fitted import SHIPPED, load_fitted
from assistant.desk.service import read_problem
from assistant.desk.triage import Kernel, learn, n_learnt
from assistant.desk.words import Postings
from assistant.errors import NotBuiltError
from knowledge_base.model import Document, Passage
from tests.unit.assistant.desk.made import ENCODER

ALL = np.ones(3, dtype=bool)


def test_a_perfect_match_has_the_best_share_and_unknown_words_none() -> None:
    words = Postings([["red", "lamp"], ["red"], ["blue", "lamp", "post"]])
    shares = words.shares(["blue", "post"], ALL)
    assert shares.argmax() == 2
    assert not words.shares(["green"], ALL).any()
    assert not words.shares([], ALL).any()


def test_rows_that_may_not_be_seen_change_no_score() -> None:
    few = Postings([["red", "lamp"], ["red"]])
    more = Postings([["red", "lamp"], ["red"], ["lamp"] * 50])
    allowed = np.array([True, True, False])
    assert np.allclose(
        more.shares(["lamp"], allowed)[:2], few.shares(["lamp"], np.ones(2, dtype=bool))
    )


def test_texts_agree_by_the_articles_that_they_point_at_and_may_be_read() -> None:
    texts = ("printer toner cartridge", "vpn tunnel certificate", "salary slip payroll")
    contents = [
        (
            Document(
                document_id=f"d{n}", title="", text=text, acl=(("hr",) if n == 2 else ("everyone",))
            ),
            [
                Passage(
                    passage_id=f"d{n}#0",
                    document_id=f"d{n}",
                    ordinal=0,
                    start=0,
                    end=len(text),
                    heading_path=(),
                    text=text,
                )
            ],
        )
        for n, text in enumerate(texts)
    ]
    space = ArticleSpace.of(contents, ENCODER.encode)
    assert space is not None
    one = space.anchors(ENCODER.encode(["toner of the printer"]))
    many = space.anchors(ENCODER.encode(["printer cartridge", "vpn certificate"]))
    near = agreement(one, many, space.allowed(("staff",)))
    assert near[0] > near[1]
    assert space.allowed(("staff",)).tolist() == [True, True, False]
    pay = space.anchors(ENCODER.encode(["payroll slip"]))
    assert agreement(pay, pay, np.zeros(3, dtype=bool)).tolist() == [0.0]
    assert ArticleSpace.of([], ENCODER.encode) is None


def test_triage_needs_three_examples_and_calibrates_between_nought_and_one() -> None:
    texts = ["red lamp", "red lamp broken", "blue door", "blue door shut", "red lamp off"] * 30
    values = ["lamp", "lamp", "door", "door", "lamp"] * 30
    vectors = ENCODER.encode(texts)
    assert learn(Kernel.of(vectors[:2]), values[:2]) is None
    assert learn(Kernel.of(vectors), [""] * len(values)) is None
    model = learn(Kernel.of(vectors), values)
    assert model is not None
    found = model.predict(ENCODER.encode(["the blue door"])[0], vectors, values)
    assert found.value == "door"
    assert 0.5 < found.confidence <= 1


def test_what_is_learnt_from_grows_in_steps() -> None:
    sizes = [n_learnt(n) for n in range(500)]
    assert sizes == sorted(sizes)
    assert all(size <= n for n, size in enumerate(sizes))
    assert all(size >= 0.85 * n for n, size in enumerate(sizes) if n > 30)


def test_the_shipped_numbers_say_where_they_come_from(tmp_path: Path) -> None:
    fitted = load_fitted()
    assert fitted.provenance["n_tickets"] > 0
    assert fitted.provenance["tickets_sha256"]
    broken = json.loads(SHIPPED.read_text())
    del broken["duplicate"]
    (tmp_path / "fitted.json").write_text(json.dumps(broken))
    with pytest.raises(NotBuiltError, match="cannot be read"):
        load_fitted(tmp_path / "fitted.json")


def test_a_short_first_line_is_the_subject() -> None:
    assert read_problem("No sound\nThe headset is silent.").subject == "No sound"
    assert read_problem("The headset is silent.").subject == ""
    assert read_problem("It is silent.", "No  sound").whole == "No sound\nIt is silent."
