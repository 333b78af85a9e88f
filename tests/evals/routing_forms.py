"""Where everyday wishes go, in many forms with many things: `… tests.evals.routing_forms HOME`.

Prints, for each route, how many of the texts of routing/forms.yaml reach it, with a 95 % Wilson
interval, and the forms that fail most. A question back ("no route") counts apart.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import yaml

from assistant.bootstrap import Parts
from assistant.config import Settings
from assistant.evaluation.metrics import wilson_interval

FORMS = Path(__file__).resolve().parent / "routing" / "forms.yaml"


def main(home: Path) -> None:
    """Ask the router of a home."""
    router = Parts(Settings(home=home)).router
    for label, group in yaml.safe_load(FORMS.read_text(encoding="utf-8")).items():
        failed: Counter[str] = Counter()
        n_unsure = n_right = n = 0
        for form in group["forms"]:
            for thing in group["things"]:
                route = router.route(form.replace("{}", thing)).route
                n += 1
                n_right += route in group["accept"]
                n_unsure += route is None
                failed[form] += route is not None and route not in group["accept"]
        low, high = wilson_interval(n_right, n) or (0.0, 1.0)
        worst = ", ".join(f"“{form}” {count}" for form, count in failed.most_common(3) if count)
        print(
            f"{label}: {n_right} of {n} ({n_right / n:.3f}, {low:.3f} to {high:.3f}), "
            f"{n_unsure} asked back; most often wrong: {worst or 'none'}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
