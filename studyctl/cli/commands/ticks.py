"""`studyctl tick` and `studyctl untick`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.state import state_of

if TYPE_CHECKING:
    from studyctl.services.ticks import Ticked

ItemArgument = Annotated[
    str, typer.Argument(help="Item id, e.g. p90/16/deliverable/2.", autocompletion=completion.items)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("tick")(tick)
    app.command("untick")(untick)


def tick(
    context: typer.Context,
    item: ItemArgument,
    evidence: Annotated[str, typer.Option("--evidence", help="A passed lab record's id, or a file.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Mark an item as done: claimed, or proved with evidence."""
    _show(state_of(context).container.ticks.tick(item, evidence).value, as_json)


def untick(context: typer.Context, item: ItemArgument, as_json: JsonOption = False) -> None:
    """Open an item again."""
    _show(state_of(context).container.ticks.untick(item).value, as_json)


def _show(ticked: Ticked, as_json: bool) -> None:
    tick = ticked.tick
    if as_json:
        output.document({"item": ticked.item.id, "status": tick.status, "evidence": tick.evidence})
        return
    evidence = f" by {tick.evidence_kind.value} {tick.evidence}" if tick.evidence else ""
    output.line(f"{ticked.item.id}: {tick.status.value}{evidence}")
