"""`studyctl sprint`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import output
from studyctl.cli.state import state_of
from studyctl.domain.sprint import DEFAULT_MINUTES, SprintState

if TYPE_CHECKING:
    from studyctl.services.sprints import SprintStatus

app = typer.Typer(help="The 10-minute sprint on one micro-target.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
MinutesOption = Annotated[int, typer.Option("--minutes", help="Length in minutes.")]


@app.command("start")
def start(
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="The micro-target, in a few words.")],
    minutes: MinutesOption = DEFAULT_MINUTES,
    as_json: JsonOption = False,
) -> None:
    """Start a sprint. It goes on whatever happens to this terminal."""
    sprints = state_of(context).container.sprints
    sprints.start(target, minutes)
    _show(sprints.status(), as_json)


@app.command("status")
def status(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show the sprint that runs, or is over and waits for a choice."""
    _show(state_of(context).container.sprints.status(), as_json)


@app.command("stop")
def stop(context: typer.Context, as_json: JsonOption = False) -> None:
    """End the sprint, early or at its end."""
    sprint = state_of(context).container.sprints.stop().value
    if as_json:
        output.document(sprint)
        return
    output.line(f"Stopped: {sprint.target} ({sprint.worked_ms // 60_000} min, {sprint.interruptions} interruptions)")


@app.command("go-on")
def go_on(context: typer.Context, minutes: MinutesOption = DEFAULT_MINUTES, as_json: JsonOption = False) -> None:
    """Go on with the same target after the end."""
    sprints = state_of(context).container.sprints
    sprints.go_on(minutes)
    _show(sprints.status(), as_json)


def _show(status: SprintStatus | None, as_json: bool) -> None:
    if as_json:
        output.document(None if status is None else status)
        return
    if status is None:
        output.line("No sprint is running.")
        return
    seconds = status.remaining_ms // 1000
    left = f"{seconds // 60}:{seconds % 60:02d} left" if status.state is SprintState.RUNNING else "over: stop, or go-on"
    output.line(f"{status.sprint.target}: {left}, {status.sprint.interruptions} interruptions")
    for thought in status.thoughts:
        output.line(f"  parked: {thought.text}")
