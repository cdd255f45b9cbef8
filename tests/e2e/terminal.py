"""A program in a pseudo-terminal, and the screen that a person would see."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from pathlib import Path

import pyte

KEYS = {"enter": b"\r", "esc": b"\x1b", "space": b" ", "f7": b"\x1b[18~", "f8": b"\x1b[19~", "f5": b"\x1b[15~"}


class Terminal:
    """Runs a command on a screen of its own. Use as a context manager: it is killed at the end."""

    def __init__(self, command: list[str], home: Path, columns: int = 100, rows: int = 30, **environment: str) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(rows)}
            os.execve(command[0], command, {**env, "STUDYCTL_HOME": str(home), **environment})
        self.exit_code: int | None = None

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)

    @property
    def text(self) -> str:
        """What the screen shows now."""
        self._read(0.0)
        return "\n".join(self._screen.display)

    def press(self, *keys: str) -> None:
        """Type keys by name, or text."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key.encode()))
            # A terminal program takes a lone escape for one only after a pause.
            self._read_for(0.3 if key == "esc" else 0.08)

    def wait_for(self, text: str, seconds: float = 30.0) -> str:
        """Read until the screen shows `text`, and return the screen."""
        end = time.monotonic() + seconds
        while text not in (shown := self.text):
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} did not appear:\n{shown}")
            self._read(0.05)
        return shown

    def kill(self) -> None:
        """kill -9."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.exit_code = -9

    def wait_exit(self, seconds: float = 20.0) -> int:
        """Wait until the program ends."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)
                return self.exit_code
        raise AssertionError(f"still running:\n{self.text}")

    def _read_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def _read(self, patience: float) -> None:
        while select.select([self._fd], [], [], patience)[0]:
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                return
            if not data:
                return
            self._stream.feed(data)
            patience = 0.0
