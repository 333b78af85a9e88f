"""Which metric a question is about: by its name, or by a noun and what is done with it."""

from __future__ import annotations

from collections.abc import Iterable

from analytics.language.concepts import ABSORBED, NOUNS, RANKED_BY, RULES, VAGUE_WORDS, Rule
from analytics.language.scene import LIST_MARKS, Scene
from analytics.language.tagging import Tag

_RULE_CUES = frozenset({"how_many", "how_much", "how_long", "how_often", "how_happy", "average", "share", "what_do"})
_NEUTRAL_CUES = frozenset({"what_do", "how_many", "how_much"})
_TELLING_CUES = frozenset({"how_long", "how_often", "how_happy", "average", "share"})
COLUMNS: dict[str, str] = {
    "customers affected": "customers_affected", "downtime": "downtime_minutes",
    "pageviews": "session_pageviews", "mttd": "minutes_to_detect", "mtta": "minutes_to_acknowledge",
    "mttr": "minutes_to_resolve", "resolution time": "resolution_hours",
    "first response time": "first_response_hours", "average session duration": "duration_s",
    "average order value": "order_value",
}  # fmt: skip
"""Metrics that a single row has too, and the column that holds it."""
_FLAG_CONCEPTS: dict[str, str] = {
    "convert": "converted", "bounce": "is_bounce", "click": "contact_clicked",
    "open_message": "contact_opened", "respond": "contact_responded", "reopen": "was_reopened",
    "cart": "added_to_cart", "reply": "responded",
}  # fmt: skip
"""Boolean dimensions that a verb stands for when the metric does not already say it."""


def name_metrics(scene: Scene) -> None:
    """Put the metrics of the question into the draft; none when nothing names one."""
    named = [i for i in scene.find(lambda t: bool(t.metrics)) if not _is_only_noun(scene, i)]
    named = [i for i in named if not _is_condition(scene, i, named)]
    rule = _best_rule(scene, strict=bool(named))
    if rule is not None and not _beaten_by_name(scene, rule, named):
        _apply(scene, rule)
        named = [i for i in named if not scene.used(i)]
        _absorb_same(scene, named)
    elif named:
        _take_named(scene, named)
    elif not _rank_without_metric(scene):
        _take_noun(scene)
    if scene.draft.metrics:
        _linked_nouns(scene)
        _in_order(scene)
        _use_plain_nouns(scene)
        _absorb(scene)


def is_noun(tag: Tag) -> bool:
    """Say whether a tag is a plain noun (tickets, customers), not a measure by itself."""
    return len(tag.metrics) == 1 and tag.metrics[0] in NOUNS


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
    best: tuple[int, int, int, Rule] | None = None
    for rule in RULES:
        if not rule.needs <= present:
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
    chosen = rule.metrics
    known = [m for m in chosen if m in scene.catalogue.metrics]
    pick = 0
    if len(chosen) > 1:
        pick = scene.choose("metric", "Which number do you mean?", tuple(chosen))
    name = chosen[pick]
    scene.draft.metrics = [name if name in scene.catalogue.metrics else known[0]]
    if name not in scene.catalogue.metrics:
        scene.draft.metrics = ["cancelled orders"]
    wanted = rule.needs | rule.may
    for i in scene.left():
        tag = scene.tags[i]
        nouns = {NOUNS[m] for m in tag.metrics if m in NOUNS}
        if len(tag.metrics) > 1 and tag.text in VAGUE_WORDS:
            scene.use(i)
        if tag.concepts & wanted and _is_state(tag):
            scene.use(i)
        elif ("product" in tag.dimensions and "noun:product" in wanted) or ("service" in tag.dimensions and "noun:service" in wanted and not _is_grouped(scene, i)):
            scene.use(i)
        elif nouns & wanted or (tag.cue in _RULE_CUES and tag.cue in wanted):
            scene.use(i)
        elif "share" in rule.needs and tag.cue in {"share", "share_total", "percent"}:
            scene.use(i)


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
        pick = scene.choose(f"metric:{scene.tags[i].text}", f"Which number do you mean by “{scene.tags[i].norm}”?", metrics) if len(metrics) > 1 else 0  # fmt: skip
        name = metrics[pick]
        if name in scene.draft.metrics:
            scene.use(i)
        elif not taken or _linked(scene, taken[-1], i):
            scene.draft.metrics.append(name)
            scene.use(i)
            if taken:
                scene.use(*(j for j in range(taken[-1] + 1, i) if scene.tags[j].cue == "versus"))
            taken.append(i)


