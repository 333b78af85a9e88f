"""The longest incident, the most expensive campaign: single rows, ranked by what they measure."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.language.scene import Scene

_LONG = frozenset({"longest", "shortest", "slowest", "fastest", "quickest"})
_DEAR = frozenset({"priciest", "cheapest"})
_LARGE = frozenset({"biggest", "largest", "greatest", "smallest", "highest", "lowest", "tiniest"})
_BAD = frozenset({"worst", "heaviest"})


@dataclass(frozen=True, slots=True)
class _Rows:
    """What single rows are called by, and what each superlative measures of them."""

    dimension: str
    measured: tuple[tuple[frozenset[str], tuple[str, ...]], ...]


_ROWS: dict[str, _Rows] = {
    "incidents": _Rows(
        "incident",
        (
            (_LONG, ("mttr",)),
            (_BAD | _LARGE, ("customers affected", "downtime", "mttr")),
        ),
    ),
    "campaigns": _Rows(
        "campaign",
        (
            (_DEAR, ("campaign spend",)),
            (_LARGE, ("campaign spend", "contacts", "campaign revenue")),
        ),
    ),
    "orders": _Rows("order_id", ((_LARGE | _DEAR, ("revenue",)),)),
    "tickets": _Rows("ticket_id", ((_LONG, ("resolution time",)),)),
    "resolved tickets": _Rows("ticket_id", ((_LONG, ("resolution time",)),)),
}


def measured_by(dimension: str, word: str) -> tuple[str, ...]:
    """Return by which metrics a superlative may rank the rows of a dimension; none when by none."""
    for rows in _ROWS.values():
        if rows.dimension == dimension:
            return next((names for words, names in rows.measured if word in words), ())
    return ()


def read_extremes(scene: Scene) -> None:
    """Turn a count of things, of which the longest or dearest is asked for, into a ranking.

    Only where nothing else is measured: "the region with the most incidents" stays a count.
    """
    draft = scene.draft
    if len(draft.metrics) > 1 or (draft.metrics and draft.metrics[0] not in _ROWS):
        return
    for place in scene.find(lambda t: t.rank is not None):
        noun = _noun_of(scene, place)
        if noun is None:
            continue
        name = next(m for m in scene.tags[noun].metrics if m in _ROWS)
        dimension = _ROWS[name].dimension
        word = _word_of(scene, place)
        options = measured_by(dimension, word)
        known = tuple(n for n in options if n in scene.catalogue.metrics)
        if not known or dimension not in scene.catalogue.dimensions:
            continue
        pick = scene.choose(f"extreme:{word}", f"The {word} by which number?", known)
        draft.metrics, draft.dimensions = [known[pick]], [dimension]
        rank = scene.tags[place].rank
        scene.use(noun)
        if rank is not None and rank.n is None and scene.tags[noun].norm == scene.tags[noun].text:
            draft.top_n = 1
        _use_around(scene, place, noun)
        return


def _word_of(scene: Scene, place: int) -> str:
    superlatives = {w for rows in _ROWS.values() for words, _ in rows.measured for w in words}
    return next((w for w in scene.tags[place].text.split() if w in superlatives), "")


def _noun_of(scene: Scene, place: int) -> int | None:
    """Return the things that a superlative ranks: right after it, or asked for before it."""
    nouns = [i for i, t in enumerate(scene.tags) if set(t.metrics) & set(_ROWS)]
    following = scene.after(place)
    while following is not None and (
        (scene.tags[following].members and following not in nouns)
        or scene.tags[following].text in _ONE
    ):
        following = scene.after(following)
    if following in nouns:
        return following
    before = [i for i in nouns if i < place]
    if not before or scene.tags[before[-1] - 1].text not in {"which", "what"}:
        return None
    between = {t.text for t in scene.tags[before[-1] + 1 : place]}
    return before[-1] if between & _TAKING or not between - {"be", "the"} else None


_ONE = frozenset({"single", "individual", "one", "ever", "particular"})
_TAKING = frozenset({"take", "took", "last", "lasted", "wait", "waited", "cost", "be", "need"})


def _use_around(scene: Scene, place: int, noun: int) -> None:
    """`took the longest to resolve`, `the largest single order`: words that say nothing more."""
    near = {*range(max(0, place - 3), min(len(scene), place + 4)), *range(place, noun)}
    for index in sorted(near):
        tag = scene.tags[index]
        if tag.members or tag.time:
            continue
        if tag.text in _ONE or tag.text in _TAKING or tag.concepts & {"resolve", "repair", "cost"}:
            scene.use(index)
