"""The user's own text editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from studyctl.errors import CannotRunHereError, ConflictError

_USUAL = ("nano", "vi")


def editor_command(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The command of VISUAL or EDITOR, else an editor that is there.

    Raises:
        CannotRunHereError: none is named and none is found, or what is named is no command.
    """
    env = os.environ if environment is None else environment
    for variable in ("VISUAL", "EDITOR"):
        if command := env.get(variable, "").strip():
            try:
                return tuple(shlex.split(command))
            except ValueError as error:
                raise CannotRunHereError(
                    f"{variable} is no command: a quotation mark in {command} is not closed.",
                    f"For example: export {variable}=nano",
                ) from error
    for name in _USUAL:
        if found := shutil.which(name, path=env.get("PATH")):
            return (found,)
    raise CannotRunHereError(
        "There is no editor: neither VISUAL nor EDITOR is set, and neither nano nor vi is installed.",
        "Name one, e.g. `export EDITOR=nano`, and try again.",
    )


def run_editor(file: Path) -> None:
    """Let the user edit a file; returns when the editor was closed.

    Raises:
        CannotRunHereError: the editor cannot be started.
        ConflictError: it ended with a failure, as `:cq` of vi does to give up.
    """
    command = (*editor_command(), str(file))
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise CannotRunHereError(
            f"The editor {command[0]!r} cannot be started: {error.strerror}.",
            "Set VISUAL or EDITOR to one that is installed, e.g. `export EDITOR=nano`.",
        ) from error
    if code != 0:
        raise ConflictError(
            f"The editor {command[0]!r} ended with code {code}: nothing was stored.", f"The text is kept in {file}."
        )
