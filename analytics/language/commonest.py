"""Counts that the question does not name: the most common cause, how many severity 1."""

from __future__ import annotations

from analytics.language.concepts import COUNTED_BY
from analytics.language.scene import Scene


def take_severity(scene: Scene) -> None:
    """`how many sev 1 last month`: only incidents have a severity."""
    severe = scene.find(lambda t: any(m.dimension == "severity" for m in t.members))
    counted = scene.find(lambda t: t.cue == "how_many")
    others = scene.find(lambda t: bool(t.metrics))
    alone = severe and counted and not others and not scene.draft.metrics and not scene.follows
    if alone and "incidents" in scene.catalogue.metrics:
        scene.draft.metrics = ["incidents"]
        scene.use(*counted)


def is_counted_most(scene: Scene, index: int) -> bool:
    """`which city has the fewest customers`: how many there are, not how good they are."""
    before = scene.before(index)
    if before is None or scene.tags[before].rank is None or not scene.tags[index].metrics:
        return False
    others = [i for i in scene.find(lambda t: bool(t.dimensions)) if i != index]
    return bool(others) and scene.tags[before].text.split()[-1] in {"most", "fewest", "least"}


def take_commonest(scene: Scene, index: int, ranks: list[int]) -> bool:
    """`the most common churn reason`, `top ticket categories`: ranked by how often they occur."""
    name = next((d for d in scene.tags[index].dimensions if d in COUNTED_BY), None)
    spoken = {w for i in ranks for w in scene.tags[i].text.split()}
    if name is None or not spoken & _OFTEN or not is_to_rank(scene, index):
        return False
    if COUNTED_BY[name] not in scene.catalogue.metrics:
        return False
    scene.draft.metrics = [COUNTED_BY[name]]
    return True


_OFTEN = frozenset({"commonest", "rarest", "top"})


def is_to_rank(scene: Scene, index: int) -> bool:
    """Say whether a superlative stands beside a name."""
    before, after = scene.before(index), scene.after(index)
    near = [scene.tags[p] for p in (before, after) if p is not None]
    return any(t.rank is not None for t in near)
