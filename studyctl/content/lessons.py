"""Reads lessons: TOML front matter between two lines of `+++`, then markdown."""

from __future__ import annotations

from pathlib import Path

from studyctl.content.toml_file import parse_toml, read_source
from studyctl.domain.address import Address
from studyctl.domain.lesson import Lesson
from studyctl.errors import ContentError

SCHEMA = 1
_FENCE = "+++\n"


def read_lesson(path: Path, shown_as: str, expected: Address) -> Lesson:
    """The lesson in a file, which must say that it belongs to `expected`.

    Raises:
        ContentError: with file and line.
    """
    source = read_source(path, shown_as)
    parts = source.split(_FENCE, 2)
    if len(parts) != 3 or parts[0]:
        raise ContentError(f"{shown_as}:1: a lesson begins with its front matter between two lines of +++.")
    head = parse_toml("\n" + parts[1], shown_as)  # the fence is a line of the file, too
    head.only("schema", "address", "title", "topics")
    if head.integer("schema") != SCHEMA:
        raise head.error(f"schema must be {SCHEMA}.", "schema")
    if head.text("address") != str(expected):
        raise head.error(f"the address is {head.text('address')}, but the file's place says {expected}.", "address")
    if not parts[2].strip():
        raise ContentError(f"{shown_as}:{source.count(chr(10))}: the lesson is empty.")
    return Lesson(expected, head.text("title"), head.texts("topics"), parts[2].strip("\n"))
