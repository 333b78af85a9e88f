"""Charts as pictures: drawn here, the same each time, refused in words."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from datetime import date

import pytest

from analytics.describe.pictures import picture, vega_lite
from analytics.describe.plots import plotted
from analytics.errors import PictureError
from analytics.model import Chart, Column, Finding, Unit
from tests.integration.web import fake_content as content

MADE = {
    "line": content.line_finding,
    "bar": content.bar_finding,
    "ranked": content.ranked_finding,
    "heatmap": content.heat_finding,
    "stacked": content.stacked_finding,
}


@pytest.mark.parametrize("kind", MADE)
def test_every_kind_of_chart_is_drawn_with_its_title(kind: str) -> None:
    finding = MADE[kind]()
    assert finding.chart.kind == kind
    drawn = picture(finding, "svg").decode()
    assert drawn.startswith("<svg")
    assert finding.chart.title in drawn
    assert "http" not in drawn.replace("http://www.w3.org", "")


def test_a_picture_is_the_same_each_time_and_has_pixels() -> None:
    first = picture(content.stacked_finding(), "png")
    assert first.startswith(b"\x89PNG")
    assert first == picture(content.stacked_finding(), "png")


def spec_of(finding: Finding) -> str:
    plot = plotted(finding)
    assert plot is not None
    return json.dumps(vega_lite(plot))


def test_what_is_left_out_stands_in_the_picture() -> None:
    assert "15 of 40 and adds the others up" in spec_of(content.ranked_finding())


def test_bars_begin_at_zero_and_what_is_compared_with_is_dashed() -> None:
    assert '"zero": false' not in spec_of(content.bar_finding())
    assert "[[1, 0], [6, 4]]" in spec_of(content.line_finding())


def test_an_interval_around_a_line_is_a_band_behind_it() -> None:
    units: dict[str, Unit | None] = {"day": None, "expected": "count", "low": "count"}
    columns = tuple(
        Column(name=name, label=name.capitalize(), unit=unit)
        for name, unit in (units | {"high": "count"}).items()
    )
    finding = replace(
        content.line_finding(),
        columns=columns,
        rows=((date(2026, 7, 1), 5, None, None), (date(2026, 7, 2), 6, 4, 9)),
        chart=Chart(kind="line", title="Ahead", x="day", y=("expected",), unit="count"),
    )

    shade, lines = json.loads(spec_of(finding))["layer"]
    assert shade["mark"]["type"] == "area"
    assert shade["data"]["values"] == [{"x": "2 Jul 2026", "low": 4.0, "high": 9.0}]
    assert lines["mark"]["type"] == "line"
    assert picture(finding, "svg").decode().startswith("<svg")


def test_a_number_has_no_picture() -> None:
    with pytest.raises(PictureError, match="no chart to draw: it is a number"):
        picture(content.number_finding(), "png")


def test_without_the_library_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(PictureError) as caught:
        picture(content.bar_finding(), "png")
    assert "deskwise[pictures]" in caught.value.hint
