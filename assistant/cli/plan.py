"""`deskwise plan`: the list of whom to write to under a budget, checked and recorded."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from analytics.analyses.kind import Context
from analytics.analyses.targeting_answers import facts_of, finding_of, unfair_words
from analytics.analyses.targeting_plan import (
    HOLD_OUT,
    REST_DAYS,
    SEED,
    Plan,
    Wish,
    ground_of,
    plan_of,
)
from analytics.describe.export import to_csv
from analytics.errors import InputError
from assistant.accounts.model import AuditNote
from assistant.bootstrap import Parts
from assistant.cli.accounts import accounts_here
from assistant.cli.output import json_option, say, working, write_json
from assistant.cli.settings import current_settings, home_option


@click.command()
@click.option("--budget", type=click.FloatRange(min=0, min_open=True), help="Money at most.")
@click.option("--most", type=click.IntRange(min=1), help="Contacts at most.")
@click.option(
    "--cost",
    type=click.FloatRange(min=0, min_open=True),
    help="Of one contact. [what was spent for each message so far]",
)
@click.option("--action", "actions", multiple=True, help="Such as `win-back by email`; repeatable.")
@click.option("--rest-days", type=click.IntRange(min=0), default=REST_DAYS, show_default=True)
@click.option("--hold-out", type=click.FloatRange(0, 0.5), default=HOLD_OUT, show_default=True)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Decides who is held out.")
@click.option("--as-of", type=click.DateTime(formats=["%Y-%m-%d"]), help="[newest data]")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--override-fairness", metavar="REASON", help="Write a list that fails the check.")
@click.option("--without-consent", metavar="REASON", help="Write a list without recorded consent.")
@home_option
@json_option
def plan(
    out: Path,
    as_of: datetime | None,
    override_fairness: str | None,
    without_consent: str | None,
    json_file: str | None,
    **given: Any,
) -> None:
    """Write whom to contact, with what, under a budget, and who is held out, as CSV."""
    reasons = {"fairness": override_fairness, "consent": without_consent}
    _check_reasons(reasons)
    settings = current_settings()
    parts = Parts(settings)
    tables = parts.tables
    context = Context(
        warehouse=tables,
        catalogue=parts.catalogue,
        as_of=as_of.date() if as_of else tables.as_of(),
        consent=settings.consent_file,
    )
    wish = Wish(filters=(), **given)
    with working("Learning from campaigns with a control group …"):
        made = plan_of(wish, ground_of(wish, context))
    _check(made, context, reasons)
    finding = finding_of(made, context, n_shown=None)
    told = _told(made)
    # Recorded first: a list that nobody can trace must not exist.
    detail = told | {f"override_{name}": reason for name, reason in reasons.items() if reason}
    accounts_here().record(
        AuditNote(action="plan.written", actor="cli", subject=out.name, detail=detail)
    )
    _write(out, to_csv(finding))
    write_json(told, json_file)
    if json_file != "-":
        for line in finding.text.splitlines():
            say(line)
        say(f"{len(finding.rows):,} rows in {out}")


def _check_reasons(reasons: dict[str, str | None]) -> None:
    for name, reason in reasons.items():
        if reason is not None and len(reason.strip()) < 10:
            raise InputError(
                f"The reason to go without the check of {name} is {reason!r}.",
                hint="Write a sentence: it is kept in the audit log.",
            )


def _check(made: Plan, context: Context, reasons: dict[str, str | None]) -> None:
    """Refuse a list that fails a check, unless a reason to go without it is given."""
    if len(made.rows) and not made.ground.has_consent and not reasons["consent"]:
        raise InputError(
            f"No consent is recorded: {context.consent} is not there.",
            hint="Put customer_id,consent[,channel] into it, or give --without-consent REASON.",
        )
    if made.fairness.failed and not reasons["fairness"]:
        raise InputError(
            unfair_words(facts_of(made, context)),
            hint="Change the budget or the actions, or give --override-fairness REASON.",
        )


def _told(made: Plan) -> dict[str, Any]:
    low, high = made.profit_ci95
    return {
        "contacts": len(made.contacted),
        "held_out": int(made.held.sum()),
        "cost": round(made.spent, 2),
        "expected_profit": {"mean": round(made.profit, 2), "ci95": [round(low, 2), round(high, 2)]},
        "expected_extra_orders": round(made.orders, 2),
        "seed": made.wish.seed,
        "four_fifths": {name: round(ratio, 3) for name, ratio in made.fairness.ratios.items()},
        "consent_recorded": made.ground.has_consent,
        "without_consent_left_out": made.ground.n_without_consent,
    }


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InputError(
            f"Cannot write {out}: {error.strerror}.", hint="Name a file in a folder that exists."
        ) from error
