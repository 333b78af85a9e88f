"""Which metric a question is about: by its name, or by a noun and what is done with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analytics.language.commonest import (
    is_counted_most,
    is_to_rank,
    take_commonest,
    take_severity,
)
from analytics.language.concepts import (
    ABSORBED,
    NOUNS,
    RANKED_BY,
    RULES,
    VAGUE_WORDS,
    Rule,
)
from analytics.language.extremes import measured_by
from analytics.language.fitting import fitting
from analytics.language.nouns import (
    in_order,
    is_added,
    is_counted,
    is_grouped,
    is_noun,
    linked,
    linked_nouns,
    use_plain_nouns,
)
from analytics.language.scene import Scene
from analytics.language.tagging import Tag
from analytics.model import CustomerCondition

_RULE_CUES = frozenset(
    {"how_many", "how_much", "how_long", "how_often", "how_happy", "average", "share", "what_do"}
)

_NEUTRAL_CUES = frozenset({"what_do", "how_many", "how_much"})

_TELLING_CUES = frozenset({"how_long", "how_often", "how_happy", "average", "share"})

COLUMNS: dict[str, str] = {
    "customers affected": "customers_affected", "downtime": "downtime_minutes",
    "pageviews": "session_pageviews", "mttd": "minutes_to_detect", "mtta": "minutes_to_acknowledge",
    "mttr": "minutes_to_resolve", "resolution time": "resolution_hours",
    "first response time": "first_response_hours", "average session duration": "duration_s",
    "average order value": "order_value", "campaign budget": "campaign_budget",
    "campaign spend": "campaign_spend",
}  # fmt: skip
"""Metrics that a single row has too, and the column that holds it."""

_FLAG_CONCEPTS: dict[str, str] = {
    "convert": "converted", "bounce": "is_bounce", "click": "contact_clicked",
    "open_message": "contact_opened", "respond": "contact_responded", "reopen": "was_reopened",
    "cart": "added_to_cart", "reply": "responded", "too_late": "late",
}  # fmt: skip
"""Boolean dimensions that a verb stands for when the metric does not already say it."""


def name_metrics(scene: Scene) -> None:
    """Put the metrics of the question into the draft; none when nothing names one."""
    named = [i for i in scene.find(lambda t: bool(t.metrics)) if not _is_only_noun(scene, i)]
    named = [i for i in named if not _is_condition(scene, i, named)]
    rule = _best_rule(scene, strict=bool(named))
    if rule is not None and not _beaten_by_name(scene, rule, named):
        said = {m for i in scene.find(lambda t: bool(t.metrics)) for m in scene.tags[i].metrics}
        meant = tuple(m for m in rule.metrics if m in said)
        if "campaign revenue" in rule.metrics and any(t.rank for t in scene.tags):
            meant = ()  # "which campaign brought the most revenue": its own, or all it led to
        # The verb leaves it open, the noun does not: "visitors landed" are visitors.
        _apply(scene, replace(rule, metrics=meant) if len(meant) == 1 else rule)
        if "campaign revenue" in rule.metrics and not meant:
            scene.use(*(i for i in named if scene.tags[i].metrics == ("revenue",)))
        named = [i for i in named if not scene.used(i)]
        _absorb_same(scene, named)
    elif named:
        _take_named(scene, named)
        _take_spend(scene)
    elif not _rank_without_metric(scene):
        _take_noun(scene)
        take_severity(scene)
    if scene.draft.metrics:
        linked_nouns(scene)
        _take_spend(scene)
        in_order(scene)
        use_plain_nouns(scene)
        _absorb(scene)


def _is_only_noun(scene: Scene, index: int) -> bool:
    return is_noun(scene.tags[index])


def _is_denied(scene: Scene, index: int) -> bool:
    before = scene.before(index)
    return before is not None and scene.tags[before].cue in {"without", "not"}


def _is_condition(scene: Scene, index: int, named: list[int]) -> bool:
    """Say whether a number or a denial beside it makes the name a condition on something else."""
    others = [i for i in scene.find(lambda t: bool(t.metrics)) if i != index]
    if not others:
        return False
    tag = scene.tags[index]
    before, after = scene.before(index), scene.after(index)
    if _is_denied(scene, index):
        return True
    numeric = any(scene.catalogue.dimension(d).kind == "number" for d in tag.dimensions)
    numeric = numeric or any(m in COLUMNS for m in tag.metrics)
    if tag.text == "discount" and any("orders" in scene.tags[i].metrics for i in others):
        return scene.tags[index - 1].text in {"a", "any", "no", "with", "have"} if index else False
    return numeric and any(
        place is not None and scene.tags[place].quantity is not None for place in (before, after)
    )


def _best_rule(scene: Scene, *, strict: bool) -> Rule | None:
    tags = [scene.tags[i] for i in scene.left() if not _is_denied(scene, i)]
    present = {c for t in tags for c in t.concepts} | {t.cue for t in tags if t.cue in _RULE_CUES}
    present |= {NOUNS[m] for t in tags for m in t.metrics if m in NOUNS and len(t.metrics) == 1}
    present |= {"noun:customer" for t in tags if "people" in t.concepts or _is_kind_of_people(t)}
    present |= {"noun:product" for t in tags if "product" in t.dimensions}
    present |= {"noun:service" for t in tags if "service" in t.dimensions}
    if "share_total" in {t.cue for t in tags}:
        present.add("share")
    present |= {"number" for t in tags if t.quantity} | {"rank" for t in tags if t.rank}
    hits = any(is_counted(scene, i) for i in scene.find(lambda t: t.metrics == ("incidents",)))
    first = next((t.metrics for t in scene.tags if t.metrics), ())
    # "incidents that affected more than 50 customers": the incidents are wanted.
    hits = hits or (first == ("incidents",) and any(t.quantity for t in scene.tags))
    best: tuple[int, int, int, Rule] | None = None
    for rule in RULES:
        # A catalogue of somebody's own need not have what a verb stands for here.
        known = any(name in scene.catalogue.metrics for name in rule.metrics)
        if (
            not known
            or not rule.needs <= present
            or (hits and rule.metrics == ("customers affected",))
        ):
            continue
        allowed = rule.needs | rule.may
        allowed |= {c for c, metrics in ABSORBED.items() if set(rule.metrics) <= metrics}
        left = [t for t in tags if t.concepts and not t.concepts & allowed]
        odd = [t for t in left if not t.concepts & set(_FLAG_CONCEPTS)]
        unsaid = {t.cue for t in tags if t.cue in _TELLING_CUES} - allowed
        key = (len(odd) + len(unsaid), len(left), -len(rule.needs))
        if best is None or key < best[:3]:
            best = (*key, rule)
    return None if best is None else best[3]


def _beaten_by_name(scene: Scene, rule: Rule, named: list[int]) -> bool:
    """A metric called by its name stays, unless the rule names the very same one."""
    names = {m for i in named for m in scene.tags[i].metrics if len(scene.tags[i].metrics) == 1}
    return bool(names) and not names & set(rule.metrics)


def _is_kind_of_people(tag: Tag) -> bool:
    """Say whether a value stands for the people who have it ("women", "early adopters")."""
    return any(m.dimension in {"gender", "lifestyle"} for m in tag.members)


def _apply(scene: Scene, rule: Rule) -> None:
    known = tuple(m for m in rule.metrics if m in scene.catalogue.metrics)
    chosen = rule.metrics if "customers" in scene.catalogue.metrics else known
    pick = 0
    if len(chosen) > 1:
        pick = scene.choose("metric", "Which number do you mean?", tuple(chosen))
    name = chosen[pick]
    if name == "active customers" and _is_ranked_buying(scene):
        options = ("orders", "revenue", "units sold")
        name = options[scene.choose("bought", "Bought the most by which number?", options)]
    scene.draft.metrics = [name if name in scene.catalogue.metrics else known[0]]
    if name not in scene.catalogue.metrics:
        scene.draft.metrics = ["customers"]
        scene.draft.conditions.append(CustomerCondition(metric="cancelled orders"))
    wanted = rule.needs | rule.may
    for i in scene.left():
        tag = scene.tags[i]
        nouns = {NOUNS[m] for m in tag.metrics if m in NOUNS}
        if len(tag.metrics) > 1 and tag.text in VAGUE_WORDS:
            scene.use(i)
        if (
            (
                tag.concepts & wanted
                and (_is_state(tag) or ("message" in tag.concepts & wanted and not _is_mail(tag)))
            )
            or ("product" in tag.dimensions and wanted & {"noun:product"} and "rank" not in wanted)
            or (
                "service" in tag.dimensions
                and "noun:service" in wanted
                and not is_grouped(scene, i)
                and not (i and scene.tags[i - 1].text in {"which", "what"})
            )
            or (
                nouns & wanted
                and (not is_grouped(scene, i) or _did_it(scene, i))
                and not ("noun:campaign" in nouns and i and scene.tags[i - 1].text == "which")
            )
            or (tag.cue in _RULE_CUES and tag.cue in wanted)
            or ("share" in rule.needs and tag.cue in {"share", "share_total", "percent"})
        ):
            scene.use(i)


def _is_mail(tag: Tag) -> bool:
    """Say whether the word for a message tells its channel, too ("emails")."""
    return tag.text in {"email", "e mail"} and any(
        m.dimension == "campaign_channel" for m in tag.members
    )


def _did_it(scene: Scene, index: int) -> bool:
    """Say whether "by" names who did it ("contacted by campaigns", "hit by an incident")."""
    by = scene.before(index)
    verb = scene.before(by) if by is not None and scene.tags[by].text == "by" else None
    return verb is not None and (
        scene.tags[verb].norm.endswith("ed") or scene.tags[verb].norm in {"hit", "sent", "struck"}
    )


def _is_ranked_buying(scene: Scene) -> bool:
    """Say whether "buy the most" leaves open what is counted."""
    for index in scene.find(lambda t: "buy" in t.concepts):
        following = scene.after(index)
        if following is not None and scene.tags[following].rank is not None:
            return True
    return False


def _is_state(tag: Tag) -> bool:
    """Say whether the values a verb also names are only states ("lost", "returned")."""
    return all(m.dimension.endswith("_status") for m in tag.members)


def _absorb_same(scene: Scene, named: list[int]) -> None:
    for i in named:
        if set(scene.tags[i].metrics) & set(scene.draft.metrics):
            scene.use(i)


def _take_named(scene: Scene, named: list[int]) -> None:
    taken: list[int] = []
    for i in named:
        metrics = scene.tags[i].metrics
        if scene.tags[i].text == "request" and _speaks_of_services(scene):
            metrics = ("requests",)
        word = scene.tags[i]
        asked = f"Which number do you mean by “{word.norm}”?"
        pick = scene.choose(f"metric:{word.text}", asked, metrics) if len(metrics) > 1 else 0
        name = metrics[pick]
        if name in scene.draft.metrics:
            scene.use(i)
        elif not taken or linked(scene, taken[-1], i) or is_added(scene, i):
            scene.draft.metrics.append(name)
            scene.use(i)
            if taken:
                scene.use(*(j for j in range(taken[-1] + 1, i) if scene.tags[j].cue == "versus"))
            taken.append(i)


_CAMPAIGN_MONEY = frozenset({"campaign budget", "campaign revenue", "campaign roi", "contacts"})


def _take_spend(scene: Scene) -> None:
    """`budget and spend per campaign`: beside another number of campaigns it is their spend."""
    metrics = scene.draft.metrics
    if not set(metrics) & _CAMPAIGN_MONEY or "campaign spend" in metrics:
        return
    for index in scene.find(lambda t: bool(t.concepts & {"spend", "cost"}) and not t.metrics):
        for other in scene.find(lambda t: bool(set(t.metrics) & set(metrics)), unused=False):
            left, right = min(index, other), max(index, other)
            if linked(scene, left, right):
                metrics.insert(len(metrics) if other < index else 0, "campaign spend")
                scene.use(index)
                return


def _speaks_of_services(scene: Scene) -> bool:
    named = {d for t in scene.tags for d in t.dimensions} | {
        m.dimension for t in scene.tags for m in t.members
    }
    return bool(named & {"service", "tier", "service_id", "owner_team"})


def _take_noun(scene: Scene) -> None:
    nouns = [i for i in scene.find(is_noun) if not is_grouped(scene, i)]
    if not nouns:
        return
    counted = [i for i in nouns if is_counted(scene, i)]
    first = (counted or nouns)[0]
    name = scene.tags[first].metrics[0]
    narrower = [i for i in nouns if scene.tags[i].metrics[0].endswith(f" {name}")]
    scene.draft.metrics = [scene.tags[narrower[0]].metrics[0] if narrower else name]
    scene.use(first, *narrower)


def _rank_without_metric(scene: Scene) -> bool:
    """`our best customers`, `top products`: by which number, the question does not say."""
    ranks = scene.find(
        lambda t: t.rank is not None and t.rank.order in {"down", "up", "good", "bad"}
    )
    if scene.follows or not ranks or any(t.metrics and not t.dimensions for t in scene.tags):
        return False
    for index in scene.find(lambda t: bool(t.dimensions)):
        if take_commonest(scene, index, ranks):
            return True
        name = next((d for d in scene.tags[index].dimensions if d in RANKED_BY), None)
        if is_counted_most(scene, index):
            continue
        others = [i for i in scene.find(lambda t: bool(t.metrics)) if i != index]
        if name is None or others or not is_to_rank(scene, index):
            continue
        words = frozenset(w for i in ranks for w in scene.tags[i].text.split())
        measured = next((m for w in sorted(words) if (m := measured_by(name, w))), ())
        options = measured or fitting(scene, RANKED_BY[name], words)
        if not options:
            return False
        pick = scene.choose(
            "ranked", f"By which number should {scene.tags[index].norm} be ranked?", options
        )
        scene.draft.metrics = [options[pick]]
        scene.draft.dimensions = [name]
        scene.use(index)
        return True
    return False


def _absorb(scene: Scene) -> None:
    """Explain verbs and cues that say nothing beyond the metric's own name."""
    metrics = set(scene.draft.metrics)
    additive = all(scene.catalogue.metric(m).additive for m in metrics)
    rates = any(scene.catalogue.metric(m).unit == "fraction" for m in metrics)
    for i in scene.left():
        tag = scene.tags[i]
        if tag.text == "new" and metrics <= {"new customers", "tickets", "campaigns"}:
            scene.use(i)
        if (
            tag.text in {"score", "rating"}
            and metrics <= {"csat", "nps"}
            and not _has_number(scene, i)
        ):
            scene.use(i)
        verb = "caused" in tag.concepts and tag.norm in {"cause", "causes"} and not tag.members
        if verb and metrics & ABSORBED["caused"] and _is_asked_of(scene, i):
            scene.use(i)
        site = "site" in tag.concepts and not any(scene.has(m.dimension) for m in tag.members)
        if not site and (tag.members or tag.flags or tag.dimensions or tag.metrics):
            continue
        if tag.concepts and any(metrics & ABSORBED.get(c, frozenset()) for c in tag.concepts):
            scene.use(i)
        elif tag.cue == "how_many" and rates:
            continue
        elif (
            (tag.cue in _TELLING_CUES and metrics & ABSORBED.get(tag.cue, frozenset()))
            or tag.cue in _NEUTRAL_CUES
            or (tag.cue == "average" and not additive)
        ):
            scene.use(i)


def _is_asked_of(scene: Scene, index: int) -> bool:
    """Say whether a rank or a metric follows ("which teams cause the most tickets")."""
    following = scene.after(index)
    return following is not None and bool(
        scene.tags[following].rank or set(scene.tags[following].metrics) & set(scene.draft.metrics)
    )


def _has_number(scene: Scene, index: int) -> bool:
    return any(
        p is not None and scene.tags[p].quantity is not None
        for p in (scene.before(index), scene.after(index))
    )


def flag_of(concepts: Iterable[str]) -> str | None:
    """Return the boolean dimension that a verb stands for, None when for none."""
    return next((_FLAG_CONCEPTS[c] for c in sorted(concepts) if c in _FLAG_CONCEPTS), None)
