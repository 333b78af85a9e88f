"""Charts as pictures: the neutral specification as Vega-Lite, drawn to PNG or SVG.

Needs the extra `pictures`; no browser, no network.
"""

from __future__ import annotations

import importlib
from typing import Any, Final, Literal

from analytics.describe.phrases import phrase
from analytics.describe.plots import Plot, plotted
from analytics.errors import PictureError
from analytics.model import Finding, Unit

PictureKind = Literal["png", "svg"]
Spec = dict[str, Any]

VEGA_LITE: Final = "6.4"
"""Version of the language; the drawing library knows several."""
_SCALE: Final = 2.0
_WIDTH: Final = 640
_HEIGHT: Final = 300
_BAR_PX: Final = 26
_CELL_PX: Final = 26
_TEXT, _MUTED, _LINE, _PAGE = "#1b1e24", "#5a626f", "#dfe2e8", "#ffffff"
_ACCENT, _ACCENT_PALE = "#2456c4", "#e9eefa"
_GREYS: Final = ("#7b8494", "#b4bac5", "#949cab")
_STACK: Final = ("#163a86", "#2456c4", "#5d86dd", "#93b0ea", "#c2d3f4", "#dde5f5")
_FOLDED: Final = "#c9cdd4"
_DASHES: Final = ([1, 0], [6, 3], [2, 3], [8, 3, 2, 3], [2, 6], [12, 4])


def picture(finding: Finding, kind: PictureKind) -> bytes:
    """Draw the chart of a finding.

    Parameters
    ----------
    finding : Finding
        Whose chart is a line, bars, stacked bars, a histogram or a heat map.
    kind : {"png", "svg"}
        Pixels, two for each point, or lines and letters.

    Returns
    -------
    bytes
        The file; the same finding gives the same bytes with the same version of the library and
        the same fonts.

    Raises
    ------
    PictureError
        When there is nothing to draw, or the drawing library is not installed.
    """
    plot = plotted(finding)
    if plot is None:
        raise PictureError(
            f"The answer has no chart to draw: it is a {finding.chart.kind}.",
            hint="Use --export FILE.csv or FILE.xlsx for its figures.",
        )
    spec = vega_lite(plot)
    library = _library()
    if kind == "svg":
        return str(library.vegalite_to_svg(spec, vl_version=VEGA_LITE)).encode()
    return bytes(library.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=_SCALE))


def _library() -> Any:
    try:
        return importlib.import_module("vl_convert")
    except ImportError as error:
        raise PictureError(
            "Pictures need the package vl-convert-python, which is not installed.",
            hint="Install it with: pip install 'deskwise[pictures]'",
        ) from error


def vega_lite(plot: Plot) -> Spec:
    """Return a plot as a Vega-Lite specification with its data inside."""
    drawn = {"heatmap": _heat_map, "line": _lines}.get(plot.chart.kind, _bars)(plot)
    note = [plot.chart.note] if plot.chart.note else []
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": phrase("chart_described", plot.chart.title),
        "background": _PAGE,
        "padding": 16,
        "title": {
            "text": plot.chart.title,
            "subtitle": note,
            "anchor": "start",
            "frame": "group" if plot.chart.kind == "line" else "bounds",
            "fontSize": 15,
            "color": _TEXT,
            "subtitleColor": _MUTED,
            "offset": 12,
        },
        "config": _CONFIG,
        "data": {"values": _values(plot)},
        **drawn,
    }


_CONFIG: Final[Spec] = {
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "domainColor": _LINE,
        "gridColor": _LINE,
        "tickColor": _LINE,
        "labelColor": _MUTED,
        "titleColor": _MUTED,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "labelLimit": 220,
    },
    "axisQuantitative": {"grid": True},
    "axisBand": {"grid": False},
    "legend": {"labelColor": _MUTED, "labelFontSize": 12, "labelLimit": 220, "orient": "top"},
}


def _values(plot: Plot) -> list[Spec]:
    return [
        {"x": label, "at": i, "series": one.name, "n": j, "value": value, "role": one.role}
        for j, one in enumerate(plot.series)
        for i, (label, value) in enumerate(zip(plot.labels, one.values, strict=True))
    ]


