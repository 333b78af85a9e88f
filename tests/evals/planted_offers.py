"""Whether the products planted to be bought together are offered for each other.

`python -m tests.evals.planted_offers FOLDER` prints, for each planted pair, how many of those who
have the first product and not the second get the second among their first three offers, and how
many would by popularity; FOLDER is a demo warehouse with its truth.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from analytics.analyses.answering import proportion_ci95
from analytics.analyses.kind import Context
from analytics.analyses.offer_reading import read_shop
from analytics.catalogue import load_catalogue
from analytics.customers.offers import FIRST, reason_for, score_rows
from analytics.customers.recommendation import popularity
from analytics.query.warehouse import DuckDBWarehouse


def main(folder: Path) -> dict[str, Any]:
    """Return the test of the way to recommend, and how each planted pair fares."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    warehouse = DuckDBWarehouse(folder)
    context = Context(warehouse=warehouse, catalogue=load_catalogue(), as_of=warehouse.as_of())
    shop = read_shop(context)
    baskets = shop.holdings.baskets
    scores = score_rows(shop.scorer, baskets, shop.eligible)
    common = score_rows(popularity(baskets), baskets, shop.eligible)
    has = np.asarray(baskets.todense()) > 0
    ids = shop.holdings.product_ids.tolist()
    pairs = []
    for pair in truth["pairs"]:
        a, b = ids.index(pair["product_id"]), ids.index(pair["with_product_id"])
        open_rows = np.flatnonzero(has[:, a] & ~has[:, b])
        reasons = [reason_for(shop.pairs, np.flatnonzero(has[r]), b, 20) for r in open_rows[:500]]
        pairs.append({
            "pair": pair["names"],
            "among_first": _told(scores[open_rows], b),
            "by_popularity": _told(common[open_rows], b)["share"],
            "reason_is_the_partner": round(float(np.mean([each == a for each in reasons])), 3),
        })  # fmt: skip
    trial = shop.trial
    return {
        "way": trial.name,
        "tested": {
            "n": trial.n,
            "hit": round(trial.hit, 3),
            "ci95": [round(each, 3) for each in trial.ci95],
            "popularity": round(trial.popular, 3),
            "difference_ci95": [round(each, 3) for each in trial.difference_ci95],
        },
        "pairs": pairs,
    }


def _told(scores: np.ndarray, offer: int) -> dict[str, Any]:
    first = np.argsort(-scores, axis=1, kind="stable")[:, :FIRST]
    n_hit, n = int((first == offer).any(axis=1).sum()), len(scores)
    low, high = proportion_ci95(n_hit, n)
    return {"n": n, "share": round(n_hit / n, 3), "ci95": [round(low, 3), round(high, 3)]}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1])), indent=1))
