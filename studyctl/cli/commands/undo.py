"""`studyctl undo`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.state import state_of


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("undo")(undo)


def undo(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Take the newest act back, whenever it was done."""
    act = state_of(context).container.undo.undo().value
    if as_json:
        output.document(act)
        return
    output.line(f"Undone: {act.summary}")
