"""What is asked of two periods: both, the difference, the growth, or the rows that changed."""

from __future__ import annotations

from analytics.language.ranking import LOWER_IS_BETTER
from analytics.language.scene import Scene
from analytics.model import Filter, Operator

COMPARE_CUES = frozenset({"versus", "change", "growth", "more_than_then", "up_from"})


def read_change(scene: Scene) -> None:
    """What is asked of the two periods: both, the difference, the growth, or one alone."""
    draft = scene.draft
    cues = scene.find(lambda t: t.cue in COMPARE_CUES | {"percent"})
    names = {scene.tags[i].cue for i in cues}
    scene.use(*cues)
    moves = "change" in names or any(t.cue == "trend" for t in scene.tags)
    if "percent" in names and not any(t.cue in {"share", "share_total"} for t in scene.tags):
        units = {scene.catalogue.metric(m).unit for m in draft.metrics}
        moves = moves or not units & {"fraction", "percent"}
    growth = "growth" in names or ("percent" in names and moves)
    change = "change" in names and not growth
    both_shown = _wants_both(scene, cues)
    if draft.grain is not None and draft.compare_step is not None:
        shown = _metric_beside(scene, cues) or not (change or growth)
        kind = "growth" if growth else "difference"
        draft.compare = kind if shown else f"{kind}_only".replace("difference_only", "change_only")
    elif growth:
        draft.compare = "growth" if both_shown else "growth_only"
    elif change and not _is_yes_or_no(scene):
        draft.compare = "difference" if both_shown else "change_only"
    if "more_than_then" in names:
        _read_more_than_then(scene, cues)
    elif draft.compare_to is not None and _asks_which(scene):
        _read_which_changed(scene, cues)


def _is_yes_or_no(scene: Scene) -> bool:
    """Say whether a question opens with its verb ("did revenue grow"): both numbers tell."""
    words = [t.text for t in scene.tags if t.text.strip("?!.,;:-")]
    return bool(words) and words[0] in {"do", "have", "be"}


def _wants_both(scene: Scene, cues: list[int]) -> bool:
    words = {scene.tags[i].text for i in cues}
    told = bool(words & {"compare", "comparison", "side by side"})
    return told or any(_beside(scene, i) for i in cues if scene.tags[i].cue in {"change", "growth"})


def _beside(scene: Scene, index: int) -> bool:
    """Say whether "and", "plus" or "with" puts the change beside the metric itself."""
    words = [t.text for t in scene.tags[max(0, index - 4) : index]]
    return any(
        w in {"and", "plus", "with", "+", "include", "including", "alongside"} for w in words
    )


def _metric_beside(scene: Scene, cues: list[int]) -> bool:
    return any(_beside(scene, i) for i in cues)


def _read_more_than_then(scene: Scene, cues: list[int]) -> None:
    """`teams with more tickets in May than in April` keeps the rows that grew."""
    word = next(scene.tags[i].text for i in cues if scene.tags[i].cue == "more_than_then")
    operator: Operator = "<" if word in {"fewer", "less", "lower", "smaller", "worse"} else ">"
    asks_how_much = any(
        scene.tags[i].cue in {"how_much", "how_many", "change"} for i in range(len(scene))
    )
    if asks_how_much and not scene.draft.dimensions:
        scene.draft.compare = "change_only"
        return
    if not _asks_which(scene):
        return
    scene.draft.having.append(Filter(dimension="difference", operator=operator, values=(0,)))


_RISING = frozenset(
    [
        "increase",
        "increased",
        "rise",
        "rose",
        "risen",
        "go",
        "up",
        "gone",
        "up",
        "went",
        "up",
        "grow",
        "grew",
        "grown",
        "climb",
        "climbed",
    ]
)
_SINKING = frozenset(
    [
        "decrease",
        "decreased",
        "fall",
        "fell",
        "fallen",
        "drop",
        "dropped",
        "decline",
        "declined",
        "shrink",
        "shrank",
        "shrunk",
    ]
)


def _asks_which(scene: Scene) -> bool:
    """Say whether the rows themselves are asked for ("which teams …")."""
    asked = any(t.text in {"which", "what", "who"} or t.cue == "who" for t in scene.tags[:3])
    return asked and bool(scene.draft.dimensions)


def _read_which_changed(scene: Scene, cues: list[int]) -> None:
    """`which regions grew` keeps the rows that grew."""
    words = {scene.tags[i].text for i in cues}
    up = bool(words & (_RISING | {"go up", "gone up", "went up"}))
    down = bool(words & (_SINKING | {"go down", "gone down", "went down"}))
    low_is_good = scene.draft.metrics[0] in LOWER_IS_BETTER
    better = bool(words & {"improve", "improved", "improving"})
    worse = bool(words & {"worsen", "worsened", "deteriorate", "deteriorated"})
    up = up or (worse if low_is_good else better)
    down = down or (better if low_is_good else worse)
    if up == down:
        return
    scene.draft.compare = None
    operator: Operator = ">" if up else "<"
    scene.draft.having.append(Filter(dimension="difference", operator=operator, values=(0,)))
