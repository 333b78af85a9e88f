"""Whether the effects planted in the demo warehouse are recovered by the answers in chat.

`python -m tests.evals.planted_effects FOLDER` prints how many true effects lie inside their
95 % intervals, with n and Wilson's interval; FOLDER is a demo warehouse with its truth.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from analytics.analyses.answering import proportion_ci95
from analytics.catalogue import load_catalogue
from analytics.insights import CatalogueInsights
from analytics.model import Finding
from analytics.query.warehouse import DuckDBWarehouse


def main(folder: Path) -> dict[str, Any]:
    """Return counts of effects inside their intervals, planted pairs and the leak found."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    insights = CatalogueInsights(warehouse=DuckDBWarehouse(folder), catalogue=load_catalogue())
    campaigns = _campaigns(insights, truth)
    experiments = _experiments(insights, truth)
    baskets = _answer(insights, "Which products are bought together?")
    planted = {frozenset(pair["names"]) for pair in truth["pairs"]}
    told = {frozenset((str(row[1]), str(row[2]))) for row in baskets.rows}
    funnel = _answer(insights, "Where do we lose visitors on the way to the purchase?")
    n_found = len(planted & told)
    return {
        "campaigns_inside": _told(campaigns),
        "experiments_inside": _told(experiments),
        "pairs_found": {"n": len(planted), "found": n_found, "others": len(told) - n_found},
        "leak_found": "on mobile" in funnel.text and "checkout to purchase" in funnel.text,
    }


def _answer(insights: CatalogueInsights, text: str) -> Finding:
    found = insights.ask(text)
    assert isinstance(found, Finding), found
    return found


def _campaigns(insights: CatalogueInsights, truth: dict[str, Any]) -> list[bool]:
    planted = {each["campaign_id"]: each for each in truth["campaigns"]}
    inside = []
    for row in _answer(insights, "What was the effect of all campaigns?").rows:
        one, held_out = planted[row[1]], float(str(row[5]))
        sent = {name: n for name, n in one["n_contacts"].items() if name != "control"}
        caused = sum(n * one["mean_effect"][name] for name, n in sent.items()) / sum(sent.values())
        # An extra order only counts for those who would not have ordered anyway.
        inside.append(float(str(row[7])) <= caused * (1 - held_out) <= float(str(row[8])))
    return inside


def _experiments(insights: CatalogueInsights, truth: dict[str, Any]) -> list[bool]:
    inside = []
    for one in truth["experiments"]:
        if one["extra_line_probability"] or one["lost_treatment_without_order"]:
            continue
        found = _answer(insights, f"Result of experiment {one['experiment_id']}")
        base, low, high = (float(str(found.rows[r][c])) for r, c in ((0, 2), (1, 4), (1, 5)))
        inside.append(low <= one["extra_order_probability"] * (1 - base) <= high)
    return inside


def _told(inside: list[bool]) -> dict[str, object]:
    n = len(inside)
    low, high = proportion_ci95(sum(inside), n)
    return {"n": n, "inside": sum(inside), "ci95": [round(low, 3), round(high, 3)]}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1])), indent=1))
