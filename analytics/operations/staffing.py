"""How many agents a stream of requests needs: Erlang's formulas, with and without patience.

Requests come at random (Poisson) at a steady rate, each takes an exponential handling time, and
whoever waits does so in one queue. Erlang C (Erlang 1917) lets everybody wait; Erlang A (Palm 1957;
Mandelbaum and Zeltyn 2005, "The Palm/Erlang-A queue") lets those give up whose patience, likewise
exponential, runs out. Rates are per hour, times are hours, loads are erlangs: rate times handling.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

MOST_AGENTS: Final = 5_000
_STEPS: Final = 4_000
"""Of the numeric integrals of Erlang A; halving them changes nothing in the fourth digit."""
_FAR: Final = 40.0
"""An exponent beyond which what is left of an integral is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What comes in, and how long it takes."""

    per_hour: float
    """Requests, ≥ 0."""
    handle_h: float
    """Mean handling time of one request in hours, > 0."""
    patience_h: float | None = None
    """Mean time after which somebody who waits gives up; None: nobody ever does."""

    @property
    def load(self) -> float:
        """Erlangs: agents who are busy on average."""
        return self.per_hour * self.handle_h


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is promised: so many of the requests begun within so long."""

    share: float
    """0 to 1, below 1."""
    within_h: float
    """Hours, ≥ 0."""
    most_busy: float = 1.0
    """Largest share of the time for which agents are busy, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a number of agents achieves."""

    agents: int
    waits: float
    """Probability of having to wait."""
    in_time: float
    """Share begun within the target's time; who gave up before is not among them."""
    mean_wait_h: float
    """Of everybody, those who give up included; infinite when the queue only grows."""
    gives_up: float
    """Share who give up."""
    busy: float
    """Share of the time for which an agent is busy, 0 to 1."""


def blocking(load: float, agents: int) -> float:
    """Return Erlang's loss probability B: of `agents` busy all at once when nobody waits.

    Parameters
    ----------
    load : float
        Erlangs, ≥ 0.
    agents : int
        ≥ 0; with none everybody is lost.
    """
    found = 1.0
    for each in range(1, agents + 1):
        found = load * found / (each + load * found)
    return found


def service_of(demand: Demand, agents: int, within_h: float) -> Service:
    """Return what a number of agents achieves.

    Parameters
    ----------
    demand : Demand
        With a rate of 0 everybody is served at once.
    agents : int
        ≥ 0.
    within_h : float
        Time within which a request is to be begun, in hours.
    """
    if demand.per_hour <= 0:
        return Service(agents=agents, waits=0.0, in_time=1.0, mean_wait_h=0.0, gives_up=0.0,
                       busy=0.0)  # fmt: skip
    if agents < 1:
        lost = 0.0 if demand.patience_h is None else 1.0
        wait = math.inf if demand.patience_h is None else demand.patience_h
        return Service(agents=0, waits=1.0, in_time=0.0, mean_wait_h=wait, gives_up=lost, busy=1.0)
    if demand.patience_h is None:
        return _erlang_c(demand, agents, within_h)
    return _erlang_a(demand, agents, within_h)


def agents_for(demand: Demand, target: Target) -> Service:
    """Return the fewest agents that keep a target, and what they achieve.

    Raises
    ------
    ValueError
        When a time or a share is out of range, or more than 5,000 agents would be needed.
    """
    if demand.handle_h <= 0 or not 0 <= target.share < 1 or not 0 < target.most_busy <= 1:
        raise ValueError(f"No staffing for {demand} and {target}.")
    least = 1 if demand.per_hour > 0 else 0
    if demand.patience_h is None:  # fewer than the load and the queue only grows
        least = max(least, math.floor(demand.load) + 1 if demand.per_hour > 0 else 0)
    for agents in range(least, MOST_AGENTS + 1):
        found = service_of(demand, agents, target.within_h)
        if found.in_time >= target.share and found.busy <= target.most_busy:
            return found
    raise ValueError(f"More than {MOST_AGENTS} agents for {demand.load:,.0f} erlangs.")


def _erlang_c(demand: Demand, agents: int, within_h: float) -> Service:
    load = demand.load
    if load >= agents:
        return Service(agents=agents, waits=1.0, in_time=0.0, mean_wait_h=math.inf, gives_up=0.0,
                       busy=1.0)  # fmt: skip
    lost = blocking(load, agents)
    waits = agents * lost / (agents - load * (1 - lost))
    free = (agents - load) / demand.handle_h
    return Service(
        agents=agents, waits=waits, in_time=1 - waits * math.exp(-free * within_h),
        mean_wait_h=waits / free, gives_up=0.0, busy=load / agents,
    )  # fmt: skip


def _erlang_a(demand: Demand, agents: int, within_h: float) -> Service:
    """Return Erlang A by the integrals of Mandelbaum and Zeltyn over the offered wait."""
    assert demand.patience_h is not None
    rate, served, leaving = demand.per_hour, agents / demand.handle_h, 1 / demand.patience_h
    height, far = _range(rate, served, leaving)
    at = np.linspace(0.0, far, _STEPS + 1)
    # Density of the offered wait, over its peak: exp(rate · (1 − e^(−leaving·t))/leaving − …).
    density = np.exp(rate / leaving * -np.expm1(-leaving * at) - served * at - height)
    stays = np.exp(-leaving * at)
    whole = _integral(density, at)
    idle = math.exp(-height) / blocking(demand.load, agents - 1)
    norm = idle + rate * whole
    waits = rate * whole / norm
    gives_up = min(1.0, max(0.0, rate * _integral(density * (1 - stays), at) / norm))
    soon = np.linspace(0.0, min(within_h, far), _STEPS + 1)
    early = np.exp(rate / leaving * -np.expm1(-leaving * soon) - (served + leaving) * soon - height)
    begun = rate * _integral(early, soon) / norm
    return Service(
        agents=agents, waits=waits, in_time=min(1.0, 1 - waits + begun),
        mean_wait_h=gives_up / leaving,  # who leaves per hour is who waits times the rate
        gives_up=gives_up, busy=min(1.0, demand.load * (1 - gives_up) / agents),
    )  # fmt: skip


def _range(rate: float, served: float, leaving: float) -> tuple[float, float]:
    """Return the density's peak, as a logarithm, and a wait beyond which it is nothing beside."""
    peak = math.log(rate / served) / leaving if rate > served else 0.0
    height = rate / leaving * -math.expm1(-leaving * peak) - served * peak
    far = peak + 1 / served
    while height - (rate / leaving * -math.expm1(-leaving * far) - served * far) < _FAR:
        far = peak + 1.5 * (far - peak)
    return height, far


def _integral(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
    at: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> float:
    """Return Simpson's integral over evenly spaced points, an even number of steps."""
    step = float(at[1] - at[0])
    inner = 4 * values[1:-1:2].sum() + 2 * values[2:-1:2].sum()
    return step / 3 * float(values[0] + inner + values[-1])
