"""`studyctl review deadline`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import output
from studyctl.cli.diagnostics import say
from studyctl.cli.due_moves import counted
from studyctl.cli.progress_bar import progress_bar
from studyctl.cli.state import state_of
from studyctl.domain.deadline_choice import Stage, countdown
from studyctl.domain.setting_rules import deadline_and_minutes

if TYPE_CHECKING:
    from studyctl.services.deadline import Phases, Preview, Standing

DEFAULT_MINUTES = 20.0
LEAST_GAIN = 0.01
app = typer.Typer(help="Be ready on a date.", invoke_without_command=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(group: typer.Typer) -> None:
    """Add to `studyctl review`."""
    group.add_typer(app, name="deadline")


@app.callback()
def deadline(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show where you stand: phase, today's minutes, recall now and at the date."""
    if context.invoked_subcommand is not None:
        return
    service = state_of(context).container.deadline
    with progress_bar("forecast", quiet=as_json) as progress:
        standing = service.standing(progress)
    if as_json:
        output.document(standing)
    elif standing is None:
        output.line("There is no deadline.")
        say("`studyctl review deadline set DATE --look` shows what one would come to.")
    else:
        for text in standing_lines(standing):
            output.line(text)


@app.command("set")
def set_date(
    context: typer.Context,
    when: Annotated[str, typer.Argument(metavar="DATE", help="The date to be ready on, YYYY-MM-DD.")],
    minutes: Annotated[
        float | None, typer.Option("--minutes", help="The most minutes for one day; 20, or what was said before.")
    ] = None,
    look: Annotated[bool, typer.Option("--look", help="Show what it comes to, change nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what being ready on a date comes to, and choose it."""
    set_deadline(context, deadline_and_minutes(when.replace(",", " "))[0], minutes, look=look, as_json=as_json)


def set_deadline(context: typer.Context, when: date, minutes: float | None, *, look: bool, as_json: bool) -> None:
    """Preview, and store unless it is a look."""
    container = state_of(context).container
    former = container.settings.get().deadline
    if minutes is None:
        minutes = DEFAULT_MINUTES if former is None else former.minutes
    with progress_bar("forecast", quiet=as_json) as progress:
        preview = container.deadline.look(when, minutes, progress)
    if as_json:
        output.document(preview)
    else:
        for text in preview_lines(preview):
            output.line(text)
    if look:
        say("Nothing was changed: leave --look out to choose it.")
        return
    container.deadline.store(preview.chosen)
    say("It stands; `studyctl undo` takes it back, `studyctl review deadline clear` ends it.")
    if preview.known:
        say("Cards that have a date keep it; `studyctl review reschedule --look` shows what moving them does.")


@app.command("clear")
def clear(context: typer.Context, as_json: JsonOption = False) -> None:
    """Let the deadline go; the desired retention counts again."""
    former = state_of(context).container.deadline.clear().value
    if as_json:
        output.document(former)
        return
    output.line(f"The deadline of {former.date} is gone; cards keep their dates.")


def preview_lines(preview: Preview) -> list[str]:
    """What a deadline would come to."""
    chosen, unfitting = preview.chosen, preview.unfitting
    lines = [
        f"Ready on {chosen.date}: {counted(preview.days, 'day')}, at most {chosen.minutes:g} min a day",
        f"  {counted(preview.cards, 'card')} on days that the plan reaches by then: {preview.known} learnt, "
        f"{preview.cards - preview.known} new",
        *_phase_lines(preview.phases, chosen.build_retention),
        "",
    ]
    rows = [
        (name, f"{100 * each.recall:.1f} %", f"{each.minutes:.1f}", f"{each.last_week_minutes:.1f}")
        for name, each in (
            (f"without: fixed retention {100 * preview.desired_retention:g} %", preview.fixed),
            (f"deadline mode, builds at {100 * chosen.build_retention:g} %", preview.deadline),
        )
    ]
    lines += output.aligned(("schedule", "recalled at the date", "min/day", "in the last week"), rows)
    if preview.deadline.recall - preview.fixed.recall < LEAST_GAIN:
        lines.append("Hardly a gain: new cards come until the date, or time is not what is short.")
    if preview.simulated < preview.cards:
        lines.append(f"(simulated on {preview.simulated} of the cards)")
    reasons = (
        (unfitting.over_limit, "new_cards_per_day leaves no day for them"),
        (unfitting.no_time, "the minutes do not last"),
    )
    for count, why in reasons:
        if count:
            lines.append(f"{counted(count, 'new card')} will not fit: {why}.")
    if unfitting.over_limit or unfitting.no_time:
        lines.append("New cards that do not fit count as forgotten.")
    if unfitting.out_of_reach:
        count = unfitting.out_of_reach
        lines.append(
            f"{count} more new card{'s are' if count != 1 else ' is'} out of reach: "
            "the plan comes to them after the date."
        )
    return lines


def standing_lines(standing: Standing) -> list[str]:
    """Where one stands."""
    chosen = standing.chosen
    lines = [f"{chosen.date}: {countdown(standing.days_left if standing.stage is not Stage.OVER else -1)}"]
    if standing.stage is Stage.OVER:
        lines[0] = over_text(chosen.date)
    else:
        lines += _phase_lines(standing.phases, chosen.build_retention)
        lines.append(f"Now: {standing.stage.value}; today {standing.spent:.1f} of {standing.allowance:.1f} min")
    lines.append(f"{counted(standing.learnt, 'card')} learnt: recall today {100 * standing.recall_now:.1f} %")
    if (forecast := standing.forecast) is not None:
        lines += [
            f"  at the date without another review {100 * standing.recall_untouched:.1f} %",
            f"Forecast: {100 * forecast.recall:.1f} % of {counted(standing.cards, 'card')} recalled at the date",
            *([f"  {counted(standing.unseen, 'new card')} among them will not fit"] if standing.unseen else []),
            f"  {forecast.minutes:.1f} min a day until then, {forecast.last_week_minutes:.1f} in the last week",
        ]
    return lines


def over_text(when: date) -> str:
    """What is said once the date has come."""
    return f"The deadline of {when} has come: the desired retention counts again."


def _phase_lines(phases: Phases, build_retention: float) -> list[str]:
    lines = []
    if phases.build < phases.last_pass:
        lines.append(f"  from {phases.build}  build: cards come back at {100 * build_retention:.0f} % recall")
    lines.append(f"  from {phases.last_pass}  last pass: what raises recall at the date most per second")
    if phases.last_week > phases.last_pass:
        lines.append(f"  from {phases.last_week}  last week")
    return lines
