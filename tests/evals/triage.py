"""Spam among text messages, cross-validated: the command's own report, shortened.

python -m tests.evals.triage [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path

from analytics.tables.reading import read_table
from analytics.tables.triage import TriageOptions, analyse_triage

SHARED = Path(os.environ.get("DESKWISE_SHARED", Path(__file__).parents[3] / "shared"))
FILE = SHARED / "data" / "operations" / "sms-spam" / "spam.csv"
SHOWN = (
    "n", "model", "accuracy", "macro_f1", "ece", "recall", "false_alarm_rate",
    "recall_at_false_alarms", "baseline", "rivals", "learning_curve",
)  # fmt: skip


def shortened(values: Mapping[str, object]) -> dict[str, object]:
    """Return the figures that are published."""
    return {name: values[name] for name in SHOWN}


def main() -> None:
    """Print the figures and write them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    options = TriageOptions(text=("Message",), target="Category")
    result = shortened(analyse_triage(read_table(FILE), options).values)
    print(json.dumps(result, indent=1))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
