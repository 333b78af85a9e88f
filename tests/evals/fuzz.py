"""`make fuzz`: made-up requests by everybody at every route, and every hostile input everywhere.

The suite runs a small part of both; this takes the better part of an hour.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.integration.web.fuzz import fuzz
from tests.integration.web.hostile import load_corpus, operations
from tests.integration.web.test_hostile import tried
from tests.integration.web.whole import ARTICLES, open_whole


def main(n_examples: int) -> None:
    logging.disable(logging.CRITICAL)
    planted = {f"planted/{name}.md": text for name, text in load_corpus()["articles"].items()}
    n_wrong = 0
    with open_whole(Path(tempfile.mkdtemp()), {**ARTICLES, **planted}) as whole:
        print(f"{len(operations(whole))} routes", flush=True)
        started = time.monotonic()
        sent, wrong = asyncio.run(fuzz(whole, n_examples=n_examples, is_quick=False))
        print(f"{sent.total()} made-up requests, {time.monotonic() - started:.0f} s", dict(sent))
        print(*sorted(set(wrong)), sep="\n", flush=True)
        started = time.monotonic()
        sent, found = tried(whole, thorough=True)
        print(f"{sent.total()} hostile requests, {time.monotonic() - started:.0f} s", dict(sent))
        print(*(f"{what}: {told}" for what, told in found.items()), sep="\n", flush=True)
        n_wrong = len(wrong) + len(found)
    sys.exit(f"{n_wrong} answers are wrong" if n_wrong else 0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
