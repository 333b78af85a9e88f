"""Whether whom the plan writes to are those whom messages truly change, in the demo warehouse.

`python -m tests.evals.planted_targets FOLDER` prints, for several budgets at 2 a contact, the true
extra chance of ordering of those chosen against everybody who could have been, the true gain
against the stated interval, and the Qini; FOLDER is a demo warehouse with its truth.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.analyses.kind import Context
from analytics.analyses.targeting_plan import Wish, ground_of, plan_of
from analytics.catalogue import load_catalogue
from analytics.query.warehouse import DuckDBWarehouse

COST = 2.0
BUDGETS = (1_000.0, 3_000.0, 10_000.0)


def main(folder: Path) -> dict[str, Any]:
    """Return figures for each budget, and the Qini of the newest campaigns."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    warehouse = DuckDBWarehouse(folder)
    context = Context(warehouse=warehouse, catalogue=load_catalogue(), as_of=warehouse.as_of())
    wish = Wish(
        budget=None, most=None, cost=COST, rest_days=14, hold_out=0.1, actions=(), filters=()
    )
    ground = ground_of(wish, context)
    true = _true_effects(ground.people, truth, context)
    trial = ground.learnt.trial
    assert trial is not None
    found: dict[str, Any] = {
        "qini_per_1000": [round(1000 * each, 2) for each in (trial.qini, *trial.ci95)],
        "n": trial.n,
        "everybody": _mean(true),
    }
    for budget in BUDGETS:
        plan = plan_of(
            Wish(budget=budget, most=None, cost=COST, rest_days=14, hold_out=0.1, actions=(),
                 filters=()), ground)  # fmt: skip
        rows = plan.contacted
        worth = ground.people["worth"].to_numpy()[rows]
        gain = float((true[rows] * worth).sum()) - plan.spent
        random = np.random.default_rng(7).permutation(len(ground.people))[: len(rows)]
        by_chance = float((true[random] * ground.people["worth"].to_numpy()[random]).sum())
        found[f"budget_{budget:g}"] = {
            "n": len(rows),
            "true_extra_chance": _mean(true[rows]),
            "stated_profit": [round(each) for each in (plan.profit, *plan.profit_ci95)],
            "true_profit": round(gain),
            "true_profit_of_as_many_by_chance": round(by_chance - plan.spent),
            "fails_four_fifths_for": list(plan.fairness.failed),
        }
    return found


def _true_effects(
    people: pd.DataFrame, truth: dict[str, Any], context: Context
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the planted extra chance of each customer with the action chosen for them."""
    table = context.warehouse.table("campaigns")
    campaigns, _ = context.warehouse.run(table)
    named = dict(
        zip(campaigns["campaign_id"], campaigns["objective"] + " by " + campaigns["channel"],
            strict=True)
    )  # fmt: skip
    sums: dict[str, list[float]] = {}
    for one in truth["campaigns"]:
        if one["n_contacts"].get("control"):
            sent = {k: n for k, n in one["n_contacts"].items() if k != "control"}
            effect = sum(n * one["effect_per_uplift_1"][k] for k, n in sent.items())
            total = sums.setdefault(named[one["campaign_id"]], [0.0, 0.0])
            total[0] += effect
            total[1] += sum(sent.values())
    per_action = {action: effect / n for action, (effect, n) in sums.items()}
    segments = truth["segments"]
    uplift = {each["name"]: each["uplift"] for each in segments["parameters"]}
    names, labels = segments["names"], segments["labels"]
    of = [uplift[names[int(labels[number - 1])]] for number in people["customer_id"]]
    factor = np.array(of, dtype=np.float64)
    return np.asarray(factor * people["action"].map(per_action).to_numpy(dtype=np.float64))


def _mean(values: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Any]:
    reach = 1.96 * float(values.std(ddof=1)) / len(values) ** 0.5
    mean = float(values.mean())
    return {
        "mean": round(mean, 4),
        "ci95": [round(mean - reach, 4), round(mean + reach, 4)],
        "n": len(values),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1])), indent=1))
