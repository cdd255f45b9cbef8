"""`studyctl export backup`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.diagnostics import say
from studyctl.cli.state import state_of


def register(group: typer.Typer) -> None:
    """Add to `studyctl export`."""
    group.command("backup")(backup)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Zip file to write.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write the database and your own decks into one zip file.

    Unpacked anywhere it is a home: set STUDYCTL_HOME to that folder to look at it, or to go on there.
    """
    from studyctl.services.backup import BackupService

    written = BackupService(state_of(context).container.context).write(file)
    if as_json:
        output.document(written)
        return
    decks = output.count(written.decks, "own deck")
    output.line(f"{written.path}: the database and {decks} ({written.bytes:,} bytes)")
    say(f"To look at it: unzip {written.path.name} -d copy && STUDYCTL_HOME=copy studyctl doctor")
