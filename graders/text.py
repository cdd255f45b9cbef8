"""Makes what a learner's code prints safe to show: no control sequences, bounded length."""

from __future__ import annotations

import re

MAX_LOG_LINE = 2_000  # characters
MAX_LOG_TOTAL = 65_536  # characters for one worker

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC: titles, hyperlinks, clipboard
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"  # DCS, SOS, PM, APC
    r"|\x1b\[[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor
    r"|\x1b[ -/]*[0-~]?"
    r"|\x9b[0-?]*[ -/]*[@-~]?"
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str, limit: int = MAX_LOG_LINE) -> str:
    """Strip terminal control sequences and bidirectional overrides, then cut to ``limit`` characters."""
    plain = _CONTROLS.sub("", _ESCAPES.sub("", text))
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"


class LogCollector:
    """Turns raw bytes of one stream into clean, bounded log lines."""

    def __init__(self, total: int = MAX_LOG_TOTAL) -> None:
        self._left = total
        self._pending = b""

    def feed(self, data: bytes) -> list[str]:
        """Return the completed lines in ``data``; after the total, one line says that the rest is dropped."""
        if self._left <= 0:
            return []
        parts = (self._pending + data).split(b"\n")
        self._pending = parts.pop()
        if len(self._pending) > 4 * MAX_LOG_LINE:
            parts.append(self._pending)
            self._pending = b""
        return self._bounded(parts)

    def finish(self) -> list[str]:
        """Return an unfinished last line, if there is one."""
        rest, self._pending = self._pending, b""
        return self._bounded([rest]) if rest and self._left > 0 else []

    def _bounded(self, parts: list[bytes]) -> list[str]:
        lines = []
        for part in parts:
            line = clean(part.decode("utf-8", "replace"))
            self._left -= len(line) + 1
            if self._left <= 0:
                lines.append("(further output of the solution is not shown)")
                break
            lines.append(line)
        return lines
