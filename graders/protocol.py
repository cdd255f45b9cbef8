"""The language between referee and worker: one bounded JSON object per line, never pickled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from graders.errors import ProtocolError

MAX_LINE = 65_536  # bytes; larger data travels through the arena
READ_SIZE = 65_536

Body = dict[str, Any]


def _refuse_constant(name: str) -> NoReturn:
    raise ProtocolError(f"{name} is not JSON")


def encode(body: Mapping[str, object]) -> bytes:
    """Return one line; raises ProtocolError when it would exceed MAX_LINE or holds something JSON has no form for."""
    try:
        line = json.dumps(body, allow_nan=False, separators=(",", ":")).encode() + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise ProtocolError(f"not a JSON message: {error}") from error
    if len(line) > MAX_LINE:
        raise ProtocolError(f"message of {len(line)} bytes, at most {MAX_LINE} are allowed")
    return line


def decode(line: bytes) -> Body:
    """Parse one line into a dict; raises ProtocolError for anything else (also for NaN and deep nesting)."""
    if len(line) > MAX_LINE:
        raise ProtocolError(f"message of {len(line)} bytes, at most {MAX_LINE} are allowed")
    try:
        body = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not a JSON message: {line[:80]!r}") from error
    if not isinstance(body, dict):
        raise ProtocolError(f"a message is an object, got {type(body).__name__}")
    return body


class LineBuffer:
    """Cuts a byte stream into lines and refuses a line that never ends."""

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._pending = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield each completed line without its newline; raises ProtocolError past the limit."""
        parts = (self._pending + data).split(b"\n")
        self._pending = parts.pop()
        for line in parts:
            if len(line) > self._limit:
                raise ProtocolError(f"line of {len(line)} bytes, at most {self._limit} are allowed")
            yield line
        if len(self._pending) > self._limit:
            raise ProtocolError(f"line of more than {self._limit} bytes")
