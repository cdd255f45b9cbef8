"""Foreign text made safe to show and store: no control characters, no overrides of the writing direction."""

from __future__ import annotations

import re
from collections.abc import Callable

from studyctl.errors import DataError
from studyctl.storage.exchange.limits import MAX_FIELD_BYTES, MAX_NAME

_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_HARMFUL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_SEQUENCE = re.compile(r"\x1b[\[\]PX^_]")  # of a terminal, ECMA-48 section 5.3
_BLANKS = re.compile(r"\s+")

Refuse = Callable[[str], DataError]


def clean_text(text: str, refuse: Refuse, what: str) -> str:
    """Text of a field: line ends become line feeds, control and direction-override characters go.

    Raises:
        DataError: a NUL, a control sequence, half a character (a lone surrogate), or more than the limit in bytes.
    """
    if "\0" in text:
        raise refuse(f"{what} holds a NUL character.")
    if _SEQUENCE.search(text):
        raise refuse(f"{what} holds a control sequence for a terminal.")
    # UTF-8 is at most four bytes a character, so short texts need no encoding to be measured
    if len(text) * 4 > MAX_FIELD_BYTES or not text.isascii():
        try:
            size = len(text.encode())
        except UnicodeEncodeError as error:
            raise refuse(f"{what} is not valid Unicode.") from error
        if size > MAX_FIELD_BYTES:
            raise refuse(f"{what} has {size:,} bytes; the limit is {MAX_FIELD_BYTES:,}.")
    return _HARMFUL.sub("", _LINE_ENDS.sub("\n", text))


def clean_name(text: str, refuse: Refuse, what: str) -> str:
    """A name on one line: of a deck, a tag, a card.

    Raises:
        DataError: as for a text, or longer than the limit.
    """
    name = _BLANKS.sub(" ", clean_text(text, refuse, what)).strip()
    if len(name) > MAX_NAME:
        raise refuse(f"{what} has {len(name):,} characters; the limit is {MAX_NAME}.")
    return name


def without_control(text: str) -> str:
    """Text without control and direction-override characters, NUL among them; blanks stay."""
    return _HARMFUL.sub("", text).replace("\0", "")


def is_id(text: str) -> bool:
    """Whether a text can name a card: short, on one line, nothing invisible, no half characters."""
    return 0 < len(text) <= MAX_NAME and text.isprintable() and text == text.strip()
