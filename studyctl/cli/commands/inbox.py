"""`studyctl inbox`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.state import state_of
from studyctl.domain.sprint import ThoughtState, Triage

app = typer.Typer(help="Stray thoughts, parked until there is time for them.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("add")
def add(
    context: typer.Context,
    text: Annotated[list[str], typer.Argument(help="The thought; quotes are optional.")],
    as_json: JsonOption = False,
) -> None:
    """Park a thought."""
    thought = state_of(context).container.inbox.capture(" ".join(text)).value
    if as_json:
        output.document(thought)
        return
    output.line(f"acked {thought.id}: {thought.text}")


@app.command("list")
def list_thoughts(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were triaged.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List parked thoughts, oldest first."""
    thoughts = state_of(context).container.inbox.thoughts(None if everything else ThoughtState.OPEN)
    if as_json:
        output.document(thoughts)
        return
    for thought in thoughts:
        state = "" if thought.state is ThoughtState.OPEN else f" ({thought.state.value})"
        output.line(f"{thought.id}  {thought.text}{state}")


@app.command("triage")
def triage(
    context: typer.Context,
    thought: Annotated[int, typer.Argument(help="Number of the thought.")],
    choice: Annotated[Triage, typer.Argument(help="Keep it as a to-do, it is done, or let it go.")],
    as_json: JsonOption = False,
) -> None:
    """Decide what becomes of a thought; refused while a sprint runs."""
    decided = state_of(context).container.inbox.triage(thought, choice).value
    if as_json:
        output.document(decided)
        return
    output.line(f"{decided.id}: {decided.state.value}")
