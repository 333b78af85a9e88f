"""`deskwise demo`: the demo company, made when it is not there, and served."""

from __future__ import annotations

from pathlib import Path

import click

import knowledge_base
from analytics.demo import generate
from assistant.bootstrap import Parts, build_assistant
from assistant.cli.knowledge import ingest_sources, keep_run
from assistant.cli.models import train_all
from assistant.cli.output import progress, working
from assistant.cli.serve import serve_forever
from assistant.cli.settings import current_settings, home_option
from assistant.config import Settings
from assistant.operating.reading import DEFAULT_TICKET_ACL
from knowledge_base.model import EVERYONE
from knowledge_base.ports import Source
from knowledge_base.sources.markdown import MarkdownSource
from knowledge_base.sources.tickets import TicketSource

CONTENT = Path(knowledge_base.__file__).parent / "content"
N_QUESTIONS_SHOWN = 3


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port to serve on.")
@click.option("--no-serve", is_flag=True, help="Make everything, then stop.")
@click.option(
    "--customers",
    type=click.IntRange(min=100),
    default=20_000,
    show_default=True,
    help="Customers of the demo warehouse.",
)
@home_option
def demo(port: int | None, no_serve: bool, customers: int) -> None:
    """Make the demo company and serve it."""
    settings = current_settings(port=port)
    make_demo(settings, n_customers=customers)
    progress("")
    progress("Three questions to try:")
    for question in build_assistant(settings).examples()[:N_QUESTIONS_SHOWN]:
        progress(f"  {question}")
    progress("")
    if no_serve:
        progress(f"Everything is in {settings.home}. `deskwise serve` shows the page.")
    else:
        serve_forever(settings)


def make_demo(settings: Settings, *, n_customers: int) -> None:
    """Make what of the demo company is missing; what is there stays as it is."""
    parts = Parts(settings)
    if not settings.warehouse_dir.is_dir():
        with working("Making the demo warehouse …") as show:
            generate(out=settings.warehouse_dir, n_customers=n_customers, progress=show)
    sources = demo_sources()
    report = ingest_sources(parts, sources)
    keep_run(parts, report, sources[:1], "articles", (EVERYONE,))
    keep_run(parts, report, sources[1:], "tickets", DEFAULT_TICKET_ACL)
    progress(
        f"{report.n_passages:,} passages of articles and past tickets are in the index "
        f"({len(report.added):,} documents added, {len(report.unchanged):,} unchanged)."
    )
    train_all(parts, only_missing=True)


def demo_sources() -> list[Source]:
    """Return the articles and tickets that come with the program."""
    articles = MarkdownSource(root=CONTENT / "articles", name="articles", acl=(EVERYONE,))
    tickets = [
        TicketSource(path=path, name=f"tickets/{path.stem}", acl=DEFAULT_TICKET_ACL)
        for path in sorted((CONTENT / "tickets").glob("*.jsonl"))
    ]
    return [articles, *tickets]
