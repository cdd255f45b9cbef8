"""Standard input and output that take every character, whatever the terminal's encoding."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def take_every_character() -> None:
    """Write what the encoding has no character for as `\\u2192`, and read bytes that are no text as a mark for them."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=errors)
