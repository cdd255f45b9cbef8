"""`studyctl plan`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.diagnostics import say
from studyctl.cli.render import day_lines
from studyctl.cli.state import state_of

app = typer.Typer(help="Any day of any plan.", no_args_is_help=True)


@app.command("show")
def show(
    context: typer.Context,
    address: Annotated[
        str,
        typer.Argument(help="p90/16, 28:16, day16, or a track for its outline.", autocompletion=completion.addresses),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show a day with all its items, or a track's outline."""
    container = state_of(context).container
    if address in container.library.tracks:
        track, lines = container.plan.outline(address)
        if as_json:
            output.document({"track": track, "days": lines})
            return
        output.line(f"{track.title}: {track.description}")
        output.table(
            ("address", "state", "done", "title"),
            [
                (line.address, line.state.value, f"{line.completion.done}/{line.completion.total}", line.title)
                for line in lines
            ],
        )
        return
    choice = container.resolve.day(address)
    if choice.also:
        say(f"{choice.address} (could also mean {', '.join(str(other) for other in choice.also)})")
    view = container.plan.show(choice.address)
    if as_json:
        output.document(view)
        return
    for text in day_lines(view):
        output.line(text)
