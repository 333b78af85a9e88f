"""The analyses of a table on public data: churn on Telco, recommendations on Online Retail.

python -m tests.evals.customer_tables [--only churn|recommend] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from analytics.tables.churn import ChurnOptions, analyse_churn
from analytics.tables.reading import read_table
from analytics.tables.recommend import RecommendOptions, analyse_recommend

SHARED = Path(os.environ.get("DESKWISE_SHARED", Path(__file__).parents[3] / "shared"))
FOLDER = SHARED / "data" / "customer"


def churn() -> dict[str, Any]:
    """Five times five folds on the Telco customers."""
    table = read_table(FOLDER / "telco-churn" / "Telco-Customer-Churn.csv")
    values = analyse_churn(
        table, ChurnOptions(target="Churn", positive="Yes", id="customerID")
    ).values
    wanted = ("n", "roc_auc", "pr_auc", "brier", "ece", "dummy", "models_chosen", "cv")
    return {name: values[name] for name in wanted}


def recommend() -> dict[str, Any]:
    """Each customer's last new item among the purchases of Online Retail."""
    table = read_table(FOLDER / "online-retail" / "online_retail_full.csv.gz")
    options = RecommendOptions(customer="CustomerID", item="StockCode", date="InvoiceDate")
    values = analyse_recommend(table, options).values
    return {name: found for name, found in values.items() if name not in ("rules", "notes")}


EVALS: dict[str, Callable[[], dict[str, Any]]] = {"churn": churn, "recommend": recommend}


def main() -> None:
    """Print the scores and write them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=sorted(EVALS))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    result: dict[str, Any] = {}
    for name, evaluate in EVALS.items():
        if given.only in (None, name):
            started = time.process_time()
            result[name] = {**evaluate(), "cpu_s": 0.0}
            result[name]["cpu_s"] = round(time.process_time() - started, 1)
    print(json.dumps(result, indent=1))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
