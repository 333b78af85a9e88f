"""Values named side by side: a row for each, or all of them together."""

from __future__ import annotations

from analytics.language.scene import LIST_MARKS, Scene
from analytics.model import Filter

_PREPOSITIONS = frozenset({"from", "in", "on", "by", "for", "of", "at", "via", "through", "with"})
_LEADING = frozenset({"more", "less", "higher", "lower", "better", "worse", "fewer", "larger"})


def read_compared_values(scene: Scene, filters: list[Filter]) -> None:
    """`instagram vs facebook`: a row for each value compared."""
    listed = [f for f in filters if f.operator == "in"]
    added_up = scene.find(lambda t: t.cue == "together")
    if added_up and listed and not {f.dimension for f in listed} & set(scene.draft.dimensions):
        scene.use(*added_up)
        return
    if scene.draft.compare_to is not None:
        return
    cues = scene.find(lambda t: t.cue in {"versus", "each"} or (t.cue == "by" and t.text == "each"))
    cues += scene.find(lambda t: t.cue == "versus" and len(t.members) > 1, unused=False)
    if len(listed) != 1 or not (cues or _are_rows(scene, listed[0].dimension)):
        return
    scene.use(*cues)
    if listed[0].dimension not in scene.draft.dimensions:
        scene.draft.dimensions.insert(0, listed[0].dimension)
        scene.use(*_after_compared(scene))


def _are_rows(scene: Scene, dimension: str) -> bool:
    """Say whether the values of a dimension are set side by side, without a word for it.

    `the open rate of A and B` is two rates, as rates do not add up; `from the app, from the web`
    says the preposition again for each; `do men or women spend more` asks which of the two.
    """
    places = [i for i, t in enumerate(scene.tags) if _is_value(scene, i, dimension)]
    if not places or dimension in scene.draft.dimensions:
        return False
    between = scene.tags[places[0] : places[-1] + 1]
    cues = {t.cue for t in between}
    if "or" in cues and _asks_which_is_more(scene, places):
        return True
    if "or" in cues or "not" in cues:
        return False
    joined = "and" in cues or any(t.text in LIST_MARKS for t in between)
    if len(places) > 1 and not joined:
        return False
    repeated = _leads(scene, places)
    if len(places) > 1 and len(repeated) == len(places) and len(set(repeated)) == 1:
        return True
    metrics = [scene.catalogue.metric(m) for m in scene.draft.metrics]
    counted = any(m.additive or m.unit == "count" for m in metrics)
    return not counted and dimension not in {"severity", "tier", "priority"}


def _is_value(scene: Scene, index: int, dimension: str) -> bool:
    return any(m.dimension == dimension for m in scene.tags[index].members)


def _leads(scene: Scene, places: list[int]) -> list[str]:
    """Return the preposition right before each value."""
    found: list[str] = []
    for place in places:
        words = [t.text for t in scene.tags[max(0, place - 2) : place] if t.text != "the"]
        if words and words[-1] in _PREPOSITIONS:
            found.append(words[-1])
    return found


def _asks_which_is_more(scene: Scene, places: list[int]) -> bool:
    """Say whether one of the two is wanted: "did the app or the web bring in more revenue"."""
    words = [t.text for t in scene.tags if t.text.strip("?!.,;:-")]
    asked = bool(words) and words[0] in {"do", "have", "be", "which", "who", "what"}
    more = [
        i
        for i in scene.find(lambda t: t.rank is not None or t.text in _LEADING, unused=False)
        if scene.tags[i].text.removeprefix("the ") in _LEADING
    ]
    if not (asked and more):
        return False
    scene.use(*more)
    scene.use(*(i for i in range(places[0], places[-1]) if scene.tags[i].cue == "or"))
    return True


def _after_compared(scene: Scene) -> list[int]:
    """Return the "by" of "compare app and web by revenue"."""
    if not any(t.text in {"compare", "comparing", "comparison"} for t in scene.tags):
        return []
    found: list[int] = []
    for index in scene.find(lambda t: t.cue == "by"):
        following = scene.after(index)
        if following is not None and set(scene.tags[following].metrics) & set(scene.draft.metrics):
            found.append(index)
    return found
