"""Everything that goes to stdout."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

from studyctl.domain.address import Address


def document(value: Any) -> None:
    """Print one JSON document."""
    unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=not unicode, indent=1) + "\n")


def line(text: str = "") -> None:
    """Print one line."""
    sys.stdout.write(text + "\n")


def markdown(text: str) -> None:
    """Print markdown as a terminal shows it: headings, lists, code."""
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    console.print(Markdown(text, hyperlinks=False), width=min(console.width, 100))


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, fit: bool = False) -> None:
    """Print aligned columns, the last one as long as it is; `fit` cuts lines at the edge of a terminal."""
    width = get_terminal_size().columns if fit and sys.stdout.isatty() else sys.maxsize
    for text in aligned(headings, rows):
        line(text if len(text) <= width else f"{text[: width - 3]}...")


def aligned(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Aligned columns as lines."""
    cells = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings) - 1)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in cells
    ]


def count(number: int, noun: str) -> str:
    """A number with its noun: `1 card`, `2 cards`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def plain(value: Any) -> Any:
    """Dataclasses, enums, addresses, paths and dates as what JSON knows."""
    if isinstance(value, Address | Path):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no infinity
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(plain(key)): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in value]
    return value
