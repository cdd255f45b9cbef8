"""`studyctl review reschedule`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.commands.review_fit import print_load
from studyctl.cli.diagnostics import say
from studyctl.cli.due_moves import counted
from studyctl.cli.state import state_of


def register(group: typer.Typer) -> None:
    """Add to `studyctl review`."""
    group.command("reschedule")(reschedule)


def reschedule(
    context: typer.Context,
    look: Annotated[bool, typer.Option("--look", help="Show what it does, change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Move due dates to what the retention of today leads to: that of a deadline while it builds, else the desired."""
    from studyctl.services.reschedule import RescheduleService

    service = RescheduleService(state_of(context).container.context)
    done = service.look() if look else service.reschedule().value
    if as_json:
        output.document(done)
        return
    output.line(f"Dates at which recall has fallen to {100 * done.retention:g} %")
    print_load(done.load)
    output.line(f"{counted(done.load.moved, 'card')} {'would get' if look else 'got'} another due date.")
    if look and done.load.moved:
        say("`studyctl review reschedule` moves them, `studyctl undo` takes that back.")
