"""Which metric a question is about: by its name, or by a noun and what is done with it."""

from __future__ import annotations

from collections.abc import Iterable

from analytics.language.concepts import ABSORBED, NOUNS, RULES, VAGUE_WORDS, Rule
from analytics.language.scene import LIST_MARKS, Scene
from analytics.language.tagging import Tag

_RULE_CUES = frozenset({"how_many", "how_much", "how_long", "how_often", "how_happy", "average", "share", "what_do"})
_NEUTRAL_CUES = frozenset({"what_do", "how_many", "how_much", "how_long", "how_often", "how_happy"})
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
    else:
        _take_noun(scene)
    if scene.draft.metrics:
        _linked_nouns(scene)
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
    return numeric and any(
        place is not None and scene.tags[place].quantity is not None for place in (before, after)
    )


def _best_rule(scene: Scene, *, strict: bool) -> Rule | None:
    tags = [scene.tags[i] for i in scene.left() if not _is_denied(scene, i)]
    present = {c for t in tags for c in t.concepts} | {t.cue for t in tags if t.cue in _RULE_CUES}
    present |= {NOUNS[m] for t in tags for m in t.metrics if m in NOUNS and len(t.metrics) == 1}
    present |= {"noun:customer" for t in tags if "people" in t.concepts}
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
        key = (len(odd), len(left), -len(rule.needs))
        if best is None or key < best[:3]:
            best = (*key, rule)
    return None if best is None else best[3]


def _beaten_by_name(scene: Scene, rule: Rule, named: list[int]) -> bool:
    """A metric called by its name stays, unless the rule names the very same one."""
    names = {m for i in named for m in scene.tags[i].metrics if len(scene.tags[i].metrics) == 1}
    return bool(names) and not names & set(rule.metrics)


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
        if tag.concepts & wanted and not tag.flags and _is_state(tag):
            scene.use(i)
        elif ("product" in tag.dimensions and "noun:product" in wanted) or ("service" in tag.dimensions and "noun:service" in rule.needs and not _is_grouped(scene, i)):
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
        pick = scene.choose(f"metric:{scene.tags[i].text}", f"Which number do you mean by “{scene.tags[i].norm}”?", metrics) if len(metrics) > 1 else 0  # fmt: skip
        name = metrics[pick]
        if name in scene.draft.metrics:
            scene.use(i)
        elif not taken or _linked(scene, taken[-1], i):
            scene.draft.metrics.append(name)
            scene.use(i)
            taken.append(i)


def _linked(scene: Scene, left: int, right: int) -> bool:
    """Say whether two tags stand in one list ("A, B and C", "A + B")."""
    between = scene.tags[left + 1 : right]
    words = [t for t in between if t.text not in {"the", "of", "our", "number"}]
    return bool(words) and all(t.cue in {"and", "how_many", "average"} or t.text in LIST_MARKS for t in words)


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
    if i is None:
        return False
    previous = scene.tags[i]
    return previous.cue == "by" or (previous.rank is not None and previous.rank.n is not None)


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


def _use_plain_nouns(scene: Scene) -> None:
    """Nouns that only say whose number it is: "revenue from customers in the South"."""
    owners = {m.split()[-1] for m in scene.draft.metrics}
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
        if tag.metrics[0] in scene.draft.metrics or tag.metrics[0].split()[-1] in owners or _is_reached(scene, tag):
            scene.use(i)


_ENTITY_OF = {
    "tickets": "ticket", "open tickets": "ticket", "resolved tickets": "ticket",
    "incidents": "incident", "orders": "order", "customers": "customer",
    "new customers": "customer", "active customers": "customer", "sessions": "session",
    "visitors": "session", "contacts": "contact", "campaigns": "campaign", "units sold": "product", "survey answers": "survey",
}  # fmt: skip


def _is_reached(scene: Scene, tag: Tag) -> bool:
    entity = _ENTITY_OF.get(tag.metrics[0], "")
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
    for i in scene.left():
        tag = scene.tags[i]
        if tag.members or tag.flags or tag.dimensions or tag.metrics:
            continue
        if tag.concepts and any(metrics & ABSORBED.get(c, frozenset()) for c in tag.concepts):
            scene.use(i)
        elif tag.cue in _NEUTRAL_CUES or (tag.cue == "average" and not additive):
            scene.use(i)


def flag_of(concepts: Iterable[str]) -> str | None:
    """Return the boolean dimension that a verb stands for, None when for none."""
    return next((_FLAG_CONCEPTS[c] for c in sorted(concepts) if c in _FLAG_CONCEPTS), None)
