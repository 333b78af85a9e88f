"""`deskwise ask`."""

from __future__ import annotations

from typing import Any

import click

from assistant.bootstrap import build_assistant
from assistant.cli.output import json_option, progress, say, write_json
from assistant.cli.saving import check_names, save_files
from assistant.cli.settings import current_settings, home_option
from assistant.model import Asker
from assistant.wire import turn_to_json
from knowledge_base.model import EVERYONE

MAX_TABLE_ROWS = 20


@click.command()
@click.argument("text")
@click.option("--as", "user_id", default="cli", show_default=True, help="Who asks.")
@click.option("--group", "groups", multiple=True, help="A group the asker is in; repeatable.")
@click.option("--conversation", "conversation_id", help="Go on with this conversation.")
@click.option("--chart", metavar="FILE", help="Draw the answer's chart to FILE.png or FILE.svg.")
@click.option("--export", metavar="FILE", help="Save the figures to FILE.csv or FILE.xlsx.")
@home_option
@json_option
def ask(
    text: str,
    user_id: str,
    groups: tuple[str, ...],
    conversation_id: str | None,
    json_file: str | None,
    **files: str | None,
) -> None:
    """Ask one question, of any kind."""
    check_names(**files)
    assistant = build_assistant(current_settings())
    asker = Asker(user_id=user_id, groups=tuple(dict.fromkeys((EVERYONE, *groups))), is_known=True)
    turn = assistant.ask(text, asker=asker, conversation_id=conversation_id)
    body = turn_to_json(turn)
    write_json(body, json_file)
    if json_file != "-":
        for line in plain_lines(body):
            say(line)
    for name in save_files(turn.outcome, **files):
        progress(f"Wrote {name}.")


def plain_lines(body: dict[str, Any]) -> list[str]:
    """Return a turn as lines for a terminal."""
    lines = [body["text"]]
    finding = body["finding"]
    if finding and len(finding["rows"]) > 1:
        lines += ["", *_table(finding)]
    for number, choice in enumerate(body["choices"], start=1):
        lines.append(f"  {number}. {choice['label']}")
    if body["outcome"] == "abstention" and body["suggestions"]:
        lines += ["", "  What works:", *(f"    {item}" for item in body["suggestions"])]
    cited = body["citations"] or body["nearest"]
    if cited:
        lines.append("")
        seen = dict.fromkeys((item["title"], item["document_id"]) for item in cited)
        lines += [f"  [{title}] {document_id}" for title, document_id in seen]
    for item in body["searched_also"]:
        lines.append(f"  Searched also for “{item['meaning']}” ({item['written']}).")
    if finding:
        receipt = finding["receipt"]
        lines += ["", f"  {receipt['definition']}", f"  Period: {receipt['period']}"]
        lines += [f"  Filter: {item}" for item in receipt["filters"]]
        lines += [f"  Note: {item}" for item in receipt["notes"]]
        told = [item["text"] for item in receipt["checks"] if item["text"] not in receipt["notes"]]
        lines += [f"  Check: {text}" for text in told]
    lines += ["", f"  ({body['outcome']}, {body['route']}, conversation {body['conversation_id']})"]
    return lines


def _table(finding: dict[str, Any]) -> list[str]:
    cells = [[column["label"] for column in finding["columns"]]]
    cells += [[_cell(cell) for cell in row] for row in finding["rows"][:MAX_TABLE_ROWS]]
    widths = [max(len(row[index]) for row in cells) for index in range(len(cells[0]))]
    lines = [
        "  ".join(
            text.rjust(width) if finding["columns"][index]["unit"] else text.ljust(width)
            for index, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    more = len(finding["rows"]) - MAX_TABLE_ROWS
    return [*lines, f"… {more} more rows"] if more > 0 else lines


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
