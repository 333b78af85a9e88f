"""What the rows of the answer are: dimensions after "by", ranks, "which"."""

from __future__ import annotations

from analytics.language.nouns import is_narrowed
from analytics.language.scene import LIST_MARKS, Scene
from analytics.language.tagging import Tag


def read_groups(scene: Scene) -> None:
    """Put the dimensions that the rows are split by into the draft, in the order asked."""
    for index in scene.find(lambda t: bool(t.dimensions)):
        if _are_raisers(scene, index):
            continue
        if _is_group(scene, index):
            _take(scene, index)
    _read_units(scene)
    _read_ids(scene)


def _are_raisers(scene: Scene, index: int) -> bool:
    """`tickets by customers in Spain, by team`: whose tickets, no row for each customer."""
    tag, following = scene.tags[index], scene.after(index)
    before = scene.before(index)
    if tag.norm != "customers" or following is None or before is None:
        return False
    owned = any(
        scene.catalogue.dimension(m.dimension).entity == "customer"
        for m in scene.tags[following].members
    )
    if scene.tags[before].text != "by" or not owned:
        return False
    scene.use(before, index)
    return True


COMPARING = frozenset({"compare", "comparing", "comparison"})
"""Words before things that are set side by side."""
UNITS = frozenset({"day", "week", "month", "quarter", "year"})


def _read_units(scene: Scene) -> None:
    """`by service and day`: the day of each row, after another dimension."""
    for index in scene.find(lambda t: t.is_unknown and t.text in UNITS):
        mark = scene.before(index, marks=True)
        listed = mark is not None and (
            scene.tags[mark].cue == "and" or scene.tags[mark].text in LIST_MARKS
        )
        if (
            mark is not None
            and listed
            and _follows_group(scene, mark)
            and scene.draft.grain is None
        ):
            scene.draft.grain = scene.tags[index].text  # type: ignore[assignment]
            scene.use(index)


def _is_group(scene: Scene, index: int) -> bool:
    previous = scene.before(index, marks=True)
    words = scene.gap(previous, index).split() if previous is not None else []
    asked = {"which", "what"} & {t.text for t in scene.tags[max(0, index - 2) : index]}
    if (
        asked or "which" in words or "any" in scene.gap(previous, index).split()[-1:]
        if previous is not None
        else asked
    ):
        return True
    if is_narrowed(scene, index):
        return True
    if previous is None:
        return _is_ranked_after(scene, index) or _is_breakdown(scene, index)
    tag = scene.tags[previous]
    if tag.cue == "by" or tag.rank is not None or tag.text in COMPARING:
        return True
    if tag.cue == "share" and scene.gap(previous, index).split()[-1:] in (["each"], ["every"]):
        return True
    if tag.text == "over" and any(t.cue == "shown" for t in scene.tags[:previous]):
        scene.use(previous)
        return True
    if tag.metrics and set(tag.metrics) & set(scene.draft.metrics):
        earlier = scene.before(previous)
        return earlier is not None and scene.tags[earlier].rank is not None
    if tag.cue == "who" and tag.text in {"which", "who"}:
        return True
    if tag.cue in {"and", "or"} or tag.text in LIST_MARKS:
        return _follows_group(scene, previous)
    if tag.number is not None:
        return True
    return _is_ranked_after(scene, index) or _is_breakdown(scene, index)


def _follows_group(scene: Scene, mark: int) -> bool:
    before = scene.before(mark, marks=True)
    while before is not None and (
        scene.tags[before].text in LIST_MARKS or scene.tags[before].cue == "and"
    ):
        before = scene.before(before, marks=True)
    if before is None:
        return False
    tag = scene.tags[before]
    if tag.cue == "by":
        return True
    grouped = set(scene.draft.dimensions) & set(tag.dimensions)
    return bool(grouped) or (tag.time is not None and tag.time.kind == "grain")


def _is_ranked_after(scene: Scene, index: int) -> bool:
    """`landing pages with the best conversion rate`."""
    following = scene.after(index)
    if following is None:
        return False
    return scene.tags[following].rank is not None and "with" in scene.gap(index, following).split()


def _is_breakdown(scene: Scene, index: int) -> bool:
    words = [t.text.removesuffix(" of") for t in scene.tags[index + 1 : index + 2]]
    return words in (["breakdown"], ["split"], ["mix"], ["distribution"], ["wise"])


