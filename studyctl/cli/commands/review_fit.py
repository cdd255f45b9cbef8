"""`studyctl review fit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from studyctl.cli import output
from studyctl.cli.diagnostics import say
from studyctl.cli.due_moves import counted
from studyctl.cli.load_plot import print_loads
from studyctl.cli.state import state_of
from studyctl.errors import UsageError

if TYPE_CHECKING:
    from studyctl.services.fit import Load, Refit


def register(group: typer.Typer) -> None:
    """Add to `studyctl review`."""
    group.command("fit")(fit)


def fit(
    context: typer.Context,
    look: Annotated[bool, typer.Option("--look", help="Fit and compare, change nothing.")] = False,
    reschedule: Annotated[bool, typer.Option("--reschedule", help="Move due dates to what the weights say.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Fit the scheduler to your reviews; new weights stay if they predict the latest fifth better, by more than chance.

    The log is split by time: weights learn from its first four fifths and are judged on the rest.
    """
    from studyctl.services.fit import FitService

    if look and reschedule:
        raise UsageError("--look changes nothing, so it cannot reschedule.", "Leave one of the two out.")
    service = FitService(state_of(context).container.context)
    done = service.look() if look else service.refit(reschedule).value
    if as_json:
        output.document(_document(done))
        return
    _print(done, look)


def _document(done: Refit) -> dict[str, Any]:
    plain: dict[str, Any] = output.plain(done)
    return plain | {"accepted": done.fit.accepted}


def _print(done: Refit, look: bool) -> None:
    found = done.fit
    output.line(
        f"{found.reviews} reviews of {counted(found.cards, 'card')}: "
        f"{found.trained} to learn from, {found.held_out} held out"
    )
    rows = [
        (name, f"{loss.log_loss:.4f}", f"{loss.rmse:.4f}") for name, loss in (("old", found.old), ("new", found.new))
    ]
    output.table(("weights", "log loss", "RMSE (bins)"), rows)
    change = found.change
    output.line(f"log loss, new minus old on the same reviews: {change.mean:+.4f}; 95 % sure below {change.bound:+.4f}")
    if not found.accepted:
        verdict = "That may be chance, as the bound is not below 0" if change.mean < 0 else "That is no better"
        output.line(f"{verdict}: the old ones stay.")
    elif look:
        output.line("The new weights are better. `studyctl review fit` keeps them.")
    else:
        output.line(f"The new weights ({done.algo}) are kept; `studyctl undo` takes them back.")
    if done.load is not None:
        print_load(done.load)
        moved = counted(done.load.moved, "card")
        if done.rescheduled:
            output.line(f"{moved} {'has' if done.load.moved == 1 else 'have'} a new due date.")
        else:
            say(f"{moved} would get a new due date: `studyctl review fit --reschedule` moves them.")


def print_load(load: Load) -> None:
    """Cards due on the next days before and after rescheduling."""
    output.line()
    output.line(
        f"Cards due on each of the next {len(load.before)} days: {sum(load.before)} before, {sum(load.after)} after"
    )
    print_loads(load.before, load.after, ("before rescheduling", "after rescheduling"))
