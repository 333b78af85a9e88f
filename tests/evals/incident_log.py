"""Duration and missed targets of a ServiceNow-style log, from what is known at opening.

`python -m tests.evals.incident_log [ZIP]` prints scores on incidents opened after the cut (70 % of
the time), the model's beside the naive one's, and the columns that the guard refused. ZIP is
`operations/incident-log/IT_Incident_Data.zip` of the shared data.
"""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.operations.incident_outcomes import (
    Opened,
    Outcome,
    foretell_breach,
    foretell_hours,
    known_at_opening,
)

_FILE = "operations/incident-log/IT_Incident_Data.zip"
_MEMBER = "Master_Ticket_Dataset.csv"
_SEED = 0
# Numbers of rows and people who took part later, and the outcome itself.
_NOT_ASKED = ("number", "made_sla", "opened_at", "sys_created_at", "active", "incident_state")
_LATER = ("knowledge", "assigned_to", "problem_id", "rfc", "vendor", "caused_by", "reopen_count",
          "reassignment_count", "u_priority_confirmation", "notify")  # fmt: skip


def main(path: Path) -> dict[str, Any]:
    """Return scores of both outcomes."""
    with zipfile.ZipFile(path) as archive, archive.open(_MEMBER) as file:
        log = pd.read_csv(file, low_memory=False, dtype=str)
    first = log.drop_duplicates("number", keep="first").set_index("number")
    last = log.drop_duplicates("number", keep="last").set_index("number")
    # A log that begins later shows the incident as it became, not as it was opened.
    first = first[first["incident_state"].isin(["New", "Active"])]
    opened_at, over_at = _moments(first["opened_at"]), _moments(last["resolved_at"])[first.index]
    first = first[over_at.notna() & (over_at >= opened_at)]
    opened_at, over_at = opened_at[first.index], over_at[first.index]
    missed = (last.loc[first.index, "made_sla"].str.lower() == "false").to_numpy()
    columns = [name for name in first if name not in (*_NOT_ASKED, *_LATER)]
    candidates = first[columns].replace("?", np.nan).copy()
    for name in ("closed_at", "resolved_at", "sys_updated_at"):
        candidates[name] = _moments(first[name])
    table, refused = known_at_opening(candidates, opened_at, missed)
    cut = opened_at.sort_values().iloc[int(0.7 * len(opened_at))].floor("D")
    opened = Opened(table=table, opened_at=opened_at, over_at=over_at)
    hours = ((over_at - opened_at).dt.total_seconds() / 3600).to_numpy(dtype=np.float64)
    return {
        "n": len(first),
        "cut": cut.date().isoformat(),
        "used": list(table.columns),
        "refused": {each.column: each.reason for each in refused},
        "missed_target": _told(foretell_breach(opened, missed, cut, seed=_SEED)),
        "share_missed": round(float(missed.mean()), 3),
        "hours_to_solve": _told(foretell_hours(opened, hours, cut, seed=_SEED)),
    }


def _moments(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, format="%d/%m/%Y %H:%M", errors="coerce")


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "n_train": outcome.n_train,
        "n_test": outcome.n_test,
        "model": {name: score.as_json() for name, score in outcome.model.items()},
        "naive": {name: score.as_json() for name, score in outcome.naive.items()},
    }


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else None
    shared = Path(os.environ.get("DESKWISE_SHARED", "../shared"))
    print(json.dumps(main(Path(given) if given else shared / "data" / _FILE), indent=1))
