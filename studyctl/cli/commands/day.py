"""`studyctl day`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.state import state_of
from studyctl.domain.ticks import OpenItems
from studyctl.errors import UsageError

app = typer.Typer(help="Close today's day.", no_args_is_help=True)


@app.command("close")
def close(
    context: typer.Context,
    carry: Annotated[bool, typer.Option("--carry", help="Carry open items over to the next day.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Drop open items.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Close today's day; what is open is carried over or dropped, by your choice."""
    days = state_of(context).container.days
    closing = days.preview()
    if carry == drop and (closing.open_items or carry):
        raise UsageError(
            f"{closing.address} has {len(closing.open_items)} open items: say what becomes of them.",
            "Type one of:\n  studyctl day close --carry\n  studyctl day close --drop",
        )
    closed = days.close(OpenItems.DROP if drop else OpenItems.CARRY).value
    if as_json:
        output.document(
            {
                "closed": closed.address,
                "open_items": [item.id for item in closed.open_items],
                "choice": "drop" if drop else "carry",
                "next": closed.next,
            }
        )
        return
    count = len(closed.open_items)
    fate = f", {count} open item{'s' if count != 1 else ''} {'dropped' if drop else 'carried over'}" if count else ""
    output.line(f"Closed {closed.address}{fate}. Next: {closed.next or 'nothing, the track is finished'}.")
