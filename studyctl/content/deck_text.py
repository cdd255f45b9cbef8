"""A card's own lines inside a deck file: cut out as text and put back, so that every other byte stays as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studyctl.content.toml_file import TomlTable, parse_toml
from studyctl.errors import ContentError

# Strings first: what stands inside one is neither a header nor a comment.
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|(?P<comment>\#[^\n]*)"
    r"|(?P<header>^[ \t]*\[\[[ \t]*card[ \t]*\]\])"
    r"|[^\s\"'#\[]+|\[",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """A card's text from its `[[card]]` to the end of its last value; `line` counts from 1."""

    start: int
    end: int
    text: str
    line: int


def block_of(source: str, note: str, shown_as: str) -> Block | None:
    """The block of a card (all gaps of a cloze text are one); None where the file has no such card.

    Raises:
        ContentError: the file is no TOML, or its cards are not written as `[[card]]` tables.
    """
    tables = parse_toml(source, shown_as).tables("card")
    blocks = _blocks(source)
    if len(blocks) != len(tables) or any(map(_differs, blocks, tables)):
        raise ContentError(
            f"{shown_as}:1: the cards cannot be told apart as text.",
            "Write each card as a [[card]] table with its keys below it.",
        )
    return next((block for block, table in zip(blocks, tables, strict=True) if table.values.get("id") == note), None)


def with_block(source: str, block: Block, text: str) -> str:
    """The file with another text in a block's place; ends of lines are written as the file has them."""
    return source[: block.start] + _as_in(source, text.strip("\r\n")) + source[block.end :]


def with_card(source: str, text: str) -> str:
    """The file with one card more at its end."""
    end = _as_in(source, "\n")
    gap = "" if not source or source.endswith(("\n\n", "\n\r\n")) else end if source.endswith("\n") else end * 2
    return source + gap + _as_in(source, text.strip("\r\n")) + end


def _as_in(source: str, text: str) -> str:
    lines = text.replace("\r\n", "\n")
    return lines.replace("\n", "\r\n") if "\r\n" in source else lines


def _blocks(source: str) -> list[Block]:
    starts: list[int] = []
    ends: list[int] = []
    for token in _TOKEN.finditer(source):
        if token.lastgroup == "header":
            starts.append(token.start())
            ends.append(token.end())
        elif token.lastgroup != "comment" and ends:
            ends[-1] = token.end()
    found = []
    for start, last in zip(starts, ends, strict=True):
        match = re.compile(r"[^\r\n]*").match(source, last)
        end = match.end() if match else last
        found.append(Block(start, end, source[start:end], source.count("\n", 0, start) + 1))
    return found


def _differs(block: Block, table: TomlTable) -> bool:
    try:
        alone = parse_toml(block.text, "").tables("card")
    except ContentError:
        return True
    return [each.values for each in alone] != [table.values]
