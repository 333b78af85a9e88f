"""Bursts of similar tickets: many people with the same trouble in a short time.

Tickets share a topic by how they are filed and by the words that they use; no model of language is
needed. Each topic's number of people in the last hours is compared with what its own past lets
expect: a rate that forgets (EWMA) times the usual course of day and week, with a gamma prior, so
that the count to expect is negative binomial and little history makes for caution. The stretch of
a burst is the one of greatest likelihood ratio (Kulldorff 1997, A spatial scan statistic, in time
alone). An alarm uses only tickets opened up to its moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import signal, stats
from sklearn.feature_extraction.text import CountVectorizer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BASELINE: Final = pd.Timedelta(weeks=8)
"""Past that is needed before the first day looked at."""
MIN_PEOPLE: Final = 5
WINDOWS_H: Final = (1.0, 3.0, 8.0, 24.0)
MAX_P: Final = 1e-6
"""Probability under the topic's past below which an alarm is raised."""
_HALF_LIFE_DAYS: Final = 14.0
_PRIOR: Final = (0.5, 1.0)
"""Gamma prior of a topic's people per day: half a person seen in one day."""
_MOST_PER_DAY: Final = 4.0
"""A day counts in the past with at most so many times the median day, or `MIN_PEOPLE`."""
_MAX_P_WORD: Final = 1e-9
"""The same for a word, of which there are thousands."""
_NEAR: Final = 1.5
"""A count below so many times the one to expect raises no alarm."""
_COMMON: Final = 0.2
_TELLING: Final = 0.15
_LEAST_OTHERS: Final = 200
"""Tickets of no burst that are needed to tell which words are a burst's own."""
_SAME: Final = 0.5
_SURE: Final = 20.0
_SURE_SAME: Final = 0.3
_APART_H: Final = 3.0
"""A burst is over when nobody wrote for so long."""
_DAY_H: Final = 24.0
_DAYS_A_WEEK: Final = 7
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Many people with the same trouble."""

    topic: str
    """How the tickets are filed ("network / vpn"), or the word that they share."""
    is_word: bool
    rows: Ints
    """Places of the tickets in the table given, in order of opening."""
    n_people: int
    expected: float
    """People to expect in the same stretch."""
    p_value: float
    """At the alarm that was surest."""
    started_at: pd.Timestamp
    ended_at: pd.Timestamp
    """Opening of the first and of the last ticket."""
    alarm_at: pd.Timestamp
    """When it could first be told from chance."""
    words: tuple[str, ...]
    """What the tickets speak of more than others do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Topic:
    name: str
    is_word: bool
    rows: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    names: npt.NDArray[np.object_]
    matrix: Any
    """Sparse, shape (n_tickets, n_words), 1 where a ticket uses a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """The usual course of day and week: exposure in days at any time."""

    origin: pd.Timestamp
    cumulative: Floats
    """Exposure before each whole hour since the origin."""

    def at(self, hours: Floats) -> Floats:
        """Return the exposure before times given in hours since the origin."""
        return np.interp(hours, np.arange(len(self.cumulative), dtype=np.float64), self.cumulative)


def find_bursts(tickets: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> list[Burst]:
    """Find the bursts that raised an alarm in a stretch of time, the largest first.

    Parameters
    ----------
    tickets : DataFrame
        `opened_at` (naive UTC, ascending), `person` (words), `filed` (words, missing allowed),
        `text`. It begins `BASELINE` before the stretch; what lies after it is not looked at.
    start, end : Timestamp
        The stretch, end excluded.

    Returns
    -------
    list[Burst]
        At least `MIN_PEOPLE` people each; topics that share most of their tickets are one burst,
        told by the topic that stands out most. Empty without tickets.
    """
    seen = tickets[tickets["opened_at"] < end].reset_index(drop=True)
    if seen.empty:
        return []
    origin = (start - BASELINE).floor("D")
    since = (seen["opened_at"] - origin).dt.total_seconds() / 3600.0
    hours: Floats = np.asarray(since, dtype=np.float64)
    first = float((start - origin) / pd.Timedelta(hours=1))
    last = float((end - origin) / pd.Timedelta(hours=1))
    course = _course(seen, origin, (first, last))
    people = pd.factorize(seen["person"])[0].astype(np.int64)
    words = _words(seen["text"])
    found = []
    for topic in _topics(seen, hours, words):
        found += _of_topic(topic, hours, people, course, (first, last))
    found.sort(key=lambda each: (-each[0], each[1].is_word, each[1].topic))
    kept = _merged([burst for _, burst in found], people)
    if words is None or not kept:
        return kept
    inside = np.unique(np.concatenate([each.rows for each in kept]))
    if len(seen) - len(inside) < _LEAST_OTHERS:
        return kept
    n_used = np.asarray(words.matrix.sum(axis=0)).ravel()
    n_others = n_used - np.asarray(words.matrix[inside].sum(axis=0)).ravel()
    usual = (n_others + 0.5) / (len(seen) - len(inside) + 1)
    return [_worded(burst, words, usual) for burst in kept]


def _course(seen: pd.DataFrame, origin: pd.Timestamp, span: tuple[float, float]) -> _Course:
    """Learn the course of working days and of weekends from the tickets before the stretch."""
    before = seen[seen["opened_at"] < origin + pd.Timedelta(hours=span[0])]["opened_at"]
    weekend = (before.dt.day_of_week >= _SATURDAY).to_numpy().astype(np.int64)
    counts = np.ones((2, 24))
    np.add.at(counts, (weekend, before.dt.hour.to_numpy()), 1.0)
    n_hours = int(np.ceil(span[1])) + 24
    times = pd.date_range(origin, periods=n_hours, freq="h")
    n_days = np.array([5.0, 2.0]) / _DAYS_A_WEEK
    # People per hour of that kind, scaled so that a mean day has exposure 1.
    rate = counts / n_days[:, None]
    rate /= float((rate * n_days[:, None]).sum())
    hourly = rate[(times.day_of_week >= _SATURDAY).astype(int), times.hour]
    return _Course(origin=origin, cumulative=np.concatenate(([0.0], np.cumsum(hourly))))


def _words(texts: pd.Series) -> _Words | None:
    """Return which ticket uses which word; None when no word is in five of them."""
    pattern = r"(?u)\b[^\W\d_]{3,}\b"
    counter = CountVectorizer(binary=True, token_pattern=pattern, min_df=MIN_PEOPLE, dtype=np.int32)
    try:
        matrix = counter.fit_transform(texts).tocsr()
    except ValueError:
        return None
    return _Words(names=counter.get_feature_names_out(), matrix=matrix)


def _topics(seen: pd.DataFrame, hours: Floats, words: _Words | None) -> list[_Topic]:
    """Return the topics that five tickets within a day share: how filed, then by word."""
    found = [
        _Topic(name=str(name), is_word=False, rows=np.asarray(rows, dtype=np.int64))
        for name, rows in seen.groupby("filed", sort=True).indices.items()
    ]
    found = [topic for topic in found if _is_dense(hours[topic.rows])]
    if words is None:
        return found
    by_word = words.matrix.tocsc()
    for place, name in enumerate(words.names):
        rows = by_word.indices[by_word.indptr[place] : by_word.indptr[place + 1]]
        if len(rows) <= _COMMON * len(seen) and _is_dense(hours[rows]):
            found.append(_Topic(name=str(name), is_word=True, rows=rows.astype(np.int64)))
    return found


def _is_dense(hours: Floats) -> bool:
    n = MIN_PEOPLE - 1
    return len(hours) > n and bool((hours[n:] - hours[:-n] < _DAY_H).any())


def _of_topic(
    topic: _Topic, hours: Floats, people: Ints, course: _Course, span: tuple[float, float]
) -> list[tuple[float, Burst]]:
    """Return the bursts of one topic, each with its log likelihood ratio."""
    rows = _once_a_day(topic.rows, hours, people)
    times = hours[rows]
    late = times >= span[0]
    if not _is_dense(times[times >= span[0] - _DAY_H]):
        return []
    weight, days = _past(times, span[1])
    day = (times // _DAY_H).astype(np.int64)
    shape, scale = _PRIOR[0] + weight[day], _PRIOR[1] + days[day]
    p = np.ones(len(times))
    for window in WINDOWS_H:
        n = np.arange(1, len(times) + 1) - np.searchsorted(times, times - window, side="right")
        asked = np.flatnonzero(late & (n >= MIN_PEOPLE))
        exposure = course.at(times[asked]) - course.at(times[asked] - window)
        far = n[asked] > _NEAR * shape[asked] / scale[asked] * exposure
        asked, exposure = asked[far], exposure[far]
        chance = scale[asked] / (scale[asked] + exposure)
        p[asked] = np.minimum(p[asked], stats.nbinom.sf(n[asked] - 1, shape[asked], chance))
    alarms = np.flatnonzero(late & (p < (_MAX_P_WORD if topic.is_word else MAX_P)))
    if not len(alarms):
        return []
    # Tickets with no long gap between them belong to one run.
    run = np.concatenate(([0], np.cumsum(np.diff(times) > _APART_H)))
    breaks = np.flatnonzero(np.diff(run[alarms])) + 1
    found = []
    for part in np.split(alarms, breaks):
        rate = float(shape[part[0]] / scale[part[0]])
        inside = np.flatnonzero(run == run[part[0]])
        low, high, ratio = _stretch(times, course, rate, (inside, int(part[0])))
        mine = topic.rows[(hours[topic.rows] >= times[low]) & (hours[topic.rows] <= times[high])]
        at = [course.origin + pd.Timedelta(hours=float(times[i])) for i in (low, high, part[0])]
        found.append((ratio, Burst(
            topic=topic.name, is_word=topic.is_word, rows=mine,
            n_people=len(np.unique(people[mine])),
            expected=rate * float(course.at(times[high]) - course.at(times[low])),
            p_value=float(p[part].min()), started_at=at[0].round("s"), ended_at=at[1].round("s"),
            alarm_at=at[2].round("s"), words=(),
        )))  # fmt: skip
    return [(ratio, burst) for ratio, burst in found if burst.n_people >= MIN_PEOPLE]


def _once_a_day(rows: Ints, hours: Floats, people: Ints) -> Ints:
    """Leave out further tickets of a person about the topic within a day of the last one."""
    order = np.lexsort((hours[rows], people[rows]))
    who, when = people[rows][order], hours[rows][order]
    again = np.concatenate(([False], (who[1:] == who[:-1]) & (np.diff(when) < _DAY_H)))
    return np.sort(rows[order[~again]])


def _past(times: Floats, end: float) -> tuple[Floats, Floats]:
    """Return the forgetting sums of people and of days before each day.

    Single days are capped, so that one earlier burst does not hide the next.
    """
    n_days = int(end // _DAY_H) + 2
    counts = np.bincount(
        np.clip(times // _DAY_H, 0, n_days - 1).astype(np.int64), minlength=n_days
    ).astype(np.float64)
    n_before = int(BASELINE / pd.Timedelta(days=1))
    usual = float(np.median(counts[:n_before])) if n_before <= n_days else 0.0
    capped = np.minimum(counts, max(float(MIN_PEOPLE), _MOST_PER_DAY * usual))
    keep = 0.5 ** (1.0 / _HALF_LIFE_DAYS)
    people = signal.lfilter([1.0], [1.0, -keep], capped)
    days = signal.lfilter([1.0], [1.0, -keep], np.ones(n_days))
    return np.concatenate(([0.0], people[:-1])), np.concatenate(([0.0], days[:-1]))


def _stretch(
    times: Floats, course: _Course, rate: float, run: tuple[Ints, int]
) -> tuple[int, int, float]:
    """Return the first and last ticket of a run's likeliest stretch around its first alarm.

    The third number is the log likelihood ratio.
    """
    inside, alarm = run
    starts, ends = inside[inside <= alarm], inside[inside >= alarm]
    exposure = course.at(times)
    n = (ends[None, :] - starts[:, None] + 1).astype(np.float64)
    expected = np.maximum(rate * (exposure[ends][None, :] - exposure[starts][:, None]), 1e-3)
    ratio = np.where(n > expected, n * np.log(n / expected) - (n - expected), 0.0)
    low, high = np.unravel_index(int(ratio.argmax()), ratio.shape)
    return int(starts[low]), int(ends[high]), float(ratio[low, high])


def _merged(bursts: Sequence[Burst], people: Ints) -> list[Burst]:
    """Put topics that tell of the same burst together, under the one that stands out most.

    A burst told by a word takes in the tickets of other words that stand out far above chance.
    """
    kept: list[Burst] = []
    for burst in bursts:
        place = next((i for i, each in enumerate(kept) if _is_same(burst, each)), None)
        if place is None:
            kept.append(burst)
            continue
        first = kept[place]
        n_same = len(np.intersect1d(burst.rows, first.rows))
        is_sure = burst.n_people >= _SURE * burst.expected and n_same >= _SURE_SAME * len(
            burst.rows
        )
        if first.is_word and is_sure:
            rows = np.union1d(first.rows, burst.rows)
            kept[place] = replace(first, rows=rows, n_people=len(np.unique(people[rows])))
    return sorted(kept, key=lambda each: (-each.n_people, each.started_at, each.topic))


def _is_same(burst: Burst, kept: Burst) -> bool:
    if burst.started_at > kept.ended_at or kept.started_at > burst.ended_at:
        return False
    n_same = len(np.intersect1d(burst.rows, kept.rows, assume_unique=True))
    return n_same > _SAME * min(len(burst.rows), len(kept.rows)) or (burst.is_word and n_same > 1)


def _worded(burst: Burst, words: _Words, usual: Floats) -> Burst:
    """Add the words that its tickets use more often than the tickets of no burst."""
    mine = np.asarray(words.matrix[burst.rows].sum(axis=0)).ravel()
    share = (mine + 0.5) / (len(burst.rows) + 1)
    # A word of fewer people may be somebody's name.
    least = max(float(MIN_PEOPLE), _TELLING * len(burst.rows))
    score = np.where(mine >= least, share * np.log(share / usual), 0.0)
    best = [i for i in np.lexsort((words.names, -score))[:3] if score[i] > 0]
    return replace(burst, words=tuple(str(words.names[i]) for i in best))
