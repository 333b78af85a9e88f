"""A plan of contacts as a question wants it: who could be written to, who is, what it brings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz

from analytics.analyses import answering
from analytics.analyses.campaign_choice import CAMPAIGN_COLUMNS
from analytics.analyses.kind import Context, Request
from analytics.analyses.targeting_reading import (
    LEARNT,
    SENSITIVE,
    Learnt,
    read_candidates,
    suits,
)
from analytics.customers.action_plan import (
    Fairness,
    choose,
    fairness_of,
    order_of,
    with_hold_out,
)
from analytics.customers.consent import Consent, read_consent
from analytics.errors import QuestionError
from analytics.learning.scores import Bools, Floats
from analytics.model import Filter

Ints = npt.NDArray[np.int64]
REST_DAYS: Final = 14
HOLD_OUT: Final = 0.1
SEED: Final = 7
_OBJECTIVES: Final = {
    "acquisition": r"acquisition|acquire|first[- ]time buyers?",
    "cross-sell": r"cross[- ]?sell(?:ing)?",
    "retention": r"retention|retain",
    "win-back": r"win[- ]?(?:ning )?back|lapsed",
}


_CALLED: Final = re.compile(
    r"\b(?:with|for|by|in|from|through) (?:the|our|this|that) ((?:[\w&'-]+ ){1,4})"
    r"(?:campaign|mailing|promotion)\b"
)
_ORDINARY: Final = re.compile(
    r"\b(?:next|new|coming|upcoming|planned|best|right|win[- ]?back|retention|"
    r"cross[- ]?sell(?:ing)?|acquisition|e-?mail|direct|mail|search|social|"
    r"affiliate|letter|marketing|of|kind)\b\s*"
)
_LIKE: Final = 85.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the question fixes; the rest is as usual."""

    budget: float | None
    most: int | None
    cost: float | None
    """Of one contact; without it, what was spent for each message so far."""
    rest_days: int
    hold_out: float
    actions: tuple[str, ...]
    """Kinds of message asked for by objective or channel; empty for any."""
    filters: tuple[Filter, ...]
    seed: int = SEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everybody who could be written to, each with the action that pays most."""

    learnt: Learnt
    people: pd.DataFrame
    """With `action`, `uplift`, `cost` and `profit`."""
    order: Ints
    n_here: int
    n_resting: int
    n_without_consent: int
    has_consent: bool
    n_unsuited: int
    costs: Mapping[str, float]
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who is chosen, who of them is left alone, and what the rest is expected to bring."""

    wish: Wish
    ground: Ground
    rows: Ints
    """Positions among `ground.people`, those that pay most first."""
    held: Bools
    profit: float
    profit_ci95: tuple[float, float]
    spent: float
    orders: float
    fairness: Fairness

    @property
    def contacted(self) -> Ints:
        """Positions of those who are written to."""
        return self.rows[~self.held]


def wish_of(request: Request, context: Context) -> Wish:
    """Read what a question fixes.

    Raises
    ------
    QuestionError
        When a part of it makes no plan.
    """
    slots = request.slots
    budget = _amount(slots, "budget", "A budget")
    cost = _amount(slots, "cost", "The cost of a contact")
    hold_out = slots.get("hold_out", HOLD_OUT)
    assert isinstance(hold_out, int | float)
    if not 0 <= hold_out <= 0.5:
        raise QuestionError(
            f"{hold_out:.0%} cannot be held out.", hint="Hold out between 0 and 50 %."
        )
    given = slots.get("filters", {})
    assert isinstance(given, Mapping)
    named = {column: value for column, value in given.items() if column not in CAMPAIGN_COLUMNS}
    kept = {**slots, "filters": named}
    people = Request(kind=request.kind, slots=kept, text=request.text)
    most = slots.get("most")
    rest = slots.get("rest_days", REST_DAYS)
    assert isinstance(rest, int | float)
    return Wish(
        budget=budget,
        most=None if most is None else max(1, int(str(most))),
        cost=cost,
        rest_days=int(rest),
        hold_out=float(hold_out),
        actions=_actions(request, context, given),
        filters=answering.filters_for(people, "customers", context.catalogue),
    )


