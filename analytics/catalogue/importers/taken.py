"""What was taken over from another tool, what was not and why, and the files it is written to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from analytics.errors import ImportedModelError

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that was not taken over."""

    kind: str
    """What it is there ("measure", "metric")."""
    name: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Taken:
    """The three files as they grow, and what is left out."""

    entities: dict[str, Entry] = field(default_factory=dict)
    facts: dict[str, Entry] = field(default_factory=dict)
    newest: list[str] = field(default_factory=list)
    measures: dict[str, Entry] = field(default_factory=dict)
    metrics: dict[str, Entry] = field(default_factory=dict)
    dimensions: dict[str, Entry] = field(default_factory=dict)
    left: list[LeftOut] = field(default_factory=list)

    def leave(self, kind: str, name: str, reason: str) -> None:
        """Note what is not taken over."""
        self.left.append(LeftOut(kind=kind, name=name, reason=reason))


_HEADER = (
    "# Taken over from dbt semantic models. dbt knows no units and no rights: check `unit`, and\n"
    "# who may see what (`access`).\n"
)


def write_catalogue(taken: Taken, out: Path) -> None:
    """Write facts.yaml, metrics.yaml and dimensions.yaml; files that are there are not replaced.

    Raises
    ------
    ImportedModelError
        When one of the files exists, or the folder cannot be written.
    """
    files = {
        "facts.yaml": {
            "newest": taken.newest,
            "entities": taken.entities,
            "facts": taken.facts,
        },
        "metrics.yaml": {
            "access": ["everyone"],
            "measures": taken.measures,
            "metrics": list(taken.metrics.values()),
        },
        "dimensions.yaml": {
            "access": ["everyone"],
            "dimensions": list(taken.dimensions.values()),
        },
    }
    there = [name for name in files if (out / name).exists()]
    if there:
        raise ImportedModelError(
            f"{out} already has {', '.join(there)}.",
            hint="Name an empty folder; what you have written there is not replaced.",
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
            (out / name).write_text(_HEADER + text, encoding="utf-8")
    except OSError as error:
        raise ImportedModelError(
            f"Cannot write to {out}: {error.strerror}.", hint="Name a folder you may write to."
        ) from error
