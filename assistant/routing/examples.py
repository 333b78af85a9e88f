"""Example questions with their route, read from one YAML file per route."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import RouterError
from assistant.model import ROUTES, Route
from knowledge_base.text import normalise

HELD_OUT_FRACTION = 0.15
"""Share of the examples that judge a new router against the live one."""
CORRECTED = "corrected"
"""Group of the texts that `deskwise feedback route` adds."""
FILLS_OF_A_FORM = 3
"""With so many of its words each form of a group is read."""
_PLACE = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question and the route that it must take."""

    text: str
    label: Route


def shipped_examples_folder() -> Path:
    """Return the folder of the examples that come with the program."""
    return Path(__file__).resolve().parent / "examples"


def read_examples(folder: Path) -> tuple[Example, ...]:
    """Read `<label>.yaml` of every route.

    Parameters
    ----------
    folder
        Holds one file per route, each `label: …` and `examples:` with groups. A group is a list of
        texts, or `forms`, each with one `{}`, and what to `fill` in: see `filled`.

    Returns
    -------
    tuple of Example
        In the order of the routes, then as written. A text that stands twice in one file counts
        once.

    Raises
    ------
    RouterError
        When a file is missing or malformed, or one text has two labels.
    """
    found: dict[str, Example] = {}
    for label in ROUTES:
        path = folder / f"{label}.yaml"
        for text in _read_file(path, label):
            example = Example(text=text, label=label)
            known = found.setdefault(_key(text), example)
            if known.label != label:
                raise RouterError(
                    f"The example {text!r} stands under both {known.label} and {label}.",
                    hint=f"Remove it from {known.label}.yaml or {label}.yaml.",
                )
    return tuple(found.values())


def read_own_examples(folder: Path) -> tuple[Example, ...]:
    """Read an operator's own examples: files as the shipped ones, for as many routes as wanted.

    Parameters
    ----------
    folder
        `<home>/routing`; need not be there.

    Raises
    ------
    RouterError
        When a file is malformed, or named after no route.
    """
    if not folder.is_dir():
        return ()
    strange = sorted({path.stem for path in folder.glob("*.yaml")} - set(ROUTES))
    if strange:
        raise RouterError(
            f"{folder / strange[0]}.yaml is named after no route.",
            hint="There are " + ", ".join(ROUTES) + ".",
        )
    return tuple(
        Example(text=text, label=label)
        for label in ROUTES
        if (folder / f"{label}.yaml").is_file()
        for text in _read_file(folder / f"{label}.yaml", label)
    )


def with_own_examples(shipped: Sequence[Example], own: Sequence[Example]) -> tuple[Example, ...]:
    """Return both together; of one text the operator's label counts, the last of several."""
    found = {_key(example.text): example for example in (*shipped, *own)}
    return tuple(found.values())


