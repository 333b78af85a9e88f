"""`python -m tests.evals.transcripts --home DIR --kind helpdesk|insights --out FILE`.

Asks twenty questions of a real installation and writes down what came back, good and bad.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from assistant.bootstrap import build_assistant
from assistant.cli.ask import plain_lines
from assistant.config import load_settings
from assistant.model import Asker
from assistant.wire import turn_to_json

HELPDESK = (
    "Outlook keeps asking for my password",
    "How do I recall an e-mail I already sent?",
    "My calendar shows meetings that were deleted",
    "How do I get my Android phone into Company Portal?",
    "OneDrive is stuck on processing changes",
    "What is the error 0x80070005 when I install Office?",
    "teams mic not working",
    "Excel opens a blank grey window",
    "How do I reset the PIN of my work phone?",
    "I cannot send to a distribution list, it bounces with 5.7.1",
    "SharePoint search does not find a file I uploaded yesterday",
    "Word craches when i print",
    "How do I request a new laptop at 18F?",
    "How long is my sick leave kept when I leave?",
    "How do I share a Google calendar with my team?",
    "My company phone says the device is not compliant",
    "How do I move my mailbox archive to another data centre in Brazil?",
    "The coffee machine on the third floor is leaking",
    "How do I configure a Cisco ASA firewall?",
    "Who won the football match yesterday?",
)
INSIGHTS = (
    "How much revenue did we make last month?",
    "Revenue by region in 2025",
    "Compare orders in May 2026 with May 2025",
    "Which five products sold the most units last quarter?",
    "Average order value of premium customers this year",
    "Conversion rate by device, monthly since January 2026",
    "Churn rate by plan",
    "Which customers are likely to leave?",
    "What drives churn?",
    "Tickets by category last quarter",
    "What share of tickets comes in by chat?",
    "SLA compliance by team in 2026",
    "How many incidents were caused by deployments this year?",
    "Availability of each service last month",
    "NPS by month over the last six months",
    "How is gross margin defined?",
    "active customers",
    "What is our market share?",
    "Forecast revenue for the next quarter",
    "average salary by team",
)
MAX_LINES = 14


def transcript(number: int, question: str, body: dict[str, Any]) -> str:
    lines = plain_lines(body)[:-1]
    shown = lines[:MAX_LINES]
    if len(lines) > MAX_LINES:
        shown.append(f"[{len(lines) - MAX_LINES} more lines]")
    text = "\n".join(shown).rstrip().replace("```", "'''")
    total_ms = body["timings_ms"]["total"]
    return (
        f"### {number}. {question}\n\n"
        f"*{body['outcome']}, {body['route']}, confidence {body['confidence']:.2f}, "
        f"{total_ms:.0f} ms*\n\n```text\n{text}\n```\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Write a transcript of twenty questions.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--kind", choices=["helpdesk", "insights"], required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    assistant = build_assistant(load_settings(overrides={"home": given.home}))
    assistant.warm_up()
    questions = HELPDESK if given.kind == "helpdesk" else INSIGHTS
    parts = []
    counts: dict[str, int] = {}
    for number, question in enumerate(questions, start=1):
        body = turn_to_json(assistant.ask(question, asker=Asker(user_id="transcript")))
        counts[body["outcome"]] = counts.get(body["outcome"], 0) + 1
        parts.append(transcript(number, question, body))
    tally = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    given.out.write_text(f"Outcomes: {tally}.\n\n" + "\n".join(parts), encoding="utf-8")
    print(tally)
    return 0


if __name__ == "__main__":
    sys.exit(main())
