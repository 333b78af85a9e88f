"""The product's sentences: read from YAML, so that an operator can change or translate them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from assistant.errors import SettingsError

FOLDER = Path(__file__).parent


class Messages:
    """Sentences by key (`helpdesk.nothing_near`)."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = dict(sentences)

    def say(self, key: str, **values: object) -> str:
        """Return a sentence with its names filled in.

        Raises
        ------
        SettingsError
            When there is no such sentence, or it names a value that is not given.
        """
        try:
            return self._sentences[key].format(**values)
        except KeyError as error:
            raise SettingsError(
                f"Message {key!r} is missing, or uses a name it is not given: {error}.",
                hint="Compare the message file with the one that comes with Deskwise.",
            ) from error

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def keys(self) -> tuple[str, ...]:
        """Return all keys, sorted."""
        return tuple(sorted(self._sentences))


def load_messages(language: str = "en") -> Messages:
    """Read the message file of a language.

    Raises
    ------
    SettingsError
        When there is none, or it is not a mapping of mappings of sentences.
    """
    path = FOLDER / f"{language}.yaml"
    if not path.is_file():
        raise SettingsError(
            f"There are no messages in language {language!r}.", hint=f"Write {path.name}."
        )
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Messages(
        {
            f"{group}.{key}": str(text)
            for group, items in groups.items()
            for key, text in items.items()
        }
    )