def _speaks_of_services(scene: Scene) -> bool:
    named = {d for t in scene.tags for d in t.dimensions} | {m.dimension for t in scene.tags for m in t.members}
    return bool(named & {"service", "tier", "service_id", "owner_team"})


def _linked(scene: Scene, left: int, right: int) -> bool:
    """Say whether two tags stand in one list ("A, B and C", "A + B")."""
    between = scene.tags[left + 1 : right]
    words = [t for t in between if t.text not in {"the", "of", "our", "number"}]
    return bool(words) and any(not t.metrics for t in words) and all(
        t.metrics
        or t.cue in {"and", "how_many", "average", "versus"} or t.text in LIST_MARKS for t in words
    )


def _take_noun(scene: Scene) -> None:
    nouns = [i for i in scene.find(is_noun) if not _is_grouped(scene, i)]
    if not nouns:
        return
    counted = [i for i in nouns if _is_counted(scene, i)]
    first = (counted or nouns)[0]
    name = scene.tags[first].metrics[0]
    narrower = [i for i in nouns if scene.tags[i].metrics[0].endswith(f" {name}")]
    scene.draft.metrics = [scene.tags[narrower[0]].metrics[0] if narrower else name]
    scene.use(first, *narrower)


def _rank_without_metric(scene: Scene) -> bool:
    """`our best customers`, `top products`: by which number, the question does not say."""
    ranks = scene.find(lambda t: t.rank is not None and t.rank.order in {"down", "up", "good", "bad"})
    if not ranks or any(t.metrics and not t.dimensions for t in scene.tags):
        return False
    for index in scene.find(lambda t: bool(t.dimensions)):
        name = next((d for d in scene.tags[index].dimensions if d in RANKED_BY), None)
        others = [i for i in scene.find(lambda t: bool(t.metrics)) if i != index]
        if name is None or others or not _is_to_rank(scene, index):
            continue
        options = RANKED_BY[name]
        pick = scene.choose("ranked", f"By which number should {scene.tags[index].norm} be ranked?", options)
        scene.draft.metrics = [options[pick]]
        scene.draft.dimensions = [name]
        scene.use(index)
        return True
    return False


def _is_to_rank(scene: Scene, index: int) -> bool:
    before, after = scene.before(index), scene.after(index)
    near = [scene.tags[p] for p in (before, after) if p is not None]
    return any(t.rank is not None for t in near)


def _is_counted(scene: Scene, index: int) -> bool:
    """Say whether "how many" or "number of" stands before, values aside ("how many app orders")."""
    i = scene.before(index)
    while i is not None and (scene.tags[i].members or scene.tags[i].cue in {"or", "and"}):
        i = scene.before(i)
    return i is not None and scene.tags[i].cue == "how_many"


def _is_grouped(scene: Scene, index: int) -> bool:
    """Say whether the noun names the rows wanted ("by customer", "top 5 campaigns")."""
    tag = scene.tags[index]
    if not tag.dimensions:
        return False
    i = scene.before(index)
    ranked = [p for p in scene.find(lambda t: t.rank is not None) if p > index]
    others = [p for p in scene.find(is_noun) if p != index]
    if ranked and others and ranked[0] - index < 4 and "with" in scene.gap(index, ranked[0]).split():
        return True
    if i is None:
        return False
    previous = scene.tags[i]
    if previous.cue == "by" or (previous.rank is not None and previous.rank.n is not None):
        return True
    asked = previous.number is not None or scene.tags[index - 1].text in {"which", "what"}
    return bool(ranked and others and asked)


def _linked_nouns(scene: Scene) -> None:
    """Add nouns that stand in a list with the metric ("incidents and downtime")."""
    for i in scene.find(is_noun):
        for other in range(len(scene)):
            tag = scene.tags[other]
            if not set(tag.metrics) & set(scene.draft.metrics) or other == i:
                continue
            left, right = min(i, other), max(i, other)
            if _linked(scene, left, right) and not _is_grouped(scene, i):
                name = scene.tags[i].metrics[0]
                position = 0 if i < other else len(scene.draft.metrics)
                if name not in scene.draft.metrics:
                    scene.draft.metrics.insert(position, name)
                scene.use(i)
                break


