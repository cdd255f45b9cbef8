"""What the commands share: the container, opened on first use, and the way into the TUI."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from studyctl.errors import CannotRunHereError

if TYPE_CHECKING:
    from studyctl.container import Container

OpenTui = Callable[..., int]


class State:
    """Lives as long as one command."""

    def __init__(self, open_tui: OpenTui) -> None:
        self._open_tui = open_tui
        self._container: Container | None = None

    @property
    def container(self) -> Container:
        """The services; the database is opened on first use."""
        if self._container is None:
            from studyctl.container import open_container

            self._container = open_container()
        return self._container

    def open_tui(self, start: str, *arguments: str) -> None:
        """Open the TUI on a screen, with the arguments of its route, and leave with its exit code.

        Raises:
            CannotRunHereError: stdin or stdout is not a terminal.
        """
        import sys

        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise CannotRunHereError(
                "The screens need a terminal.",
                "`studyctl today --plain`, `studyctl review --plain` and `studyctl --help` work without one.",
            )
        raise typer.Exit(self._open_tui(start, *arguments))

    def close(self) -> None:
        """Give the database back."""
        if self._container is not None:
            self._container.close()


def state_of(context: typer.Context) -> State:
    """The state of the running command."""
    state = context.find_object(State)
    assert state is not None
    return state
