"""`deskwise ingest`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from assistant.accounts.tokens import CLI
from assistant.bootstrap import Parts
from assistant.cli.output import json_option, say, working, write_json
from assistant.cli.settings import current_settings, home_option
from assistant.operating.reading import DEFAULT_TICKET_ACL, source_at
from assistant.operating.runs import run_of
from knowledge_base.indexing import Progress
from knowledge_base.ingest import ingest as run_ingest
from knowledge_base.model import IngestReport
from knowledge_base.ports import Source

MAX_FAILURES_SHOWN = 50
FOR_NOBODY = (
    "Articles that name no groups themselves are for nobody: name some with --acl, "
    "or --acl everyone."
)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--kind", type=click.Choice(["articles", "tickets"]), default="articles", show_default=True
)
@click.option("--acl", metavar="GROUP,…", help="Groups that may read what names none itself.")
@home_option
@json_option
def ingest(paths: tuple[Path, ...], kind: str, acl: str | None, json_file: str | None) -> None:
    """Bring articles or past tickets into the index.

    Articles are folders, files or archives (ZIP, TAR.GZ) of Markdown, HTML, PDF, DOCX, PPTX, XLSX,
    EML and text; tickets are CSV, JSON or XLSX files. Incremental: what has not changed is left
    alone, what is gone from a folder is removed.
    """
    groups = tuple(item.strip() for item in acl.split(",") if item.strip()) if acl else None
    parts = Parts(current_settings())
    with parts.parser:
        sources = [source_of(path, kind, groups, parts) for path in paths]
        report = ingest_sources(parts, sources)
    default = parts.settings.missing_acl if kind == "articles" else DEFAULT_TICKET_ACL
    keep_run(parts, report, sources, kind, groups or default)
    write_json(report_json(report), json_file)
    if json_file != "-":
        for line in report_lines(report):
            say(line)
        if kind == "articles" and not (groups or parts.settings.missing_acl):
            say(FOR_NOBODY)


def source_of(path: Path, kind: str, groups: tuple[str, ...] | None, parts: Parts) -> Source:
    """Return the source of a path.

    Raises
    ------
    SourceError
        When nothing is there, or it is of a kind that is not read.
    """
    return source_at(
        path,
        kind,
        groups or (parts.settings.missing_acl if kind == "articles" else DEFAULT_TICKET_ACL),
        parser=parts.parser,
        known=parts.documents.document,
    )


def keep_run(
    parts: Parts, report: IngestReport, sources: list[Source], kind: str, acl: tuple[str, ...]
) -> None:
    """Keep what an ingest did, for the operators' page."""
    run = run_of(
        report,
        sources=[source.name for source in sources],
        kind="tickets" if kind == "tickets" else "articles",
        acl=acl,
        by=CLI,
        at=parts.clock.now(),
    )
    parts.ingest_runs.add(run)


def ingest_sources(parts: Parts, sources: list[Source]) -> IngestReport:
    """Run an ingest with its progress shown."""
    with working("Ingesting …") as show:
        return run_ingest(
            sources,
            store=parts.documents,
            encoder=parts.encoder,
            snapshots=parts.snapshots,
            settings=parts.knowledge_settings,
            progress=progress_of(show),
        )


def progress_of(show: Callable[[str], None]) -> Progress:
    """Return what tells a running ingest's stage in words."""
    words = {"read": "read", "encode": "passages encoded"}

    def tell(stage: str, done: int, total: int | None) -> None:
        of = f" of {total:,}" if total is not None else ""
        show(f"{done:,}{of} {words.get(stage, stage)}")

    return tell


def report_json(report: IngestReport) -> dict[str, Any]:
    """Return an ingest's report as JSON: counts, and every failure with its reason."""
    failed = [item for item in report.failed if not item.is_skipped]
    skipped = [item for item in report.failed if item.is_skipped]
    return {
        "added": len(report.added),
        "changed": len(report.changed),
        "unchanged": len(report.unchanged),
        "removed": len(report.removed),
        "failed": [{"source": item.source, "reason": item.reason} for item in failed],
        "skipped": [{"source": item.source, "reason": item.reason} for item in skipped],
        "n_passages": report.n_passages,
        "n_encoded": report.n_encoded,
        "duration_s": round(report.duration_s, 2),
    }


def report_lines(report: IngestReport) -> list[str]:
    """Return an ingest's report as lines for a terminal."""
    body = report_json(report)
    lines = [
        f"added {body['added']:,}, changed {body['changed']:,}, "
        f"unchanged {body['unchanged']:,}, removed {body['removed']:,}, "
        f"failed {len(body['failed']):,}, skipped {len(body['skipped']):,}",
        f"{report.n_passages:,} passages in the index, {report.n_encoded:,} newly encoded, "
        f"{report.duration_s:.1f} s",
    ]
    for kind in ("failed", "skipped"):
        shown = body[kind][:MAX_FAILURES_SHOWN]
        lines += [f"{kind}: {item['source']}: {item['reason']}" for item in shown]
        more = len(body[kind]) - len(shown)
        if more > 0:
            lines.append(f"… {more:,} more {kind}; --json FILE lists all")
    return lines
