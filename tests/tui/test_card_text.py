"""The text of a card beside the list of cards."""

from __future__ import annotations

import pytest

from studyctl.tui.widgets.card_text import _paragraphs


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\ntwo **three**\n  `four`", ["one two three four"]),
        ("Three:\n- one\n  and more\n- two", ["Three:\n- one and more\n- two"]),
        ("1. one\n2. two", ["1. one\n2. two"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["| a | b |\n|---|---|\n| 1 | 2 |"]),
        ("2 of\n3 and\n-1", ["2 of 3 and -1"]),
        ("a\n\nb", ["a", "b"]),
    ],
)
def test_lists_and_tables_keep_their_lines_and_prose_flows(text: str, lines: list[str]) -> None:
    assert [part.plain for part in _paragraphs(text)] == lines
