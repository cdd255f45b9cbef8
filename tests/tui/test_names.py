"""Textual keeps its state in underscored names: a subclass that reuses one breaks it silently."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widgets import Button, Input, OptionList, Static

import studyctl.tui

SOURCES = sorted(Path(studyctl.tui.__file__).parent.rglob("*.py"))
BASES = (App, Screen, Static, OptionList, Button, Input, MessagePump)


def assigned_names(source: str) -> set[str]:
    """Underscored attributes that a module assigns on self, and its underscored methods."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            names |= {part.name for part in node.body if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))}
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


TAKEN = set().union(
    *(assigned_names(inspect.getsource(inspect.getmodule(cls))) for base in BASES for cls in base.__mro__[:-1])  # type: ignore[arg-type]
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_private_name_of_textual_is_reused(path: Path) -> None:
    assert not assigned_names(path.read_text(encoding="utf-8")) & TAKEN


def test_the_names_of_textual_are_found() -> None:
    assert {"_closing", "_closed", "_size"} <= TAKEN
