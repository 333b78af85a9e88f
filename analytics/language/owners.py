"""Whose number it is: customers who joined or left in a period, beside another metric."""

from __future__ import annotations

from analytics.language.scene import Scene
from analytics.model import Filter

_DATES = {"new customers": "signed_up_on", "churned customers": "churned_on"}
_PREPOSITIONS = frozenset({"from", "of", "by", "for", "among", "amongst", "with", "to"})


def read_owners(scene: Scene) -> None:
    """`revenue of customers who joined in 2025`: the day they joined is a condition.

    "New customers" before a period could be meant either way and is left unexplained.
    """
    for index in scene.find(lambda t: t.metrics[:1] and t.metrics[0] in _DATES):  # type: ignore[arg-type, return-value]
        tag = scene.tags[index]
        if tag.members:
            continue
        if tag.norm.startswith(
            ("new", "sign", "join", "lost", "churned", "leaver")
        ) or not _is_owner(scene, index):
            continue
        if _says_channel(scene, index):
            scene.use(index)
            continue
        following = scene.after(index)
        time = scene.tags[following].time if following is not None else None
        if following is None or time is None or time.period is None:
            continue
        name = _DATES[tag.metrics[0]]
        scene.draft.filters += [
            Filter(dimension=name, operator=">=", values=(time.period.start,)),
            Filter(dimension=name, operator="<", values=(time.period.end,)),
        ]
        scene.use(index, following)


def _is_owner(scene: Scene, index: int) -> bool:
    """Say whether another metric stands before, and a preposition between."""
    before = [t for t in scene.tags[:index] if t.metrics]
    words = {t.text for t in scene.tags[max(0, index - 3) : index]}
    return bool(before) and bool(words & _PREPOSITIONS)


def _says_channel(scene: Scene, index: int) -> bool:
    """Say whether the channel they came by follows ("acquired via referral")."""
    following = scene.after(index)
    return following is not None and any(
        m.dimension == "acquisition_channel" for m in scene.tags[following].members
    )
