"""`studyctl lab hint`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.commands.lab import JsonOption, LabArgument, say_choice
from studyctl.cli.diagnostics import say
from studyctl.cli.state import state_of


def register(group: typer.Typer) -> None:
    """Add to `studyctl lab`."""
    group.command("hint")(hint)


def hint(
    context: typer.Context,
    lab: LabArgument,
    taken: Annotated[bool, typer.Option("--taken", help="Show those that you have read; costs nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take the next hint. Each costs more than the one before, and the cost goes into the record of later runs."""
    container = state_of(context).container
    choice = container.resolve.lab(lab, "studyctl lab hint")
    say_choice(choice)
    found = container.hints.taken(choice.lab) if taken else container.hints.take(choice.lab).value
    if as_json:
        output.document({**output.plain(found), "cost": found.cost})
        return
    first = 1 if taken else len(found.hints)
    for number, each in enumerate(found.hints[first - 1 :], start=first):
        output.line(f"Hint {number} (cost {each.cost}): {each.text}")
    if not found.hints:
        say("No hint taken yet.")
    after = f"{found.left} left, the next costs {found.next_cost}" if found.left else "none left"
    say(f"Cost so far: {found.cost}; {after}.")
