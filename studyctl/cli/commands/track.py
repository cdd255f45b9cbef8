"""`studyctl track`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.diagnostics import say
from studyctl.cli.state import state_of

app = typer.Typer(help="The plans, and which one is active.", no_args_is_help=True)


@app.command("list")
def list_tracks(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the tracks; the active one is marked."""
    rows = state_of(context).container.plan.tracks()
    if as_json:
        output.document(
            [
                {
                    "id": track.id,
                    "title": track.title,
                    "description": track.description,
                    "unit": track.unit,
                    "length": track.length,
                    "written": written,
                    "closed": closed,
                    "active": active,
                }
                for track, closed, written, active in rows
            ]
        )
        return
    output.table(
        ("", "track", "closed", "written", "planned", "title"),
        [
            (
                "*" if active else " ",
                track.id,
                closed,
                written,
                f"{track.length} {track.unit}s",
                track.title,
            )
            for track, closed, written, active in rows
        ],
    )


@app.command("use")
def use(
    context: typer.Context,
    track: Annotated[str, typer.Argument(help="Track id.", autocompletion=completion.tracks)],
) -> None:
    """Make a track the active one."""
    say(f"Active track: {state_of(context).container.settings.use_track(track).value.title}")
