"""A TOML file whose mistakes are reported with file and line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from studyctl.errors import ContentError

T = TypeVar("T")
_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z0-9_.\-]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+)\s*=")


def load_toml(path: Path, shown_as: str) -> TomlTable:
    """Parse a file.

    Args:
        path: the file.
        shown_as: its name in messages.

    Raises:
        ContentError: unreadable, not UTF-8, or not TOML.
    """
    return parse_toml(read_source(path, shown_as), shown_as)


def read_source(path: Path, shown_as: str) -> str:
    """A file's text.

    Raises:
        ContentError: unreadable or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContentError(f"{shown_as}:1: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"{shown_as}:1: is not UTF-8 text.") from error


def parse_toml(source: str, shown_as: str) -> TomlTable:
    """Parse TOML text; `shown_as` names it in messages.

    Raises:
        ContentError: not TOML.
    """
    if source.startswith("\ufeff"):
        raise ContentError(f"{shown_as}:1: begins with a byte order mark: save it as UTF-8 without one.")
    try:
        return TomlTable(tomllib.loads(source), shown_as, _Lines(source), "", 0)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(_told(str(error), source, shown_as)) from error
    except RecursionError as error:
        raise ContentError(f"{shown_as}:1: is not TOML that can be read: brackets are nested too deep.") from error
    except ValueError as error:  # Python reads no whole number of more than 4300 digits
        raise ContentError(f"{shown_as}:{_longest_line(source)}: holds a number with too many digits.") from error


def _told(error: str, source: str, shown_as: str) -> str:
    """What the parser said, at its line; a missing quotation mark is named as such."""
    where = re.search(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$", error, re.DOTALL)
    what = where[1] if where else error
    number = int(where[2]) if where and where[2] else source.count("\n") + 1
    if what == f"Illegal character {chr(10)!r}":
        what = "the line ends inside a text: a quotation mark is missing"
    column = f" (column {where[3]})" if where and where[3] else ""
    return f"{shown_as}:{number}: is not TOML: {what}{column}."


def _longest_line(source: str) -> int:
    lines = source.splitlines()
    return 1 + max(range(len(lines)), key=lambda number: len(lines[number]), default=0)


class _Lines:
    """Finds the line of a table's header and of a key below it; skips multi-line strings."""

    def __init__(self, source: str) -> None:
        self._headers: dict[tuple[str, int], int] = {("", 0): 1}
        self._keys: dict[tuple[str, int, str], int] = {}
        counts: dict[str, int] = {"": 1}
        table, fence = "", ""
        for number, line in enumerate(source.splitlines(), start=1):
            if fence:
                fence = "" if line.count(fence) % 2 else fence
                continue
            if header := _HEADER.match(line):
                table = header[1]
                self._headers[table, counts.get(table, 0)] = number
                counts[table] = counts.get(table, 0) + 1
            elif key := _KEY.match(line):
                self._keys.setdefault((table, counts[table] - 1, key[1]), number)
            fence = next((quote for quote in ('"""', "'''") if line.count(quote) % 2), "")

    def of(self, table: str, index: int, key: str | None) -> int:
        """Line of a key or of the first table of that name below, else of the table's own header, else 1."""
        header = self._headers.get((table, index), 1)
        if key is None or (table, index, key) in self._keys:
            return self._keys.get((table, index, key or ""), header)
        child = f"{table}.{key}" if table else key
        return min((n for (name, _), n in self._headers.items() if name == child and n >= header), default=header)


@dataclass(frozen=True)
class TomlTable:
    """One table of a file: typed access to its keys, and errors that point at them."""

    values: dict[str, Any]
    file: str
    lines: _Lines
    name: str
    index: int
    earlier: tuple[dict[str, Any], ...] = ()

    def error(self, message: str, key: str | None = None) -> ContentError:
        """An error at a key of this table (or at its header)."""
        return ContentError(f"{self.file}:{self.line(key)}: {message}")

    def line(self, key: str | None = None) -> int:
        """Line of a key of this table, or of its header."""
        return self.lines.of(self.name, self.index, key)

    def only(self, *allowed: str) -> None:
        """Refuse keys that the schema does not know.

        Raises:
            ContentError: an unknown key, with its line.
        """
        for key in self.values:
            if key not in allowed:
                raise self.error(f"unknown key {key!r}; known are {', '.join(sorted(allowed))}.", key)

    def text(self, key: str, default: str | None = None) -> str:
        """A string that is not empty; without default it must be there."""
        value: str = self._get(key, str, default)
        if key in self.values and not value.strip():
            raise self.error(f"{key!r} is empty.", key)
        return value.strip("\n")

    def number(self, key: str, default: float | None = None) -> float:
        """A number that is not negative."""
        value = self._get(key, (int, float), default)
        if isinstance(value, bool) or value < 0:
            raise self.error(f"{key!r} must be a number of at least 0.", key)
        return float(value)

    def integer(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        value: int = self._get(key, int, default)
        if isinstance(value, bool):
            raise self.error(f"{key!r} must be a whole number.", key)
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """true or false."""
        return bool(self._get(key, bool, default))

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of non-empty strings."""
        value = self._get(key, list, None if default is None else list(default))
        if not all(isinstance(entry, str) and entry.strip() for entry in value):
            raise self.error(f"{key!r} must be a list of non-empty strings.", key)
        return tuple(value)

    def tables(self, key: str) -> list[TomlTable]:
        """The tables of an array `[[key]]`; none where it is absent."""
        entries = self.values.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.error(f"{key!r} must be an array of tables, written [[{key}]].", key)
        name = f"{self.name}.{key}" if self.name else key
        before = sum(len(sibling.get(key, [])) for sibling in self.earlier)
        return [
            TomlTable(entry, self.file, self.lines, name, before + n, tuple(entries[:n]))
            for n, entry in enumerate(entries)
        ]

    def table(self, key: str) -> TomlTable | None:
        """The table `[key]`, or None."""
        entry = self.values.get(key)
        if entry is None:
            return None
        if not isinstance(entry, dict):
            raise self.error(f"{key!r} must be a table, written [{key}].", key)
        return TomlTable(entry, self.file, self.lines, f"{self.name}.{key}" if self.name else key, 0)

    def _get(self, key: str, kind: type[T] | tuple[type, ...], default: Any) -> Any:
        if key not in self.values:
            if default is None:
                raise self.error(f"{key!r} is missing in {f'[[{self.name}]]' if self.name else 'the file'}.")
            return default
        value = self.values[key]
        if not isinstance(value, kind):
            wanted = kind.__name__ if isinstance(kind, type) else "number"
            raise self.error(f"{key!r} must be of type {wanted}, not {type(value).__name__}.", key)
        return value
