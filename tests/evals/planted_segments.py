"""Whether the segments planted in the demo warehouse are recovered by the groups told in chat.

`python -m tests.evals.planted_segments FOLDER` prints the number of groups found, the share of
customers that are placed, and the adjusted Rand index of those with its 95 % interval over redrawn
customers; FOLDER is a demo warehouse with its truth.json.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score

from analytics.analyses.habit_answers import SURE
from analytics.analyses.kind import Context
from analytics.analyses.segment_reading import Asked, read_habits, read_people
from analytics.catalogue import load_catalogue
from analytics.customers.habits import choose_classes, fit_classes, probabilities
from analytics.query.warehouse import DuckDBWarehouse

_SEED = 7
_N_DRAWS = 200


def main(folder: Path) -> dict[str, Any]:
    """Return the number of groups, how many customers are placed, and how rightly."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["segments"]
    warehouse = DuckDBWarehouse(folder)
    day = warehouse.as_of()
    context = Context(warehouse=warehouse, catalogue=load_catalogue(), as_of=day)
    asked = Asked(day=day, start=date(1970, 1, 1))
    table = read_habits(context, read_people(context, asked), asked)
    choice = choose_classes(table.habits, seed=_SEED)
    belongs = probabilities(table.habits, fit_classes(table.habits, choice.k, seed=_SEED))
    planted = np.array([int(truth["labels"][each - 1]) for each in table.customer_ids])
    found, sure = belongs.argmax(axis=1), belongs.max(axis=1) >= SURE
    five = table.habits.n_orders >= 5
    return {
        "groups": {"planted": len(truth["names"]), "found": choice.k},
        "placed": _told(planted[sure], found[sure]) | {"of": len(found)},
        "five_orders_or_more": _told(planted[five], found[five]),
        "two_orders_or_more": _told(planted, found),
    }


def _told(planted: np.ndarray, found: np.ndarray) -> dict[str, Any]:
    random = np.random.default_rng(_SEED)
    rows = [random.integers(0, len(found), len(found)) for _ in range(_N_DRAWS)]
    draws = [adjusted_rand_score(planted[each], found[each]) for each in rows]
    low, high = np.quantile(draws, (0.025, 0.975)).tolist()
    ari = float(adjusted_rand_score(planted, found))
    return {"n": len(found), "ari": round(ari, 3), "ci95": [round(low, 3), round(high, 3)]}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1])), indent=1))
