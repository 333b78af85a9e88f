"""The worked example of docs/loading-data.md is what happens."""

from __future__ import annotations

import re
from pathlib import Path

from analytics.load import load

DOC = Path(__file__).resolve().parents[4] / "docs" / "loading-data.md"


def test_the_report_in_the_documentation_is_the_report(tmp_path: Path) -> None:
    text = DOC.read_text(encoding="utf-8")
    shop = tmp_path / "shop"
    shop.mkdir()
    files = dict(re.findall(r"```\w+ file=(\S+)\n(.*?)```", text, re.S))
    assert set(files) == {"kunden.csv", "orders.csv", "mapping.yaml"}
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(files.pop("mapping.yaml"), encoding="utf-8")
    for name, content in files.items():
        (shop / name).write_text(content, encoding="utf-8")
    report = load(str(shop), warehouse_dir=tmp_path / ".deskwise" / "warehouse", mapping=mapping)
    (printed,) = re.findall(r"```console\n\$ deskwise data load [^\n]*\n(.*?)```", text, re.S)
    lines = [line.replace(f"{tmp_path}/", "") for line in report.lines()]
    assert lines == printed.rstrip("\n").split("\n")
