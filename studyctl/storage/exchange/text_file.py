"""Reads foreign text files line by line within limits, and says where in them something is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from studyctl.errors import DataError
from studyctl.storage.exchange import limits
from studyctl.storage.exchange.clean import Refuse
from studyctl.storage.exchange.limits import refusal
from studyctl.storage.exchange.package import check_file

_CORRECT = "Correct that line, or export the file again."


def lines_of(path: Path) -> Iterator[str]:
    """Lines with their ends, as UTF-8 with or without a mark at the beginning.

    Raises:
        NotFoundError: no such file.
        DataError: no plain file, too large, a line that is too long, not UTF-8, or NULs.
    """
    check_file(path, limits.MAX_TEXT_FILE_BYTES)
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(limits.MAX_LINE_BYTES + 1):
                number += 1
                if len(line) > limits.MAX_LINE_BYTES:
                    raise at_line(path, number)(f"it is longer than {limits.MAX_LINE_BYTES:,} bytes.")
                if b"\0" in line:
                    raise at_line(path, number)("it holds a NUL character.")
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise refusal(path, f"line {number} is not valid UTF-8.", "Save the file as UTF-8.") from error
    except OSError as error:
        raise refusal(path, f"it cannot be read: {error.strerror}.", "Check its permissions.") from error


def at_line(path: Path, number: int) -> Refuse:
    """Refusals that name a line."""

    def refuse(what: str) -> DataError:
        return refusal(path, f"line {number}: {what}", _CORRECT)

    return refuse


def id_of(deck: str, front: str) -> str:
    """An id for a card that came without one: the same for the same question in the same deck."""
    digest = hashlib.sha256(f"{deck}\n{front}".encode()).hexdigest()
    return f"text-{digest[:16]}"