def correct_route(folder: Path, text: str, label: Route) -> None:
    """Keep a text as an operator's own example of a route, and of no other.

    Parameters
    ----------
    folder
        `<home>/routing`; made when it is not there.
    text
        At least one letter or digit.
    label
        The route that it must take.

    Raises
    ------
    RouterError
        When the text is empty, or a file cannot be read or written.
    """
    line = " ".join(text.split())
    if not any(char.isalnum() for char in line):
        raise RouterError(f"{text!r} has no word to learn from.", hint="Give the question.")
    read_own_examples(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for route in ROUTES:
            _move_example(folder / f"{route}.yaml", line, route, is_here=route == label)
    except OSError as error:
        raise RouterError(
            f"The examples cannot be written to {folder}: {error.strerror or error}.",
            hint="Check that the folder is writable and the disk has room.",
        ) from error


def _move_example(path: Path, line: str, label: Route, *, is_here: bool) -> None:
    """Take a text out of a file's groups, or put it into the group of corrections."""
    before: dict[str, Any] = {}
    if path.is_file():
        before = yaml.safe_load(path.read_text(encoding="utf-8"))["examples"]
    groups = {
        name: [each for each in texts if _key(each) != _key(line)]
        if isinstance(texts, list)
        else texts
        for name, texts in before.items()
    }
    if is_here:
        groups.setdefault(CORRECTED, []).append(line)
    if groups != before:
        content = {"label": label, "examples": groups}
        path.write_text(
            yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )


def examples_hash(examples: Iterable[Example]) -> str:
    """Return the sha256 of the examples with their labels; their order does not matter."""
    rows = sorted([example.label, example.text] for example in examples)
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def is_held_out(text: str) -> bool:
    """Return whether a text is among those that judge routers and never train the judged one.

    It depends on the text alone, so an example stays on its side when others come and go.
    """
    digest = hashlib.sha256(_key(text).encode()).digest()
    return int.from_bytes(digest[:4], "big") < HELD_OUT_FRACTION * 2**32


def _key(text: str) -> str:
    return " ".join(normalise(text).split())


def _read_file(path: Path, label: Route) -> Sequence[str]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RouterError(
            f"The examples file {path} cannot be read: {error.strerror or error}.",
            hint="There must be one file for each route: " + ", ".join(ROUTES) + ".",
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RouterError(
            f"The examples file {path} is not valid YAML: {error}.", hint="Correct that line."
        ) from error
    if not isinstance(content, dict) or set(content) != {"label", "examples"}:
        raise RouterError(
            f"The examples file {path} must have the keys `label` and `examples` and no others.",
            hint="Compare it with the files that come with the program.",
        )
    if content["label"] != label:
        raise RouterError(
            f"The examples file {path} says label {content['label']!r}; expected {label!r}.",
            hint="A file is named after its label.",
        )
    groups = content["examples"]
    if not isinstance(groups, dict):
        raise RouterError(
            f"`examples` in {path} must be lists by group; got {type(groups).__name__}.",
            hint="Write a group's name, a colon, and its examples below it, each after a dash.",
        )
    return [text for name, items in groups.items() for text in _texts(items, name, path)]


def filled(forms: Sequence[str], fills: Sequence[str]) -> list[str]:
    """Return each form with some of the words, so that all words come about equally often.

    What decides between two routes is often the thing alone: "my … is broken" is the helpdesk's for
    a printer and nobody's for a dishwasher. Written out, all forms with all words would outweigh
    every other example.

    Parameters
    ----------
    forms
        Each with one `{}`.
    fills
        Words for its place.

    Returns
    -------
    list of str
        `FILLS_OF_A_FORM` texts a form, or one for each word where there are fewer; by form.
    """
    n_each = min(FILLS_OF_A_FORM, len(fills))
    return [
        form.replace(_PLACE, fills[(number * n_each + place) % len(fills)])
        for number, form in enumerate(forms)
        for place in range(n_each)
    ]


def _texts(items: Any, group: Any, path: Path) -> list[str]:
    if isinstance(items, dict):
        return _filled_texts(items, group, path)
    if not isinstance(items, list):
        raise RouterError(
            f"Group {group!r} in {path} must be a list, or `forms` and `fill`; "
            f"got {type(items).__name__}.",
            hint="Write each example on its own line after a dash.",
        )
    for item in items:
        if not isinstance(item, str) or not item.strip():
            raise RouterError(
                f"Group {group!r} in {path} has {item!r}, which is not a text.",
                hint="Put numbers, yes, no and texts with a colon in double quotes.",
            )
    return [item.strip() for item in items]


def _filled_texts(group: dict[Any, Any], name: Any, path: Path) -> list[str]:
    if set(group) != {"forms", "fill"}:
        raise RouterError(
            f"Group {name!r} in {path} has {', '.join(map(repr, group)) or 'nothing'}; "
            "expected `forms` and `fill`.",
            hint=f"Give `forms`, each with {_PLACE}, and the words to `fill` in.",
        )
    forms, fills = (_texts(group[part], f"{name}, {part}", path) for part in ("forms", "fill"))
    for form in forms:
        if form.count(_PLACE) != 1:
            raise RouterError(
                f"Group {name!r} in {path} has the form {form!r}.",
                hint=f"A form has {_PLACE} once, in double quotes.",
            )
    return filled(forms, fills)
