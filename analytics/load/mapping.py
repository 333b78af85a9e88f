"""The mapping file: what the owner of the data says about files, columns, words and formats."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from analytics.errors import InputError
from analytics.load.dates import order_of
from analytics.load.numerals import decimal_mark_of
from analytics.schema import TABLES, Table

Word = str | int | float | bool | None


class TableMapping(BaseModel):
    """What is said about one canonical table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str | None = None
    """File, sheet or database table; without it the name decides."""
    columns: dict[str, str | None] = {}
    """Canonical column to theirs; None leaves the column out."""
    values: dict[str, dict[Word, Word]] = {}
    """Canonical column to their words to ours; None is missing."""
    formats: dict[str, str] = {}
    """Canonical column to an example: DD/MM/YYYY, MM/DD/YYYY, 1.234,56 or 1,234.56."""

    def words_of(self, column: str) -> dict[str, str | None]:
        """Return their words for a column, without case and outer space, to ours."""
        return {
            _text(theirs).strip().casefold(): None if ours is None else _text(ours)
            for theirs, ours in self.values.get(column, {}).items()
        }


def read_mapping(file: Path | None) -> dict[str, TableMapping]:
    """Read a mapping file.

    Returns
    -------
    dict[str, TableMapping]
        By canonical table; empty without a file.

    Raises
    ------
    InputError
        When it cannot be read, is not of the right shape, or names what does not exist.
    """
    if file is None:
        return {}
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8-sig")) or {}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"Cannot read the mapping file {file}: {error}.",
            hint="Name a YAML file in UTF-8 that exists.",
        ) from error
    except yaml.YAMLError as error:
        raise InputError(
            f"The mapping file {file} is not YAML: {' '.join(str(error).split())}",
            hint="docs/loading-data.md has an example to start from.",
        ) from error
    if not isinstance(content, dict):
        raise InputError(
            f"The mapping file {file} has no table names at its top level.",
            hint="Begin with a table of the warehouse, such as `orders:`.",
        )
    found = {}
    for name, entry in content.items():
        if name not in TABLES:
            raise InputError(
                f"{file.name}: the warehouse has no table {name!r}.",
                hint=f"It has {', '.join(TABLES)}.",
            )
        found[str(name)] = _table_mapping(file, TABLES[name], entry)
    return found


def _table_mapping(file: Path, table: Table, entry: object) -> TableMapping:
    try:
        mapping = TableMapping.model_validate(entry or {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([table.name, *(str(part) for part in first["loc"])])
        raise InputError(
            f"{file.name}: {place}: {first['msg']}.",
            hint="A table has `file`, `columns`, `values` and `formats`, and nothing else.",
        ) from error
    for part in (mapping.columns, mapping.values, mapping.formats):
        for column in part:
            if column not in table.column_names:
                raise InputError(
                    f"{file.name}: {table.name} has no column {column!r}.",
                    hint=f"It has {', '.join(table.column_names)}. "
                    "Write the warehouse's name left of the colon and yours right of it.",
                )
    for column, example in mapping.formats.items():
        kind = table.column(column).type
        is_date = kind in ("DATE", "TIMESTAMP") and order_of(example) is not None
        is_number = kind in ("BIGINT", "INTEGER", "DOUBLE") and decimal_mark_of(example) is not None
        if not (is_date or is_number):
            raise InputError(
                f"{file.name}: {table.name}.{column}: {example!r} is no format of a {kind} column.",
                hint="Dates take DD/MM/YYYY or MM/DD/YYYY, numbers 1.234,56 or 1,234.56.",
            )
    return mapping


def _text(word: Word) -> str:
    if isinstance(word, bool):
        return "true" if word else "false"
    return str(word)