def _format(unit: Unit | None, *, short: bool = True) -> Spec:
    """Return how numbers are written: fractions as percentages, large ones as "1.2M"."""
    if unit == "fraction":
        return {"format": ".0~%" if short else ".1%"}
    name = "datum.value" if short else "datum.datum.value"
    text = f"replace(format({name}, '.3~s'), 'G', 'bn')"
    return {"labelExpr": f"abs({name}) < 1000 ? format({name}, ',.3~f') : {text}"}


def _number_axis(plot: Plot) -> Spec:
    form = _format(plot.chart.unit)
    return {"title": _unit_title(plot), "ticks": False, "tickCount": 5, **form}


def _unit_title(plot: Plot) -> str:
    return phrase("chart_axis", plot.y_label, plot.chart.unit)


def _label_text() -> str:
    return (
        "!isValid(datum.value) ? '' : abs(datum.value) < 1000 ? format(datum.value, ',.3~f')"
        " : replace(format(datum.value, '.3~s'), 'G', 'bn')"
    )


def _labels_of_bars(plot: Plot, encoding: Spec, *, is_lying: bool) -> Spec:
    is_share = plot.chart.unit == "fraction"
    text = "isValid(datum.value) ? format(datum.value, '.1%') : ''" if is_share else _label_text()
    place = {"align": "left", "dx": 4} if is_lying else {"baseline": "bottom", "dy": -3}
    return {
        "transform": [{"calculate": text, "as": "words"}],
        "mark": {"type": "text", "color": _TEXT, "fontSize": 11, **place},
        "encoding": {**encoding, "text": {"field": "words", "type": "nominal"}},
    }


def _colours(plot: Plot) -> Spec:
    names = [one.name for one in plot.series]
    if plot.chart.kind == "stacked":
        found = [
            _FOLDED if one.role == "folded" else _STACK[i % len(_STACK)]
            for i, one in enumerate(plot.series)
        ]
    else:
        found = [
            _ACCENT if one.role == "main" else _GREYS[(i - 1) % len(_GREYS)]
            for i, one in enumerate(plot.series)
        ]
    legend = {"title": None, "symbolType": "stroke" if plot.chart.kind == "line" else "square"}
    return {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": names, "range": found},
        "legend": legend if len(names) > 1 else None,
    }


def _lines(plot: Plot) -> Spec:
    names = [one.name for one in plot.series]
    dashes = [
        [6, 4] if one.role == "before" else _DASHES[i % len(_DASHES)]
        for i, one in enumerate(plot.series)
    ]
    every = max(1, len(plot.labels) // 8)
    shown = [label for i, label in enumerate(plot.labels) if i % every == 0]
    along: Spec = {
        "field": "x",
        "type": "ordinal",
        "sort": list(plot.labels),
        "axis": {"title": None, "labelAngle": 0, "ticks": False, "values": shown}
        | {"labelOverlap": "greedy"},
    }
    lines: Spec = {
        "mark": {"type": "line", "strokeWidth": 2, "point": len(plot.labels) <= 31},
        "encoding": {
            "x": along,
            "y": {
                "field": "value",
                "type": "quantitative",
                "scale": {"zero": not _is_narrow(plot)},
                "axis": _number_axis(plot),
            },
            "color": _colours(plot),
            "strokeDash": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": names, "range": dashes},
                "legend": None,
            },
            "order": {"field": "at"},
        },
    }
    size = {"width": _WIDTH, "height": _HEIGHT}
    return (
        {**size, **lines} if plot.band is None else {**size, "layer": [_shade(plot, along), lines]}
    )


def _shade(plot: Plot, along: Spec) -> Spec:
    """Return the band of an interval, drawn behind the lines."""
    assert plot.band is not None
    ends = zip(plot.labels, *plot.band, strict=True)
    values = [{"x": x, "low": low, "high": high} for x, low, high in ends if low is not None]
    return {
        "data": {"values": values},
        "mark": {"type": "area", "color": _ACCENT, "opacity": 0.15},
        "encoding": {
            "x": along,
            "y": {"field": "low", "type": "quantitative", "axis": _number_axis(plot)},
            "y2": {"field": "high"},
        },
    }


def _is_narrow(plot: Plot) -> bool:
    """Say whether lines lie far from zero and close together: they get the range they have."""
    ends = plot.band or ()
    every = (*(one.values for one in plot.series), *ends)
    values = [v for each in every for v in each if v is not None]
    return bool(values) and 0 < max(values) * 0.6 < min(values)


