"""A typed line of a conversation on stdin and stdout."""

from __future__ import annotations

import sys

from studyctl.cli.output import line


def ask(question: str) -> str | None:
    """What was typed, without the spaces around it; None at the end of the input."""
    sys.stdout.write(question)
    sys.stdout.flush()
    typed = sys.stdin.readline()
    if not sys.stdin.isatty():
        line()
    return typed.strip() if typed else None
