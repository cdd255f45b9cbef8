"""Every error a user can meet: what happened, what to type next, and the exit code."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the `studyctl` command, in one place."""

    OK = 0
    NOT_PASSED = 1
    USAGE = 2
    CANNOT_RUN_HERE = 3
    DATA = 4


class StudyError(Exception):
    """A failure that is explained to the user instead of shown as a traceback.

    `message` says what happened and why; `hint` says what to type next.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(StudyError):
    """The request does not make sense as typed."""


class AmbiguousAddressError(UsageError):
    """A short address means several days or labs; `choices` are commands or addresses to copy."""

    def __init__(self, message: str, choices: list[str]) -> None:
        super().__init__(message, "Type one of:\n" + "\n".join(f"  {choice}" for choice in choices))
        self.choices = choices


class NotFoundError(UsageError):
    """No such address, item, card, lab or record."""


class ConflictError(UsageError):
    """The act does not fit the present state, e.g. a second sprint while one runs."""


class CannotRunHereError(StudyError):
    """A tool, module or device is missing on this machine."""

    exit_code = ExitCode.CANNOT_RUN_HERE


class DataError(StudyError):
    """The user's data cannot be read or written."""

    exit_code = ExitCode.DATA


class ContentError(DataError):
    """A curriculum or lab file is wrong; the message begins with `file:line`."""