def _take(scene: Scene, index: int) -> None:
    name = pick_dimension(scene, index)
    if name is None:
        return
    if name not in scene.draft.dimensions:
        scene.draft.dimensions.append(name)
    scene.use(index)
    previous = scene.before(index)
    if previous is not None and scene.tags[previous].text in COMPARING:
        scene.use(previous, *_by_metric(scene))
    linking = previous is not None and not scene.tags[previous].members
    if linking and previous is not None and scene.tags[previous].cue in {"by", "and", "who"}:
        scene.use(previous)
        earlier = scene.before(previous)
        if earlier is not None and scene.tags[earlier].cue in {"and", "by"}:
            scene.use(earlier)
    _use_owner(scene, index, name)


def _by_metric(scene: Scene) -> list[int]:
    """Return the "by" of "compare the regions by revenue"."""
    found: list[int] = []
    for index in scene.find(lambda t: t.cue == "by"):
        following = scene.after(index)
        if following is not None and set(scene.tags[following].metrics) & set(scene.draft.metrics):
            found.append(index)
    return found


def _use_owner(scene: Scene, index: int, name: str) -> None:
    """`the plan of the customer who raised them`: whose dimension it is."""
    entity = scene.catalogue.dimension(name).entity
    following = scene.after(index)
    hops = 0
    while following is not None and hops < 4:
        tag = scene.tags[following]
        owner = entity in tag.dimensions or f"{entity}s" in tag.metrics
        verb = tag.cue == "who" or tag.text in {"owning", "own", "owned", "responsible", "behind"}
        verb = verb or bool(tag.concepts & {"raise", "resolve", "buy", "own", "reply", "repair"})
        if not (owner or verb) or (tag.members and not owner):
            return
        scene.use(following)
        following = scene.after(following)
        hops += 1


def pick_dimension(scene: Scene, index: int) -> str | None:
    """Return which of the dimensions that a word can mean is meant, None when none fits."""
    tag = scene.tags[index]
    names = _CHANNELS if tag.text == "channel" else tag.dimensions
    reachable = [d for d in names if scene.has(d)]
    groupable = [d for d in reachable if scene.catalogue.dimension(d).groupable]
    if not groupable:
        if not reachable and tag.dimensions and scene.draft.metrics:
            label = scene.catalogue.metric(scene.draft.metrics[0]).label
            scene.problems.append(f"{label} cannot be split by {tag.norm}.")
        return None
    if tag.text == "channel":
        groupable = [d for d in _CHANNELS if scene.has(d)]
    own = [d for d in groupable if scene.is_own(d)]
    if len(own) == 1:
        return own[0]
    named = _by_owner(scene, index, groupable)
    if len(named) == 1:
        return named[0]
    options = own or groupable
    options = _expanded(scene, tag, options)
    if len(options) == 1:
        return options[0]
    pick = scene.choose(f"dimension:{tag.norm}", f"Which {tag.norm} do you mean?", tuple(options))
    return options[pick]


_CHANNELS = ("order_channel", "ticket_channel", "acquisition_channel", "campaign_channel")
_NO_CHANNEL = ("source", "medium", "campaign_channel")


def _expanded(scene: Scene, tag: Tag, options: list[str]) -> list[str]:
    """Sessions have no channel of their own: their source, medium and campaign come close."""
    if tag.text == "channel" and scene.has("source"):
        return list(_NO_CHANNEL)
    channels = [
        d for d in ("acquisition_channel", "campaign_channel", "ticket_channel") if scene.has(d)
    ]
    if tag.text == "channel" and len(channels) > 1 and not any(scene.is_own(d) for d in options):
        contacts = scene.catalogue.metric(scene.draft.metrics[0]).entities[0] == "contact"
        return ["campaign_channel"] if contacts else channels
    return options


def _by_owner(scene: Scene, index: int, options: list[str]) -> list[str]:
    """The thing named beside the word decides ("the team owning the service")."""
    following = scene.tags[index + 1 : index + 6]
    near: set[str] = set()
    for tag in following:
        near |= set(tag.dimensions)
        near |= {m.removesuffix("s") for m in tag.metrics}
    return [d for d in options if scene.catalogue.dimension(d).entity in near]


def _read_ids(scene: Scene) -> None:
    """`their id and name` beside customers, products or services."""
    draft = scene.draft
    for index in scene.find(
        lambda t: t.text in {"id", "ids", "number"} and (t.is_unknown or t.filler)
    ):
        entity = next(
            (d for d in draft.dimensions if d in {"customer", "product", "service", "campaign"}),
            None,
        )
        if entity is None:
            continue
        scene.use(index)
        words = [t.text for t in scene.tags[index + 1 : index + 4]]
        draft.dimensions.insert(draft.dimensions.index(entity), f"{entity}_id")
        if "name" not in words and "name" not in [
            t.text for t in scene.tags[max(0, index - 3) : index]
        ]:
            draft.dimensions.remove(entity)
        mark = scene.after(index)
        if mark is not None and scene.tags[mark].cue == "and":
            scene.use(mark)