def _bars(plot: Plot) -> Spec:
    kind = plot.chart.kind
    widest = max(map(len, plot.labels)) * len(plot.labels)
    is_lying = kind == "ranked" or (kind in ("bar", "stacked") and widest > 90)
    is_stacked = kind == "stacked"
    has_words = not is_stacked and len(plot.labels) * len(plot.series) <= 32
    several = len(plot.series) > 1 and not is_stacked
    # A heading too wide for a bar is turned; bars that lie always have room for their names.
    category: Spec = {
        "field": "x",
        "type": "ordinal",
        "sort": list(plot.labels),
        "axis": {"title": plot.x_label if kind == "histogram" else None, "ticks": False}
        | ({"labelColor": _TEXT} if is_lying else {"labelAngle": 0, "labelOverlap": "greedy"}),
        "scale": {"paddingInner": 0.05 if kind == "histogram" else 0.3},
    }
    number: Spec = {
        "field": "value",
        "type": "quantitative",
        "stack": "zero" if is_stacked else None,
        "axis": None if is_lying and has_words else _number_axis(plot),
    }
    encoding: Spec = {"y": category, "x": number} if is_lying else {"x": category, "y": number}
    if several:
        offset = {"field": "n", "type": "ordinal"}
        encoding |= {"yOffset": offset} if is_lying else {"xOffset": offset}
    mark: Spec = {"type": "bar", "stroke": _PAGE if is_stacked else None, "strokeWidth": 1}
    colour = _colours(plot) if several or is_stacked else _highlight(plot)
    layers: list[Spec] = [{"mark": mark, "encoding": {**encoding, "color": colour}}]
    if has_words:
        layers.append(_labels_of_bars(plot, encoding, is_lying=is_lying))
    if is_stacked:
        layers[0]["encoding"]["order"] = {"field": "n"}
    rows = len(plot.labels) * (len(plot.series) if several else 1)
    across = {"height": max(80, rows * _BAR_PX)} if is_lying else {"height": _HEIGHT}
    return {"width": _WIDTH, **across, "layer": layers}


def _highlight(plot: Plot) -> Spec:
    """Colour the largest bar, the others grey; a histogram in one colour."""
    if plot.chart.kind == "histogram":
        return {"value": _ACCENT}
    own = plot.series[0].values[: len(plot.labels) - plot.has_others]
    known = [value for value in own if value is not None]
    largest = plot.series[0].values.index(max(known)) if known else -1
    return {"condition": {"test": f"datum.at === {largest}", "value": _ACCENT}, "value": _GREYS[1]}


def _heat_map(plot: Plot) -> Spec:
    known = [v for one in plot.series for v in one.values if v is not None]
    low, high = (min(0.0, *known, 0.0), max(known, default=0.0)) if known else (0.0, 0.0)
    encoding: Spec = {
        "x": {
            "field": "x",
            "type": "ordinal",
            "sort": list(plot.labels),
            "axis": {"title": plot.x_label, "ticks": False, "domain": False, "labelAngle": 0}
            | {"labelOverlap": "greedy"},
        },
        "y": {
            "field": "series",
            "type": "ordinal",
            "sort": [one.name for one in plot.series],
            "axis": {"title": None, "ticks": False, "domain": False, "labelColor": _TEXT},
        },
    }
    colour = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [low, high], "range": [_ACCENT_PALE, _ACCENT]},
        "legend": {
            "title": _unit_title(plot),
            "titleFontWeight": "normal",
            "titleColor": _MUTED,
            "gradientLength": 160,
            **_format(plot.chart.unit),
        },
    }
    layers: list[Spec] = [
        {"mark": {"type": "rect", "stroke": _PAGE}, "encoding": {**encoding, "color": colour}}
    ]
    if len(plot.labels) <= 12:
        words = _labels_of_bars(plot, encoding, is_lying=False)
        dark = f"datum.value > {low + (high - low) * 0.55}"
        words["mark"] = {"type": "text", "fontSize": 11, "baseline": "middle"}
        words["encoding"]["color"] = {"condition": {"test": dark, "value": _PAGE}, "value": _TEXT}
        layers.append(words)
    return {"width": _WIDTH, "height": max(60, len(plot.series) * _CELL_PX), "layer": layers}
