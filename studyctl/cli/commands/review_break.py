"""`studyctl review break`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.diagnostics import say
from studyctl.cli.due_moves import JsonOption, YesOption, counted, propose
from studyctl.cli.state import state_of
from studyctl.domain.breaks import Break

app = typer.Typer(help="Planned breaks: days on which nothing shall come due.", no_args_is_help=True)


def register(group: typer.Typer) -> None:
    """Add to `studyctl review`."""
    group.add_typer(app, name="break")


@app.command("plan")
def plan(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="FROM", help="First day, YYYY-MM-DD.")],
    last: Annotated[str, typer.Argument(metavar="TO", help="Last day, YYYY-MM-DD.")],
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Keep days free: cards due then move to the days before and after, and new dates avoid them."""
    wish = state_of(context).container.breaks.away(first, last)
    propose(context, wish, f"studyctl review break plan {first} {last}", yes, as_json)


@app.command("list")
def list_breaks(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the planned breaks, past ones too."""
    container = state_of(context).container
    breaks = container.breaks.breaks()
    today = container.context.today(container.settings.get())
    if as_json:
        output.document([{"first": each.first, "last": each.last, "state": _state(each, today)} for each in breaks])
        return
    if not breaks:
        say("No break is planned. `studyctl review break plan FROM TO` plans one.")
        return
    output.table(
        ("from", "to", "days", "state"), [(each.first, each.last, each.days, _state(each, today)) for each in breaks]
    )


@app.command("cancel")
def cancel(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="FROM", help="First day of the break, YYYY-MM-DD.")],
    as_json: JsonOption = False,
) -> None:
    """Remove a planned break; cards stay on the days that they have."""
    found = state_of(context).container.breaks.cancel(first).value
    if as_json:
        output.document({"first": found.first, "last": found.last})
        return
    output.line(f"Cancelled: break {found} ({counted(found.days, 'day')})")
    say("Cards stay on the days that they have. `studyctl review flatten` evens the days out;")
    say("`studyctl undo`, back to the planning of the break, also moves its cards back.")


def _state(each: Break, today: date) -> str:
    if today > each.last:
        return "past"
    return "now" if today >= each.first else "planned"
