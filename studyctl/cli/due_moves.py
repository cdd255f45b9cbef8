"""Moving due days on the command line: the cost first, then the act, if it is wanted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import output
from studyctl.cli.diagnostics import say
from studyctl.cli.load_plot import print_loads
from studyctl.cli.state import state_of

if TYPE_CHECKING:
    from studyctl.domain.move_cost import MoveCost
    from studyctl.services.breaks import Planned, Wish

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do it; without this only the cost is said.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def propose(context: typer.Context, wish: Wish, again: str, yes: bool, as_json: bool) -> None:
    """Say what it costs, and do it with `yes` or after a yes on a terminal. `again` is the command that does it."""
    from studyctl.services.breaks import summary

    service = state_of(context).container.breaks
    planned = service.do(wish).value if yes else service.look(wish)
    if as_json:
        output.document({"act": summary(wish), "done": yes, **output.plain(planned)})
        return
    _print(planned, summary(wish))
    if not yes and on_terminal():
        yes = typer.confirm("Do it?", err=True)
        if yes:
            service.do(wish)
    if yes:
        say("Done. `studyctl undo` takes it back whole.")
    else:
        say(f"Nothing was changed. `{again} --yes` does it.")


def on_terminal() -> bool:
    """True where somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def counted(number: int, noun: str) -> str:
    """`1 card`, `2 cards`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _print(planned: Planned, act: str) -> None:
    cost = planned.cost
    moved = f"{counted(cost.moved, 'card')} to move" if cost.moved else "no card has to move"
    output.line(f"{act[0].upper()}{act[1:]}: {moved}")
    if not cost.moved:
        return
    output.line(
        f"{cost.earlier} earlier, {cost.later} later; by {cost.mean_days:.1f} days in the mean, "
        f"{counted(abs(cost.worst_days), 'day')} at most"
    )
    output.line()
    output.table(("", "as it is", "afterwards"), _rows(cost, planned.seconds))
    output.line()
    output.line(_forgotten(planned))
    source = "at your own pace" if planned.measured else "the memory model's default"
    output.line(f"One review takes {planned.seconds:.1f} s ({source}).")
    _plot(cost)


def _rows(cost: MoveCost, seconds: float) -> list[tuple[str, ...]]:
    loads = (cost.before, cost.after)
    days = len(cost.before)
    busiest, mean = [max(load) for load in loads], [sum(load) / days for load in loads]
    return [
        ("expected recall of these cards", f"{cost.recall_planned:.3f}", f"{cost.recall_new:.3f}"),
        ("busiest day, cards", *(str(most) for most in busiest)),
        ("busiest day, minutes", *(f"{most * seconds / 60:.1f}" for most in busiest)),
        (f"mean of {days} days, minutes", *(f"{each * seconds / 60:.1f}" for each in mean)),
    ]


def _forgotten(planned: Planned) -> str:
    extra = planned.cost.extra_forgotten
    text = f"Expected: {abs(extra):.1f} {'more' if extra >= 0 else 'fewer'} of these cards forgotten when asked."
    if planned.waiting is None:
        return text
    return f"{text}\nUnmoved they would all wait for the day after the break: {planned.waiting:.1f} more forgotten."


def _plot(cost: MoveCost) -> None:
    output.line()
    output.line(f"Cards due on each of the next {len(cost.before)} days; the first has what is overdue")
    print_loads(cost.before, cost.after, ("as it is", "afterwards"))
