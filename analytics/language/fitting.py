"""Superlatives that tell what is measured: the slowest needs a time, the cheapest an amount."""

from __future__ import annotations

from analytics.language.changes import COMPARE_CUES
from analytics.language.scene import Scene

_FAST = frozenset({"slowest", "fastest", "quickest"})
_TIMES = frozenset({"hours", "minutes", "seconds", "ms"})
_UNITS: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (_FAST | {"longest", "shortest"}, _TIMES, "a time"),
    (frozenset({"cheapest", "priciest"}), frozenset({"money"}), "an amount"),
    (frozenset({"happiest", "unhappiest"}), frozenset({"score", "number"}), "a score"),
    (frozenset({"oldest", "youngest"}), frozenset(), "an age"),
)
_QUEUES = frozenset({"open tickets"})
"""Counts that are said to be long."""
_DONE: tuple[tuple[str, str], ...] = (
    ("reply", "first response time"), ("resolve", "resolution time"), ("repair", "mttr"),
)  # fmt: skip
_HANDLED = frozenset({"tickets", "resolved tickets", "incidents"})


def fitting(scene: Scene, names: tuple[str, ...], words: frozenset[str]) -> tuple[str, ...]:
    """Return those of several metrics that a superlative can rank; all where it says nothing."""
    asked = [units for adjectives, units, _ in _UNITS if adjectives & words]
    if not asked:
        return names
    if words & _FAST and (done := _done(scene)) is not None:
        return (done,)
    left = tuple(n for n in names if scene.catalogue.metric(n).unit in asked[0])
    times = "resolution time" in left and words & _FAST
    return (*left, "first response time") if times else left


def fit_superlatives(scene: Scene) -> None:
    """Change a count of what is done into its time ("slowest at resolving"), or refuse by name."""
    draft = scene.draft
    if len(draft.metrics) != 1 or any(t.cue in COMPARE_CUES for t in scene.tags):
        return
    words = frozenset(
        w for i in scene.find(lambda t: t.rank is not None) for w in scene.tags[i].text.split()
    )
    metric = scene.catalogue.metric(draft.metrics[0])
    for adjectives, units, needed in _UNITS:
        said = sorted(adjectives & words)
        if not said or metric.unit in units or (metric.name in _QUEUES and "longest" in said):
            continue
        done = _done(scene)
        if set(said) & _FAST and metric.name in _HANDLED and done is not None:
            draft.metrics = [done]
            scene.use(*scene.find(lambda t: bool({"reply", "resolve", "repair"} & t.concepts)))
            return
        scene.problems.append(
            f"“{said[0].capitalize()}” asks for {needed}, {metric.label} is none."
        )


def _done(scene: Scene) -> str | None:
    concepts = {c for t in scene.tags for c in t.concepts}
    return next((m for c, m in _DONE if c in concepts and m in scene.catalogue.metrics), None)
