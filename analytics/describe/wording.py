"""The templates of answers: the shipped ones, or an operator's own in their place."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from traceback import extract_tb
from typing import Final

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateSyntaxError,
)
from jinja2 import (
    TemplateError as JinjaError,
)
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from analytics.errors import TemplateError

SENTENCES: Final = "metric.md.j2"
PHRASES: Final = "phrases.md.j2"
_PACKAGE: Final = "analytics.describe"
_SHAPES: Final = (
    "nothing",
    "none_meet",
    "number",
    "numbers",
    "comparison",
    "change",
    "trend",
    "level",
    "groups",
    "count",
)
_ITEM: Final = {"name": "North", "label": "Revenue", "label_inside": "revenue", "value": "5"}
_TRIAL: Final[dict[str, object]] = {
    "subject": "revenue",
    "subject_start": "Revenue",
    "plural": False,
    "filters": ("region North",),
    "when": "1 May to 31 May 2026",
    "when_kind": "days",
    "one_day": False,
    "before": "1 April to 30 April 2026",
    "value": "5",
    "words": "",
    "single": False,
    "thing": "customers",
    "entries": [{**_ITEM, "plural": False}],
    "move": {"now": "5", "before": "4", "growth": "25.0 %", "direction": "up"},
    "grain": "month",
    "high": _ITEM,
    "low": _ITEM,
    "first": _ITEM,
    "others": [_ITEM],
    "extreme": "highest",
    "one_group": False,
}
"""Every value that a sentence may use, made up: what a template is tried with at the start."""

_folder: Path | None = None


def use_templates(folder: Path | None) -> None:
    """Take an operator's templates in place of the shipped ones of the same name.

    Called once, by whoever puts the program together; files that the folder lacks are the
    shipped ones. None goes back to those.

    Raises
    ------
    TemplateError
        When the folder does not exist, a file in it has an unknown name, is not valid, lacks a
        phrase, or uses a value that there is not. What was in use stays in use.
    """
    if folder is not None:
        _check(folder)
    global _folder
    _folder = folder
    environment.cache_clear()


@lru_cache(maxsize=1)
def environment() -> ImmutableSandboxedEnvironment:
    """Return the templates. Markdown, not HTML: values go through `escaped`, pages escape HTML."""
    return _environment(_folder)


def _environment(folder: Path | None) -> ImmutableSandboxedEnvironment:
    loaders: list[BaseLoader] = [PackageLoader(_PACKAGE, "templates")]
    if folder is not None:
        loaders.insert(0, FileSystemLoader(folder))
    return ImmutableSandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _check(folder: Path) -> None:
    if not folder.is_dir():
        raise TemplateError(
            f"The folder of templates {folder} does not exist.",
            hint="Create it, or leave the setting answer_templates empty.",
        )
    shipped = _environment(None)
    known = shipped.list_templates()
    for file in sorted(folder.glob("*.j2")):
        if file.name not in known:
            raise TemplateError(
                f"{file}: there is no template of this name.", hint=f"Known: {', '.join(known)}."
            )
    own = _environment(folder)
    _check_phrases(own, shipped, folder / PHRASES)
    for shape in _SHAPES:
        try:
            own.get_template(SENTENCES).render(answer={**_TRIAL, "shape": shape})
        except (JinjaError, TypeError, UnicodeDecodeError) as error:
            raise _wrong(folder / SENTENCES, error) from error


def _check_phrases(
    own: ImmutableSandboxedEnvironment, shipped: ImmutableSandboxedEnvironment, file: Path
) -> None:
    wanted = shipped.get_template(PHRASES).module.__dict__
    try:
        found = own.get_template(PHRASES).module.__dict__
    except (JinjaError, TypeError, UnicodeDecodeError) as error:
        raise _wrong(file, error) from error
    for name, macro in sorted(wanted.items()):
        if not isinstance(macro, Macro):
            continue
        taken = found.get(name)
        if not isinstance(taken, Macro) or taken.arguments != macro.arguments:
            call = f"{name}({', '.join(macro.arguments)})"
            raise TemplateError(
                f"{file}: the phrase {call} is missing, or takes other values.",
                hint="Copy it from analytics/describe/templates and change its words alone.",
            )


def _wrong(file: Path, error: Exception) -> TemplateError:
    line = error.lineno if isinstance(error, TemplateSyntaxError) else None
    if line is None:
        frames = [f.lineno for f in extract_tb(error.__traceback__) if f.filename == str(file)]
        line = frames[-1] if frames else None
    place = f"{file}, line {line}" if line else str(file)
    return TemplateError(f"{place}: {error}.", hint="Correct that line, or remove the file.")
