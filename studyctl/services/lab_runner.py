"""Starts the referee as a child process and streams its events; only events and the verdict come back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from studyctl.errors import CannotRunHereError, DataError, UsageError

LINE_LIMIT = 8 * 1024 * 1024
Event = dict[str, Any]


@dataclass(frozen=True)
class RunRequest:
    """What to grade, and how.

    `options` go to the lab, e.g. `redis_url`; `ceilings` is the file of this machine's measured limits; `hints` says
    how many the learner took.
    """

    slug: str
    solution: Path
    device: str = "auto"
    profile: str = "quick"
    seed: int | None = None
    options: dict[str, str] = field(default_factory=dict)
    ceilings: Path | None = None
    hints: int = 0

    @property
    def arguments(self) -> list[str]:
        """Arguments of `python -m graders`."""
        words = ["run", self.slug, "--solution", str(self.solution), "--device", self.device, "--profile", self.profile]
        if self.seed is not None:
            words += ["--seed", str(self.seed)]
        if self.ceilings is not None:
            words += ["--ceilings", str(self.ceilings)]
        if self.hints:
            words += ["--hints", str(self.hints)]
        for key, value in sorted(self.options.items()):
            words += ["--option", f"{key}={value}"]
        return words


class LocalReferee:
    """One referee process on this machine. Iterate over `events`; `cancel` ends it from another thread."""

    def __init__(self, bundle: Path, arguments: list[str]) -> None:
        self._graded = arguments[:1] == ["run"]
        self._talk = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        try:
            self._process = subprocess.Popen(
                _command(arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._talk,
                env=_environment(bundle),
                start_new_session=True,
            )
        except OSError as error:
            raise CannotRunHereError(f"The referee cannot be started: {error.strerror}.") from error

    def events(self) -> Iterator[Event]:
        """Events as they come; the verdict is the last one.

        Raises:
            UsageError, CannotRunHereError, DataError: the referee said why it cannot grade, or ended without verdict.
        """
        output = self._process.stdout
        assert output is not None
        last = ""
        try:
            for event in _lines(output):
                last = str(event.get("event", ""))
                if last == "unavailable":
                    self._process.wait()
                    raise CannotRunHereError(str(event.get("why", "")), str(event.get("install", "")))
                yield event
            code = self._process.wait()
        finally:
            self.cancel()
            output.close()
        if (self._graded and last != "verdict") or code not in (0, 1):
            raise self._unfinished(code)

    def cancel(self) -> None:
        """End the referee and with it the learner's worker; harmless when it has ended."""
        if self._process.poll() is None:
            try:
                os.killpg(self._process.pid, signal.SIGTERM)
                self._process.wait(timeout=5)
            except ProcessLookupError:
                pass
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def _unfinished(self, code: int) -> Exception:
        self._talk.seek(0)
        talk = self._talk.read()[-2000:].decode("utf-8", "replace").strip()
        reason = talk.splitlines()[-1] if talk else f"exit status {code}"
        if code == 2:
            return UsageError(reason, "`studyctl lab show` says what the lab expects.")
        if code == 3:
            return CannotRunHereError(reason)
        return DataError(f"The referee ended without a verdict: {reason}", "`studyctl doctor` checks the installation.")


def call_referee(bundle: Path, arguments: list[str]) -> tuple[int, str, str]:
    """Run a command of the referee that measures no solution; returns exit code, stdout and stderr.

    Raises:
        CannotRunHereError: it cannot be started.
    """
    try:
        done = subprocess.run(
            _command(arguments),
            stdin=subprocess.DEVNULL,
            env=_environment(bundle),
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise CannotRunHereError(f"The referee cannot be started: {error.strerror}.") from error
    return done.returncode, done.stdout, done.stderr


def _command(arguments: list[str]) -> list[str]:
    # -P: the folder that the learner stands in must not shadow the referee or what it imports.
    return [sys.executable, "-P", "-m", "graders", *arguments]


def _environment(bundle: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": str(bundle), "PYTHONUTF8": "1"}


def _lines(stream: IO[bytes]) -> Iterator[Event]:
    while line := stream.readline(LINE_LIMIT):
        try:
            event = json.loads(line)
        except ValueError as error:
            raise DataError("The referee sent a line that is not JSON.", "Reinstall studyctl.") from error
        if isinstance(event, dict):
            yield event
