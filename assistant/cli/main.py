"""`deskwise`: the group and its common options."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import ClassVar

import click

from assistant.cli.output import run


class LazyGroup(click.Group):
    """Imports a family of commands only when one of it is named: `--help` stays instant."""

    families: ClassVar[dict[str, str]] = {
        "demo": "assistant.cli.demo:demo",
        "ingest": "assistant.cli.knowledge:ingest",
        "ask": "assistant.cli.ask:ask",
        "suggest": "assistant.cli.suggest:suggest",
        "serve": "assistant.cli.serve:serve",
        "data": "assistant.cli.data:data",
        "catalogue": "assistant.cli.catalogue:catalogue",
        "train": "assistant.cli.models:train",
        "models": "assistant.cli.models:models",
        "feedback": "assistant.cli.feedback:feedback",
        "vocabulary": "assistant.cli.vocabulary:vocabulary",
        "questions": "assistant.cli.questions:questions",
        "analyse": "assistant.cli.analyse:analyse",
        "plan": "assistant.cli.plan:plan",
        "users": "assistant.cli.users:users",
        "audit": "assistant.cli.audit:audit",
        "config": "assistant.cli.configuration:config",
        "doctor": "assistant.cli.doctor:doctor",
        "backup": "assistant.cli.backup:backup",
        "restore": "assistant.cli.backup:restore",
        "eval": "assistant.cli.evals:evaluate",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order a new user needs them."""
        return list(self.families)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return a command."""
        target = self.families.get(name)
        if target is None:
            return None
        module_name, attribute = target.split(":")
        from importlib import import_module

        command: click.Command = getattr(import_module(module_name), attribute)
        return command


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where Deskwise keeps its data (DESKWISE_HOME; default ./.deskwise).",
)
@click.option("--debug", is_flag=True, help="Show a traceback when a command fails.")
@click.version_option(package_name="deskwise", message="deskwise %(version)s")
@click.pass_context
def deskwise(context: click.Context, home: Path | None, debug: bool) -> None:
    """Answers IT questions from articles and managers' questions from tables."""
    context.obj = {"home": home, "debug": debug}


def main() -> None:
    """Run the command line and leave with its exit code; what it writes is its user's alone."""
    os.umask(os.umask(0o077) | 0o077)
    sys.exit(run(deskwise))