def _in_order(scene: Scene) -> None:
    """Bring several metrics into the order in which they are said."""
    places: dict[str, int] = {}
    for index, tag in enumerate(scene.tags):
        for name in tag.metrics:
            places.setdefault(name, index)
    scene.draft.metrics.sort(key=lambda name: places.get(name, -1))


def _use_plain_nouns(scene: Scene) -> None:
    """Nouns that only say whose number it is: "revenue from customers in the South"."""
    owners = {m.split()[-1] for m in scene.draft.metrics}
    scene.use(*scene.find(lambda t: t.text == "user" and len(t.metrics) > 1))
    for i in scene.find(is_noun):
        tag = scene.tags[i]
        if _is_grouped(scene, i) or _is_asked(scene, i):
            continue
        following = scene.after(i)
        if following is not None and scene.tags[following].quantity:
            continue
        previous = scene.before(i)
        if previous is not None and scene.tags[previous].quantity and tag.metrics[0] not in scene.draft.metrics:
            continue
        if previous is not None and scene.tags[previous].number is not None:
            continue
        if previous is not None and scene.tags[previous].cue in {"without", "not"}:
            continue
        if previous is not None and scene.tags[previous].text in {"per", "for each", "for every"}:
            continue
        if tag.metrics[0] in scene.draft.metrics or tag.metrics[0].split()[-1] in owners or _is_reached(scene, tag):
            scene.use(i)


_ENTITY_OF = {
    "tickets": "ticket", "open tickets": "ticket", "resolved tickets": "ticket",
    "incidents": "incident", "orders": "order", "customers": "customer",
    "new customers": "customer", "active customers": "customer", "sessions": "session",
    "visitors": "session", "contacts": "contact", "campaigns": "campaign", "units sold": "product", "survey answers": "survey",
}  # fmt: skip


def entity_of(tag: Tag) -> str:
    """Return what a plain noun counts ("ticket"); empty for any other tag."""
    return _ENTITY_OF.get(tag.metrics[0], "") if tag.metrics else ""


def _is_reached(scene: Scene, tag: Tag) -> bool:
    entity = entity_of(tag)
    return all(entity in scene.catalogue.metric(m).entities for m in scene.draft.metrics)


def _is_asked(scene: Scene, index: int) -> bool:
    """Say whether "which" or a rank makes the noun the rows wanted."""
    tag = scene.tags[index]
    i = scene.before(index)
    if not tag.dimensions or i is None:
        return False
    previous = scene.tags[i]
    return (
        scene.gap(i, index).split()[-1:] in (["which"], ["what"])
        or previous.text in {"which", "what", "who"}
        or previous.number is not None
        or previous.rank is not None
    )


def _absorb(scene: Scene) -> None:
    """Explain verbs and cues that say nothing beyond the metric's own name."""
    metrics = set(scene.draft.metrics)
    additive = all(scene.catalogue.metric(m).additive for m in metrics)
    rates = any(scene.catalogue.metric(m).unit == "fraction" for m in metrics)
    for i in scene.left():
        tag = scene.tags[i]
        if tag.text == "new" and metrics <= {"new customers", "tickets", "campaigns"}:
            scene.use(i)
        if tag.text in {"score", "rating"} and metrics <= {"csat", "nps"} and not _has_number(scene, i):
            scene.use(i)
        if tag.members or tag.flags or tag.dimensions or tag.metrics:
            continue
        if tag.concepts and any(metrics & ABSORBED.get(c, frozenset()) for c in tag.concepts):
            scene.use(i)
        elif tag.cue == "how_many" and rates:
            continue
        elif tag.cue in _TELLING_CUES and metrics & ABSORBED.get(tag.cue, frozenset()):
            scene.use(i)
        elif tag.cue in _NEUTRAL_CUES or (tag.cue == "average" and not additive):
            scene.use(i)


def _has_number(scene: Scene, index: int) -> bool:
    return any(p is not None and scene.tags[p].quantity is not None for p in (scene.before(index), scene.after(index)))


def flag_of(concepts: Iterable[str]) -> str | None:
    """Return the boolean dimension that a verb stands for, None when for none."""
    return next((_FLAG_CONCEPTS[c] for c in sorted(concepts) if c in _FLAG_CONCEPTS), None)
