"""Rates said as a share of rows, and one metric divided by another."""

from __future__ import annotations

from analytics.language.scene import Scene

_RATE_OF = {
    "cancelled orders": "cancellation rate", "returned orders": "return rate",
    "reopened tickets": "reopen rate", "converted sessions": "conversion rate",
}  # fmt: skip


def read_rates(scene: Scene) -> None:
    """`percent of orders cancelled`: the share of such rows among all is a metric of its own."""
    metrics = scene.draft.metrics
    for index in scene.find(lambda t: t.cue == "percent"):
        if metrics == ["gross margin"] and "gross margin" in scene.tags[index - 1].metrics:
            scene.draft.metrics = ["gross margin rate"]
            scene.use(index)
            return
    if metrics == ["churned customers"]:
        _read_lost_share(scene)
    if len(metrics) != 1 or metrics[0] not in _RATE_OF:
        return
    for index in scene.find(lambda t: t.text == "rate"):
        before = scene.before(index)
        if before is not None and metrics[0] in scene.tags[before].metrics:
            scene.draft.metrics = [_RATE_OF[metrics[0]]]
            scene.use(index)
            return
    for index in scene.find(lambda t: t.cue == "share" and t.text.endswith("of")):
        following = scene.after(index)
        if following is not None and metrics[0] in scene.tags[following].metrics:
            scene.draft.metrics = [_RATE_OF[metrics[0]]]
            scene.use(index)
            return


def _read_lost_share(scene: Scene) -> None:
    """`percentage of customers lost by plan`: of the customers there were, no distribution."""
    for index in scene.find(lambda t: t.cue == "share" and t.text.endswith("of")):
        following = scene.after(index)
        if following is None or not scene.tags[following].text.startswith(("customer", "client")):
            continue
        scene.draft.metrics = ["churn rate"]
        scene.use(index)
        return


def read_ratio(scene: Scene) -> None:
    """`tickets per 100 active customers`: one metric divided by another."""
    if len(scene.draft.metrics) != 1 or _read_share_of_other(scene):
        return
    for index in scene.find(lambda t: bool(t.metrics)):
        scale_at, by = None, scene.before(index)
        if by is not None and scene.tags[by].number is not None:
            scale_at, by = by, scene.before(by)
        if (
            by is None
            or scene.tags[by].cue != "by"
            or scene.tags[by].text not in {"per", "for each", "for every"}
        ):
            continue
        tag = scene.tags[index]
        if tag.metrics[0] in {"campaigns", "incidents"} and scale_at is None:
            continue
        if tag.metrics[0] == "customers" and scale_at is None and scene.has("customer"):
            pick = scene.choose(
                f"per:{tag.text}",
                f"A row per {tag.text}, or one ratio?",
                ("one ratio", "a row each"),
            )
            if pick == 1:
                continue
        scene.draft.per_metric = tag.metrics[0]
        if scale_at is not None:
            scene.draft.per_scale = scene.tags[scale_at].number or 1.0
            scene.use(scale_at)
        scene.use(index, by)
        return


_SPOKEN_METRICS = {"spend": "campaign spend", "spent": "campaign spend"}


def _read_share_of_other(scene: Scene) -> bool:
    """`spend as a share of budget`: a ratio of two metrics, not a share of one's own total."""
    for index in scene.find(lambda t: t.cue == "share"):
        words = " ".join(t.text for t in scene.tags[max(0, index - 1) : index + 2])
        before, after = scene.before(index), scene.after(index)
        if "as a " not in words or " of" not in words:
            continue
        if before is None or after is None or not scene.tags[after].metrics:
            continue
        lower = scene.tags[after].metrics[0]
        said = scene.tags[before]
        upper = said.metrics[0] if said.metrics else _SPOKEN_METRICS.get(said.text, "")
        if upper in {"", lower}:
            continue
        scene.draft.metrics, scene.draft.per_metric = [upper], lower
        scene.use(before, index, after)
        return True
    return False
