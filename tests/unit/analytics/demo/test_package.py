"""The shape of the package that decision 2 chose in place of one module."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import analytics.demo as package

FOLDER = Path(package.__file__).parent
MODULES = sorted(FOLDER.glob("*.py"))
ALLOWED = {"numpy", "pandas", "pyarrow"}
ALLOWED_OF_PROJECT = ("analytics.demo", "analytics.errors", "analytics.schema")
STANDARD = {
    "__future__", "collections", "contextlib", "dataclasses", "datetime", "json", "pathlib",
    "time", "typing", "unicodedata", "zlib",
}  # fmt: skip


def _imports(module: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_imports_only_what_the_demo_may_know(module: Path) -> None:
    for name in _imports(module):
        top = name.partition(".")[0]
        assert top in ALLOWED | STANDARD or name.startswith(ALLOWED_OF_PROJECT), name


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_is_short_enough_to_read(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 400


def test_one_function_is_the_door() -> None:
    assert sorted(package.__all__) == [
        "DemoArgumentError", "DemoError", "DemoSummary", "DemoWriteError", "generate",
    ]  # fmt: skip


def test_no_random_generator_is_made_outside_the_streams() -> None:
    for module in MODULES:
        if module.stem != "sampling":
            text = module.read_text(encoding="utf-8")
            assert "default_rng" not in text, module
            assert "np.random.seed" not in text, module
