"""Writes decks of the user's own as TOML that a person can read and edit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Value = str | int | float | Sequence[str]
Table = Mapping[str, Value]
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def deck_head(deck: str, title: str | None = None) -> str:
    """What a deck begins with; without a title its name is one."""
    return f"schema = 1\ndeck = {_string(deck)}\ntitle = {_string(deck if title is None else title)}\n"


def card_table(values: Table) -> str:
    """One `[[card]]`, with an empty line before it."""
    return "\n[[card]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in values.items())


def _value(value: Value) -> str:
    if isinstance(value, str):
        return _lines(value) if "\n" in value else _string(value)
    if isinstance(value, int | float):
        return repr(value)
    return f"[{', '.join(map(_string, value))}]"


def _string(text: str) -> str:
    quoted = _escaped(text).replace('"', '\\"').replace("\n", "\\n")
    return f'"{quoted}"'


def _lines(text: str) -> str:
    """Between triple quotation marks, as a person would write it."""
    quoted = _escaped(text).replace('"""', '\\"\\"\\"')
    return f'"""\n{quoted}\n"""'


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\\", "\\\\"))
