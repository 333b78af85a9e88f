"""The canonical schema as data agrees with the contract and with itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analytics.schema import TABLES


def test_the_schema_is_the_contract(shared: Path) -> None:
    contract = shared / "contracts" / "warehouse.sql"
    if not contract.is_file():
        pytest.skip(f"no contract at {contract}")
    text = contract.read_text(encoding="utf-8")
    found = {}
    for name, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\);", text, re.S):
        statements = re.sub(r"--[^\n]*", "", body)
        key = re.findall(r"PRIMARY KEY \(([^)]*)\)", statements)
        columns = re.sub(r",?\s*PRIMARY KEY \([^)]*\)", "", statements)
        pairs = [item.split() for item in columns.split(",") if item.strip()]
        inline = tuple(pair[0] for pair in pairs if pair[2:] == ["PRIMARY", "KEY"])
        found[name] = (
            [(pair[0], pair[1]) for pair in pairs],
            tuple(key[0].split(", ")) if key else inline,
        )
    ours = {
        table.name: ([(c.name, c.type) for c in table.columns], table.primary_key)
        for table in TABLES.values()
    }
    assert found == ours
    assert list(found) == list(ours)


def test_the_value_lists_are_the_contracts(shared: Path) -> None:
    contract = shared / "contracts" / "warehouse.sql"
    if not contract.is_file():
        pytest.skip(f"no contract at {contract}")
    table, listed = "", {}
    for line in contract.read_text(encoding="utf-8").splitlines():
        if started := re.match(r"CREATE TABLE (\w+)", line):
            table = started.group(1)
        code, _, comment = line.partition("--")
        if "' | '" in re.sub(r"\([^)]*\) ", "", comment):
            # The list describes the last column of its line, unless the comment names another.
            named = re.findall(r"(\w+): '", comment)
            column = named[0] if named else re.findall(r"(\w+) VARCHAR", code)[-1]
            values = comment.partition(";")[0] if not named else comment
            listed[table, column] = tuple(re.findall(r"'([^']+)'", values))
    listed["services", "owner_team"] = listed["tickets", "team"]  # in words: "as tickets.team"
    ours = {(t.name, c.name): c.values for t in TABLES.values() for c in t.columns if c.values}
    assert ours == listed


def test_keys_and_references_name_columns_that_exist() -> None:
    for table in TABLES.values():
        assert set(table.key) <= set(table.column_names)
        assert table.dated_by is None or table.dated_by in table.column_names
        assert table.primary_key in ((), table.key)
        for column in table.columns:
            if column.references is not None:
                assert len(TABLES[column.references].key) == 1
                assert TABLES[column.references].column(TABLES[column.references].key[0])
