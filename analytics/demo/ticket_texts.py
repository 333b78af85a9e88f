"""Words of tickets: subject, description and resolution put together from the topics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.demo.sampling import NEVER, Bools, Ints, Texts
from analytics.demo.topic import Topic, fitting
from analytics.demo.topics_access import ACCESS_TOPICS, NETWORK_TOPICS
from analytics.demo.topics_customers import CUSTOMER_TOPICS
from analytics.demo.topics_devices import DOCK_TOPIC, HARDWARE_TOPICS, SOFTWARE_TOPICS
from analytics.demo.topics_mail import MAIL_TOPICS, OTHER_TOPICS
from analytics.demo.topics_outage import (
    APPS,
    CLOSERS,
    CODES,
    CODES_BY_SUBCATEGORY,
    CUSTOMER_CONTEXTS,
    CUSTOMER_OPENERS,
    DRIVES,
    EMPLOYEE_CONTEXTS,
    EMPLOYEE_OPENERS,
    OUTAGE_TOPICS,
    ROOMS,
    SITES,
    SPAM_TOPIC,
)

EMPLOYEE_TOPICS = (
    *ACCESS_TOPICS, *NETWORK_TOPICS, *HARDWARE_TOPICS, *SOFTWARE_TOPICS, *MAIL_TOPICS,
    *OTHER_TOPICS,
)  # fmt: skip
TOPICS = (*EMPLOYEE_TOPICS, *CUSTOMER_TOPICS, *OUTAGE_TOPICS, SPAM_TOPIC)
FIRST_CUSTOMER_TOPIC = len(EMPLOYEE_TOPICS)
FIRST_OUTAGE_TOPIC = FIRST_CUSTOMER_TOPIC + len(CUSTOMER_TOPICS)
SPAM_POSITION = len(TOPICS) - 1
DOCK_POSITION = TOPICS.index(DOCK_TOPIC)

_TYPO_PROBABILITY = 0.16
_LOWER_CASE_PROBABILITY = 0.10
_LINKED_PERCENT = 68
# Draws that one ticket may need, made at once so that texts do not depend on each other.
_N_DRAWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """What the texts are about, one element per ticket.

    `product` and `colleague` are words; `order` is an order_id or NEVER, `service` a name or
    an empty string; `employee` tells who writes.
    """

    topic: Ints
    employee: Bools
    order: Ints
    product: Texts
    service: Texts
    colleague: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Texts of tickets; `resolution` and `article` are written for unresolved ones too."""

    subject: Texts
    description: Texts
    resolution: Texts
    article: Texts


def outage_position(service: str) -> int:
    """Position in `TOPICS` of the outage topic for a service."""
    for number, topic in enumerate(OUTAGE_TOPICS):
        if service in topic.services:
            return FIRST_OUTAGE_TOPIC + number
    return FIRST_OUTAGE_TOPIC + len(OUTAGE_TOPICS) - 1


def write_texts(rng: np.random.Generator, about: Subjects) -> Wording:
    """Write the texts of all tickets.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of randomness.
    about : Subjects
        What each ticket is about; n may be 0.

    Returns
    -------
    Wording
        Arrays of str, shape (n,); `article` holds None where no article is linked.
    """
    n_tickets = len(about.topic)
    draws = rng.integers(0, 1 << 30, size=(n_tickets, _N_DRAWS)).tolist()
    columns: tuple[list[str | None], ...] = ([], [], [], [])
    for position in range(n_tickets):
        topic = TOPICS[int(about.topic[position])]
        draw = draws[position]
        slots = _slots(topic, about, position, draw)
        opener, context, closer = _frame(bool(about.employee[position]), topic, draw)
        number = draw[3] % len(topic.descriptions)
        sentence = topic.descriptions[number]
        description = f"{opener}{sentence}{context}{closer}".format_map(slots)
        subject = _choose(fitting(topic.subjects, topic.subject_fits, number), draw[4])
        subject = subject.format_map(slots)
        resolution = _choose(fitting(topic.resolutions, topic.resolution_fits, number), draw[10])
        columns[0].append(_mangled(_capital(subject), draw[5:7]))
        columns[1].append(_mangled(_capital(description), draw[7:10]))
        columns[2].append(_capital(resolution.format_map(slots)))
        linked = topic.articles and draw[11] % 100 < _LINKED_PERCENT
        columns[3].append(_article(topic, number) if linked else None)
    texts = [np.array(column, dtype=object) for column in columns]
    return Wording(subject=texts[0], description=texts[1], resolution=texts[2], article=texts[3])


def _choose(words: tuple[str, ...], draw: int) -> str:
    return words[draw % len(words)]


def _article(topic: Topic, number: int) -> str:
    """The article that fixes what a description says; the topic's first one if not told."""
    return fitting(topic.articles, topic.article_fits, number)[0]


def _frame(employee: bool, topic: Topic, draw: list[int]) -> tuple[str, str, str]:
    if topic is SPAM_TOPIC:
        return "", "", ""
    openers = EMPLOYEE_OPENERS if employee else CUSTOMER_OPENERS
    contexts = EMPLOYEE_CONTEXTS if employee else CUSTOMER_CONTEXTS
    return _choose(openers, draw[0]), _choose(contexts, draw[1]), _choose(CLOSERS, draw[2])


def _slots(topic: Topic, about: Subjects, position: int, draw: list[int]) -> dict[str, str]:
    order = int(about.order[position])
    codes = CODES_BY_SUBCATEGORY.get(topic.subcategory, CODES)
    return {
        "product": str(about.product[position]),
        "order": "my order" if order == NEVER else f"order {order}",
        "service": str(about.service[position]),
        "colleague": str(about.colleague[position]),
        "amount": f"{12 + draw[13] % 48000 / 100:.2f}",
        "site": _choose(SITES, draw[14]),
        "room": _choose(ROOMS, draw[15]),
        "app": _choose(APPS, draw[16]),
        "drive": _choose(DRIVES, draw[17]),
        "code": _choose(codes, draw[18]),
        "asset": f"LK-{10000 + draw[19] % 80000}",
        "days": str(2 + draw[12] % 8),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _mangled(text: str, draw: list[int]) -> str:
    """Now and then a slip of the fingers or no capitals, as people write."""
    if draw[0] % 1000 < 1000 * _TYPO_PROBABILITY:
        text = _with_typo(text, draw[1])
    if draw[-1] % 997 < 997 * _LOWER_CASE_PROBABILITY:
        text = text.lower()
    return text


def _with_typo(text: str, draw: int) -> str:
    words = text.split(" ")
    # Names, codes and numbers stay right: only plain words of five letters or more suffer.
    plain = [place for place, word in enumerate(words) if word.isalpha() and word.islower()]
    long = [place for place in plain if len(words[place]) >= 5]
    if not long:
        return text
    place = long[draw % len(long)]
    word = words[place]
    cut = 1 + draw // 7 % (len(word) - 3)
    kind = draw // 3 % 3
    if kind == 0:
        word = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
    elif kind == 1:
        word = word[:cut] + word[cut + 1 :]
    else:
        word = word[:cut] + word[cut] + word[cut:]
    words[place] = word
    return " ".join(words)
