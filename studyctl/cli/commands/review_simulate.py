"""`studyctl review simulate`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import output
from studyctl.cli.due_moves import counted
from studyctl.cli.progress_bar import progress_bar
from studyctl.cli.state import state_of
from studyctl.errors import UsageError

if TYPE_CHECKING:
    from studyctl.services.simulate import Comparison, Estimate

DEFAULT_DAYS = 90
PLOT_SIZE = (76, 18)


def register(group: typer.Typer) -> None:
    """Add to `studyctl review`."""
    group.command("simulate")(simulate)


def simulate(
    context: typer.Context,
    cards: Annotated[int, typer.Option("--cards", help="Cards to learn.")] = 500,
    days: Annotated[int | None, typer.Option("--days", help="Days until the date; 90 where nothing is said.")] = None,
    minutes: Annotated[float, typer.Option("--minutes", help="The most minutes for one day.")] = 20.0,
    deadline: Annotated[str | None, typer.Option("--deadline", help="The date, YYYY-MM-DD, instead of --days.")] = None,
    learners: Annotated[int, typer.Option("--learners", help="Simulated learners.")] = 20,
    seed: Annotated[int, typer.Option("--seed", help="Another number, other learners.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="No plot and no progress bar.")] = False,
) -> None:
    """Compare one fixed retention with being ready on a date, on simulated learners."""
    from studyctl.services.fit import FitService
    from studyctl.services.simulate import Experiment, check, compare

    container = state_of(context).container
    settings = container.context.settings()
    span = _days(days, deadline, container.context.today(settings))
    weights = FitService(container.context).weights()
    experiment = Experiment(cards, span, minutes, seed, learners, settings.desired_retention, weights)
    check(experiment)
    with progress_bar("simulating", quiet=plain or as_json) as progress:
        found = compare(experiment, progress)
    if as_json:
        output.document(found)
        return
    _print(found, plot=not plain)


def _days(days: int | None, deadline: str | None, today: date) -> int:
    if deadline is None:
        return DEFAULT_DAYS if days is None else days
    if days is not None:
        raise UsageError("--days and --deadline both say when.", "Give one of the two.")
    try:
        return (date.fromisoformat(deadline) - today).days
    except ValueError as error:
        raise UsageError(f"{deadline!r} is not a date.", "Write it as YYYY-MM-DD.") from error


def _print(found: Comparison, plot: bool) -> None:
    output.line(
        f"{counted(found.cards, 'card')}, {counted(found.days, 'day')}, {found.learners} learners (seed {found.seed})"
    )
    rows = [
        (
            name,
            _range(schedule.forgotten, 1, 1),
            f"{schedule.minutes:.1f}",
            f"{schedule.tail_load:.2f}",
            f"{schedule.worst_tail_load:.2f}",
        )
        for name, schedule in (
            (f"fixed retention {100 * found.retention:g} %", found.fixed),
            (f"deadline mode, builds at {100 * found.build_retention:g} %", found.deadline),
        )
    ]
    output.table(("schedule", "forgotten (95 %)", "min/day", "last week", "worst"), rows)
    output.line("forgotten: cards at the date, with a 95 % interval over the learners;")
    output.line("last week: its minutes a day against the mean; worst: the busiest learner")
    output.line(_verdict(found.fewer))
    output.line()
    if plot:
        _print_plot(found)
    else:
        cells = [(f"{each.retention:.2f}", f"{each.minutes:.1f}", f"{each.remembered:.3f}") for each in found.curve]
        output.table(("desired retention", "min/day", "remembered at the date"), cells)


def _verdict(fewer: Estimate) -> str:
    """Which schedule forgets less; an interval with 0 in it says nothing."""
    if fewer.low > 0:
        return f"Deadline mode forgets {_range(fewer, 100, 0)} % fewer cards in no more minutes."
    if fewer.high < 0:
        more = replace(fewer, mean=-fewer.mean, low=-fewer.high, high=-fewer.low)
        return f"Deadline mode forgets {_range(more, 100, 0)} % more cards: it does not pay here."
    return "Too few learners or cards to tell which schedule forgets fewer."


def _print_plot(found: Comparison) -> None:
    from studyctl.plots import draw_plot, legend

    ready = 1 - found.deadline.forgotten.mean / found.cards
    plot = {
        "title": "",
        "kind": "line",
        "x_label": "minutes a day",
        "y_label": "",
        "series": [
            {
                "name": f"fixed retention {100 * found.curve[0].retention:g} to {100 * found.curve[-1].retention:g} %",
                "x": [each.minutes for each in found.curve],
                "y": [100 * each.remembered for each in found.curve],
            },
            {"name": "deadline mode", "x": [found.deadline.minutes], "y": [100 * ready]},
        ],
    }
    output.line("Remembered at the date, %")
    output.line(draw_plot(plot, *PLOT_SIZE))
    output.line(legend(plot))


def _range(found: Estimate, factor: float, places: int) -> str:
    mean, low, high = (f"{factor * value:.{places}f}" for value in (found.mean, found.low, found.high))
    return f"{mean} ({low} to {high})"
