"""From a manager's question to its checked answer: how long, and how it grows with the warehouse.

    python -m tests.benchmarks.insights --customers 20000 --out docs/bench/insights.json

Each question is asked once with nothing remembered (the second computation included) and once
again; loading the library and reading the words of the warehouse are timed apart.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np

from analytics import demo
from analytics.catalogue import load_catalogue
from analytics.insights import CatalogueInsights
from analytics.model import Finding
from analytics.query.warehouse import DuckDBWarehouse

QUESTIONS = (
    "revenue last month",
    "revenue by region last year",
    "tickets by team this year",
    "orders per month in 2025",
    "churn rate by plan",
    "revenue last month compared with the month before",
    "top 5 products by revenue last quarter",
    "average order value by channel",
    "active customers in May",
    "gross margin by product category in 2025",
    "csat by month this year",
    "mttr by service",
    "conversion rate by device last month",
    "sessions by source this quarter",
    "open tickets by priority",
    "new customers per week this year",
    "share of orders by channel",
    "return rate by region",
    "availability by service last month",
    "units sold by product in May",
    "sla compliance by team",
    "campaign spend by channel",
    "downtime by service this year",
    "premium customers by region",
)


def measured(folder: Path, as_of: date) -> dict[str, object]:
    """Ask every question of one warehouse."""
    began = time.perf_counter()
    insights = CatalogueInsights(warehouse=DuckDBWarehouse(folder), catalogue=load_catalogue())
    opened_s = time.perf_counter() - began
    insights.ask("incidents", as_of=as_of)  # imports and the first plan
    first, again, cpu, n_checked, unanswered = [], [], [], 0, []
    for question in QUESTIONS:
        for times in (first, again):
            start, busy = time.perf_counter(), time.process_time()
            found = insights.ask(question, as_of=as_of)
            if isinstance(found, Finding):
                times.append((time.perf_counter() - start) * 1000)
                if times is first:
                    cpu.append((time.process_time() - busy) * 1000)
        if isinstance(found, Finding):
            n_checked += bool(found.receipt.checks)
        else:
            unanswered.append(question)
    return {
        "n_questions": len(QUESTIONS),
        "n_answered": len(first),
        "n_checked_a_second_way": n_checked,
        "unanswered": unanswered,
        "p50_ms": round(float(np.percentile(first, 50)), 1),
        "p95_ms": round(float(np.percentile(first, 95)), 1),
        "max_ms": round(max(first), 1),
        "cpu_p50_ms": round(float(np.percentile(cpu, 50)), 1),
        "cpu_p95_ms": round(float(np.percentile(cpu, 95)), 1),
        "again_p50_ms": round(float(np.percentile(again, 50)), 1),
        "opened_s": round(opened_s, 2),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load_average": os.getloadavg()[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, nargs="+", default=[20_000])
    parser.add_argument("--warehouse", type=Path, help="a folder to use instead of making one")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    until = date(2026, 6, 30)
    found = json.loads(given.out.read_text()) if given.out.exists() else {}
    for n_customers in given.customers:
        if given.warehouse is not None:
            found[str(n_customers)] = measured(given.warehouse, until)
        else:
            with tempfile.TemporaryDirectory() as folder:
                demo.generate(out=Path(folder), n_customers=n_customers, seed=7, until=until)
                found[str(n_customers)] = measured(Path(folder), until)
        print(n_customers, found[str(n_customers)], flush=True)
        given.out.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
