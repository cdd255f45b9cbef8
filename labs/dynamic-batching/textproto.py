"""Parses protobuf text format into fields and their values, as far as a model configuration needs it.

How often each field was written is kept, because readers disagree about a field that stands twice. (Protocol Buffers
documentation, Text Format Language Specification.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"(?P<skip>\s+|#[^\n]*)|(?P<word>[A-Za-z_]\w*)|(?P<number>-?\d+)(?![\w.])"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|(?P<mark>[{}<>\[\]:,;])"
)
CLOSES = {"{": "}", "<": ">"}


class TextError(ValueError):
    """The text is no text format; the message names line and column."""


@dataclass(frozen=True)
class Word:
    """A bare word: an enum value, true or false."""

    text: str


@dataclass
class Message:
    """Fields in order of appearance, each with all its values and whether they were given as a list or one by one."""

    fields: dict[str, list[object]] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)  # how often the field was written

    def add(self, name: str, values: list[object]) -> None:
        """Note one appearance of a field."""
        self.fields.setdefault(name, []).extend(values)
        self.times[name] = self.times.get(name, 0) + 1


def parse(text: str) -> Message:
    """Return the message; raises TextError."""
    reader = _Reader(text)
    return reader.message(None)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._cut())
        self._at = 0

    def message(self, end: str | None) -> Message:
        found = Message()
        while not self._is(end):
            kind, name = self._next()
            if kind != "word":
                raise self._error(f"a field name was expected, not {name!r}")
            self._skip(":")
            found.add(name, self._values())
            self._skip(",") or self._skip(";")
        self._at += end is not None
        return found

    def _values(self) -> list[object]:
        if not self._skip("["):
            return [self._value()]
        found: list[object] = []
        while not self._skip("]"):
            found.append(self._value())
            if not self._skip(",") and not self._is("]"):
                raise self._error("a comma or ] was expected")
        return found

    def _value(self) -> object:
        kind, token = self._next()
        if kind == "mark" and token in CLOSES:
            return self.message(CLOSES[token])
        if kind == "number":
            return int(token)
        if kind == "string":
            return token[1:-1]
        if kind == "word":
            return Word(token)
        raise self._error(f"a value was expected, not {token!r}")

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise self._error("the text ends too early")
        kind, token, _ = self._tokens[self._at]
        self._at += 1
        return kind, token

    def _is(self, mark: str | None) -> bool:
        if self._at >= len(self._tokens):
            if mark is None:
                return True
            raise self._error(f"{mark} is missing")
        kind, token, _ = self._tokens[self._at]
        return mark is not None and kind == "mark" and token == mark

    def _skip(self, mark: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at][:2] == ("mark", mark)
        self._at += found
        return found

    def _cut(self) -> Iterator[tuple[str, str, int]]:
        at = 0
        while at < len(self._text):
            match = TOKEN.match(self._text, at)
            if match is None:
                raise self._error(f"{self._text[at]!r} belongs to nothing", at)
            if match.lastgroup != "skip":
                yield str(match.lastgroup), match[0], at
            at = match.end()

    def _error(self, what: str, at: int | None = None) -> TextError:
        if at is None:
            index = min(self._at, len(self._tokens)) - 1
            at = self._tokens[index][2] if self._tokens and index >= 0 else 0
        line, column = self._text.count("\n", 0, at) + 1, at - self._text.rfind("\n", 0, at)
        return TextError(f"line {line}, column {column}: {what}")
