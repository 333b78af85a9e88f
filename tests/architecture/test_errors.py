"""Errors: one tree for each package, a stable code for each class, and a hint."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import analytics.errors
import assistant.accounts.errors
import assistant.errors
import assistant.privacy.errors
import knowledge_base.errors

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    knowledge_base.errors,
    analytics.errors,
    assistant.errors,
    assistant.accounts.errors,
    assistant.privacy.errors,
)


def classes(module: object) -> list[type[Exception]]:
    return [
        item
        for _, item in inspect.getmembers(module, inspect.isclass)
        if issubclass(item, Exception) and item.__module__ == getattr(module, "__name__", "")
    ]


def test_codes_are_unique_and_snake_case() -> None:
    codes = [item.code for module in MODULES for item in classes(module)]  # type: ignore[attr-defined]
    assert len(codes) == len(set(codes))
    assert all(code == code.lower() and " " not in code for code in codes)


def test_every_class_stands_in_the_tree_of_its_modules_docstring() -> None:
    for module in MODULES:
        for item in classes(module):
            assert item.__name__ in (module.__doc__ or "")


def test_no_exception_is_swallowed() -> None:
    """An except clause does something: raises, returns, records. `pass` alone is not something."""
    silent = []
    for package in ("knowledge_base", "analytics", "assistant", "web"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ExceptHandler) and all(
                    isinstance(item, ast.Pass) for item in node.body
                ):
                    silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert silent == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_errors_carry_their_message_and_hint(module: object) -> None:
    for item in classes(module):
        if item.__name__.endswith("HashError"):
            continue
        error = item("what failed", hint="what to do")  # type: ignore[call-arg]
        assert str(error) == "what failed"
        assert error.hint == "what to do"  # type: ignore[attr-defined]
