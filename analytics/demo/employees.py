"""The 1,400 employees who also ask for help."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.demo.people import NAMES, mail_word
from analytics.demo.sampling import Floats, Streams, Texts, pick

N_EMPLOYEES = 1400
_LANGUAGES = ("en", "nl", "pt")
_LANGUAGE_WEIGHTS = (0.55, 0.27, 0.18)


@dataclass(frozen=True, slots=True, kw_only=True)
class Employees:
    """Employees by position: name, address at larkfield.example, and how often they ask."""

    name: Texts
    email: Texts
    ask_weight: Floats


def make_employees(streams: Streams) -> Employees:
    """Draw the employees; the same number whatever the number of customers."""
    rng = streams.named("employees")
    language = pick(rng, _LANGUAGE_WEIGHTS, N_EMPLOYEES)
    luck = rng.integers(0, 1 << 30, size=(N_EMPLOYEES, 2))
    names, emails = [], []
    seen: dict[str, int] = {}
    for position in range(N_EMPLOYEES):
        pool = NAMES[_LANGUAGES[int(language[position])]]
        first_names = (*pool.female, *pool.male)
        first = first_names[int(luck[position, 0]) % len(first_names)]
        last = pool.last[int(luck[position, 1]) % len(pool.last)]
        address = f"{mail_word(first)}.{mail_word(last)}"
        seen[address] = seen.get(address, 0) + 1
        number = "" if seen[address] == 1 else str(seen[address])
        names.append(f"{first} {last}")
        emails.append(f"{address}{number}@larkfield.example")
    return Employees(
        name=np.array(names, dtype=object),
        email=np.array(emails, dtype=object),
        ask_weight=rng.gamma(1.4, size=N_EMPLOYEES),
    )
