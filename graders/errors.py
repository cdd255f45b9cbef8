"""What can go wrong, one exception for each verdict or exit code it leads to."""

from __future__ import annotations

from typing import Literal

Verdict = Literal["passed", "failed", "noisy", "error", "timeout", "crashed", "refused", "impossible"]


class UsageError(Exception):
    """The command cannot be understood: unknown lab, missing file, bad option (exit code 2)."""


class UnavailableError(Exception):
    """A module, tool or device that the lab needs is not on this machine (exit code 3)."""

    def __init__(self, missing: str, why: str, install: str) -> None:
        super().__init__(f"{missing}: {why}")
        self.missing = missing
        self.why = why
        self.install = install


class ProtocolError(Exception):
    """Bytes on the pipe that are not one bounded JSON object per line."""


class SubmissionError(Exception):
    """The solution ended the run; ``verdict`` says how and the message says what the learner should look at."""

    verdict: Verdict = "error"


class SolutionError(SubmissionError):
    """The learner's code raised, or answered with something of the wrong shape or type."""

    verdict = "error"


class SolutionTimeoutError(SubmissionError):
    """No answer within the time that the request or the lab allows."""

    verdict = "timeout"


class WorkerCrashedError(SubmissionError):
    """The worker process ended by itself or was killed by a limit."""

    verdict = "crashed"


class SubmissionRefusedError(SubmissionError):
    """The file cannot be loaded or lacks a function that the lab calls."""

    verdict = "refused"