def _amount(slots: Mapping[str, object], name: str, words: str) -> float | None:
    value = slots.get(name)
    if value is None:
        return None
    assert isinstance(value, int | float)
    if value <= 0:
        raise QuestionError(f"{words} of {value:g} makes no plan.", hint="Name an amount above 0.")
    return float(value)


def _actions(request: Request, context: Context, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the kinds of message that a campaign, an objective or a channel names."""
    learnt = LEARNT.of(context)
    known = [each.action for each in learnt.actions] + list(learnt.without_control)
    if "campaign" in request.slots:
        return (_of_campaign(request.slots["campaign"], context),)
    text = request.text.lower()
    called = _CALLED.search(text)
    if called is not None and (words := _ORDINARY.sub("", called[1]).strip()):
        return (_of_campaign(words, context),)
    wanted = [name for name, words in _OBJECTIVES.items() if re.search(rf"\b(?:{words})\b", text)]
    channels = given.get("channel", [])
    channels = [channels] if isinstance(channels, str) else channels
    if isinstance(channels, Mapping) or isinstance(given.get("objective"), Mapping):
        raise QuestionError("A plan is for some kinds of message, not for all but some.")
    if not wanted and not channels:
        return ()
    found = tuple(
        action
        for action in known
        if (not wanted or action.split(" by ")[0] in wanted)
        and (not channels or action.split(" by ")[1] in channels)
    )
    if not found:
        told = " and ".join([*wanted, *map(str, channels)])
        raise QuestionError(f"No campaign that is over was for {told}.")
    return found


def _of_campaign(named: object, context: Context) -> str:
    table = context.warehouse.table("campaigns")
    frame, _ = context.warehouse.run(table.order_by("campaign_id"))
    ids, names = frame["campaign_id"].astype(str), frame["name"].str.lower()
    mine = frame[(ids == str(named)) | (names == str(named).lower())]
    if mine.empty:
        alike = names.map(lambda name: fuzz.partial_ratio(str(name), str(named).lower()))
        mine = frame[(alike >= _LIKE) & (len(str(named)) > 3)]
    if mine.empty:
        raise QuestionError(
            f"There is no campaign called {named}, so nobody can tell if it had a control group.",
            hint="Name its number.",
        )
    row = mine.iloc[-1]
    return f"{row['objective']} by {row['channel']}"


def ground_of(wish: Wish, context: Context) -> Ground:
    """Find who could be written to today, and what each one's best contact brings.

    Raises
    ------
    QuestionError
        When none of the actions asked for was tried against a control group, or none is shown
        to change anything.
    """
    learnt = LEARNT.of(context)
    usable = _usable(wish, learnt)
    costs = {name: wish.cost or learnt.costs.get(name, 0.0) for name in usable}
    free = [name for name, cost in costs.items() if cost <= 0]
    if free:
        raise QuestionError(
            f"What a message costs is not recorded for {', '.join(free)}.",
            hint="Say what a contact costs, such as “at 2 euros a contact”.",
        )
    everyone = read_candidates(context, wish.filters)
    rested = ~(everyone["last_sent"] < wish.rest_days).to_numpy()
    consent = read_consent(context.consent)
    people, n_refused, n_unsuited = _best(everyone[rested], (usable, costs), learnt, consent)
    ids = people["customer_id"].to_numpy(dtype=np.int64)
    return Ground(
        learnt=learnt,
        people=people,
        order=order_of(ids, people["profit"].to_numpy(), people["cost"].to_numpy()),
        n_here=len(everyone),
        n_resting=int((~rested).sum()),
        n_without_consent=n_refused,
        has_consent=consent is not None,
        n_unsuited=n_unsuited,
        costs=costs,
        actions=usable,
    )


def _usable(wish: Wish, learnt: Learnt) -> tuple[str, ...]:
    shown = tuple(each.action for each in learnt.usable)
    if not wish.actions:
        if not shown:
            raise QuestionError(
                "No signal: no kind of message is shown to change anything against its control "
                "group, so there is nobody to choose."
            )
        return shown
    tried = {each.action: each for each in learnt.actions}
    mine = tuple(name for name in wish.actions if name in shown)
    if mine:
        return mine
    if not set(wish.actions) & set(tried):
        raise QuestionError(
            f"Messages of the kind {' or '.join(wish.actions)} had no control group, so whom they "
            "change cannot be told.",
            hint="Hold out a share of the next one by chance.",
        )
    one = next(tried[name] for name in wish.actions if name in tried)
    low, high = (answering.points(end) for end in one.ci95)
    raise QuestionError(
        f"No signal: {one.action} is not shown to change anything (95 % interval {low} to {high} "
        f"percentage points, n = {one.n_sent + one.n_control:,}), so there is nobody to choose."
    )


def _best(
    people: pd.DataFrame,
    offered: tuple[tuple[str, ...], Mapping[str, float]],
    learnt: Learnt,
    consent: Consent | None,
) -> tuple[pd.DataFrame, int, int]:
    """Return people with the action that pays most for each, and how many were left out."""
    actions, costs = offered
    people = people.reset_index(drop=True)
    uplift = np.full((len(people), len(actions)), -np.inf)
    suited = np.zeros(len(people), dtype=np.bool_)
    for place, action in enumerate(actions):
        mine = suits(people, action)
        suited |= mine
        if consent is not None:
            channel = action.split(" by ")[1]
            mine &= np.array([consent.allows(int(n), channel) for n in people["customer_id"]])
        if mine.any():
            uplift[mine, place] = learnt.model.predict(people[mine].assign(action=action))
    spent = np.array([costs[action] for action in actions])
    worth = people["worth"].to_numpy(dtype=np.float64)
    profit = np.where(np.isfinite(uplift), uplift * worth[:, None] - spent, -np.inf)
    best = profit.argmax(axis=1)
    every = np.arange(len(people))
    can = np.isfinite(profit[every, best])
    kept = people.assign(
        action=np.array(actions, dtype=object)[best],
        uplift=uplift[every, best],
        cost=spent[best],
        profit=profit[every, best],
    )[can]
    n_refused = int((suited & ~can).sum())
    return kept.reset_index(drop=True), n_refused, int((~suited).sum())


def plan_of(wish: Wish, ground: Ground, *, checked: bool = True) -> Plan:
    """Choose under the budget and the limit of contacts, and hold some out by chance.

    The budget pays for those who are written to; those held out cost nothing.
    """
    people = ground.people
    ids = people["customer_id"].to_numpy(dtype=np.int64)
    profit, cost = people["profit"].to_numpy(), people["cost"].to_numpy()
    written = 1.0 - wish.hold_out
    rows = choose(
        ids, profit, cost * written,
        budget=wish.budget,
        most=None if wish.most is None else round(wish.most / written),
        order=ground.order,
    )  # fmt: skip
    kept = with_hold_out(
        rows, (ids, cost), wish.hold_out, seed=wish.seed, limits=(wish.budget, wish.most)
    )
    rows, held = kept.rows, kept.held_out
    sent = people.iloc[rows[~held]]
    spent = float(sent["cost"].sum())
    gained, spread = _total(ground, sent)
    chosen = np.zeros(len(people), dtype=np.bool_)
    chosen[rows] = True
    attributes = SENSITIVE if checked else ()
    return Plan(
        wish=wish,
        ground=ground,
        rows=rows,
        held=held,
        profit=gained - spent,
        profit_ci95=(gained - 1.96 * spread - spent, gained + 1.96 * spread - spent),
        spent=spent,
        orders=float(sent["uplift"].sum()),
        fairness=fairness_of(people, chosen, attributes),
    )


def _total(ground: Ground, sent: pd.DataFrame) -> tuple[float, float]:
    if sent.empty:
        return 0.0, 0.0
    worth: Floats = sent["worth"].to_numpy(dtype=np.float64)
    return ground.learnt.model.total(sent, worth)
