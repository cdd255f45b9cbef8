"""The event stream towards the application: JSON lines, flushed, the verdict last."""

from __future__ import annotations

import json
import math
import sys
from typing import IO, Any, Protocol


class Sink(Protocol):
    """Takes events one by one; the application sees them in this order."""

    def emit(self, event: dict[str, Any]) -> None:
        """Hand over one event."""


class JsonLines:
    """Writes each event as one flushed line."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream if stream is not None else sys.stdout

    def emit(self, event: dict[str, Any]) -> None:
        """Write ``event``; a number that JSON has no form for becomes null."""
        self._stream.write(json.dumps(finite(event), allow_nan=False) + "\n")
        self._stream.flush()


class Recorder:
    """Keeps events in memory, for the self-check and for tests."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def emit(self, event: dict[str, Any]) -> None:
        """Store ``event`` as JSON would carry it."""
        self.events.append(json.loads(json.dumps(finite(event))))

    @property
    def last(self) -> dict[str, Any]:
        """The newest event."""
        return self.events[-1]


def finite(value: Any) -> Any:
    """Return ``value`` with NaN and infinities replaced by None and numpy scalars by Python's."""
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        return finite(value.item())
    return value
