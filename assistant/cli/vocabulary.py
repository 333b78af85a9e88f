"""`deskwise vocabulary`: what short forms and nicknames stand for, decided by an operator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import click

from assistant.bootstrap import Parts
from assistant.cli.output import json_option, say, working, write_json
from assistant.cli.settings import current_settings, home_option
from assistant.model import ANY_MEANING, ENTRY_STATUSES, EntryStatus, VocabularyEntry
from assistant.operating.vocabulary import decide_entry, mine_into, same
from knowledge_base.encoders import english_words
from knowledge_base.glossary import general_senses
from knowledge_base.text import normalise


@click.group()
def vocabulary() -> None:
    """Short forms and nicknames: find candidates, approve, reject, add."""


@vocabulary.command("mine")
@home_option
@json_option
def mine(json_file: str | None) -> None:
    """Look for candidates in the articles and past tickets; nothing is used before approval."""
    parts = Parts(current_settings())
    with working("Looking for short forms …"):
        mine_vocabulary(parts)
    entries = _chosen(parts, "proposed")
    write_json({"entries": entries}, json_file)
    if json_file != "-":
        _tell(entries)


@vocabulary.command("list")
@click.option(
    "--status", type=click.Choice([*ENTRY_STATUSES, "all"]), default="all", show_default=True
)
@click.option("--general", is_flag=True, help="The shipped list of general abbreviations instead.")
@home_option
@json_option
def list_vocabulary(status: str, general: bool, json_file: str | None) -> None:
    """List candidates and decisions with what speaks for them."""
    if general:
        senses = general_senses()
        write_json({"general": senses}, json_file)
        if json_file != "-":
            for sense in senses:
                say(f"{sense.short:<8} {sense.meaning}")
        return
    entries = _chosen(Parts(current_settings()), status)
    write_json({"entries": entries}, json_file)
    if json_file != "-":
        _tell(entries)


@vocabulary.command("approve")
@click.argument("short")
@click.argument("meaning", required=False)
@home_option
def approve(short: str, meaning: str | None) -> None:
    """Search for MEANING too when somebody writes SHORT; it must have been proposed."""
    parts = Parts(current_settings())
    known = [each for each in parts.vocabulary_store.entries() if same(each.short, short)]
    known = [each for each in known if each.meaning != ANY_MEANING]
    if meaning is not None:
        known = [each for each in known if same(each.meaning, meaning)]
    if not known:
        raise click.ClickException(
            f"{short!r} is not proposed{f' as {meaning!r}' if meaning else ''}. "
            "`deskwise vocabulary add` takes what nobody proposed."
        )
    if len(known) > 1:
        meanings = ", ".join(f"“{each.meaning}”" for each in known)
        raise click.ClickException(f"{short!r} may mean {meanings}. Name the one that is meant.")
    _decide(parts, known[0].short, known[0].meaning, "approved")


@vocabulary.command("reject")
@click.argument("short")
@click.argument("meaning", required=False)
@home_option
def reject(short: str, meaning: str | None) -> None:
    """Never search for MEANING when somebody writes SHORT; without MEANING, for nothing."""
    parts = Parts(current_settings())
    known = [
        each
        for each in parts.vocabulary_store.entries()
        if same(each.short, short) and (meaning is None or same(each.meaning, meaning))
    ]
    for each in known:
        _decide(parts, each.short, each.meaning, "rejected")
    if meaning is None:
        _decide(parts, short, ANY_MEANING, "rejected")
    elif not known:
        _decide(parts, short, normalise(meaning), "rejected")


@vocabulary.command("add")
@click.argument("short")
@click.argument("meaning")
@home_option
def add(short: str, meaning: str) -> None:
    """Search for MEANING too when somebody writes SHORT, proposed or not."""
    short, meaning = " ".join(short.split()), " ".join(normalise(meaning).split())
    if not short or not meaning or same(short, meaning):
        raise click.UsageError("SHORT and MEANING must be two different texts.")
    parts = Parts(current_settings())
    _decide(parts, short, meaning, "approved")


def mine_vocabulary(parts: Parts) -> None:
    """Look for short forms in all articles and past tickets and keep them as proposals."""
    mine_into(parts.vocabulary_store, parts.documents, english_words(), clock=parts.clock)


def _decide(parts: Parts, short: str, meaning: str, status: EntryStatus) -> None:
    decide_entry(parts.vocabulary_store, short, meaning, status, clock=parts.clock)
    say(f"{status}: {short} = {meaning or 'anything'}")


def _chosen(parts: Parts, status: str) -> list[VocabularyEntry]:
    entries = parts.vocabulary_store.entries()
    return [each for each in entries if status in ("all", each.status)]


def _tell(entries: Sequence[VocabularyEntry]) -> None:
    open_meanings: dict[str, int] = defaultdict(int)
    for each in entries:
        open_meanings[normalise(each.short)] += each.status == "proposed"
    for each in entries:
        n_open = open_meanings[normalise(each.short)]
        note = f", one of {n_open} meanings" if each.status == "proposed" and n_open > 1 else ""
        say(
            f"{each.status:<9} {each.short} = {each.meaning or 'anything'}  "
            f"({each.source}, {each.n_texts} texts{note})"
        )
        if each.status == "proposed" and each.examples:
            say(f"          {each.examples[0]}")
    say(f"{len(entries):,} entries")
