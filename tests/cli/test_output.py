"""Text for a terminal and for a pipe."""

from __future__ import annotations

import io
import sys

import pytest

from studyctl.cli import output


class Terminal(io.StringIO):
    """A terminal that keeps what is written."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "fit", "last"),
    [
        (Terminal, True, "one  a long ..."),
        (Terminal, False, "one  a long text"),
        (io.StringIO, True, "one  a long text"),
    ],
)
def test_a_table_is_cut_at_the_edge_of_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], fit: bool, last: str
) -> None:
    shown = stream()
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setenv("COLUMNS", "15")
    output.table(("id", "front"), [("one", "a long text")], fit=fit)
    assert shown.getvalue() == f"id   front\n{last}\n"
