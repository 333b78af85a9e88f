"""`make bench [NAMES=…]`: run the benchmarks and write one JSON file for each."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

from tests.benchmarks import answering, encoding, finding, scale, sources

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "bench"
BENCHMARKS = {
    "encoding": encoding.run,
    "finding": finding.run,
    "answering": answering.run,
    "sources": sources.run,
    "scale": scale.run,
}


def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        sys.exit(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    for name in names or list(BENCHMARKS):
        print(f"{name} …", flush=True)
        result = {"benchmark": name, "python": platform.python_version(), **BENCHMARKS[name]()}
        text = json.dumps(result, indent=2)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
