"""Everything that goes to stderr, and the exit codes."""

from __future__ import annotations

import sys

import typer

from studyctl.errors import ExitCode, StudyError

INTERRUPTED = 130


def say(text: str) -> None:
    """Talk to the user."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def report(error: BaseException) -> int:
    """Explain an error and return its exit code; what is not expected is raised again."""
    if isinstance(error, StudyError):
        say(f"studyctl: {error.message}")
        if error.hint:
            say(error.hint)
        return int(error.exit_code)
    if isinstance(error, typer.Exit):
        return int(error.exit_code)
    if isinstance(error, typer.Abort | KeyboardInterrupt):
        say("studyctl: stopped.")
        return INTERRUPTED
    # Some versions of typer carry click inside them, so its usage errors are known by what they offer.
    if callable(explain := getattr(error, "format_message", None)):
        if type(error).__name__ == "NoArgsIsHelpError":
            say(explain())  # the help of the group, which needs no word more
            return int(ExitCode.USAGE)
        say(f"studyctl: {explain()}")
        where = getattr(getattr(error, "ctx", None), "command_path", "studyctl")
        say(f"`{where} --help` shows how it is used.")
        return int(ExitCode.USAGE)
    if isinstance(error, UnicodeEncodeError):  # a word of the command line whose bytes are no text
        say("studyctl: what was typed has a character that cannot be stored.")
        say("Type it as UTF-8 text.")
        return int(ExitCode.USAGE)
    if isinstance(error, OSError):
        say(f"studyctl: {error.strerror or error}{f': {error.filename}' if error.filename else ''}")
        say("`studyctl doctor` checks the places that studyctl uses.")
        return int(ExitCode.DATA)
    raise error
