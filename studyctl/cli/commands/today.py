"""`studyctl today`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import output
from studyctl.cli.render import break_line, day_lines
from studyctl.cli.state import state_of
from studyctl.domain.calendar import drift_text
from studyctl.domain.deadline_choice import countdown
from studyctl.domain.sprint import SprintState

if TYPE_CHECKING:
    from studyctl.services.today import TodayView


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("today")(today)


def today(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Line by line, without any drawing (the default here).")
    ] = False,
) -> None:
    """Show the first unfinished day, the next action and what waits."""
    view = state_of(context).container.today.view()
    if as_json:
        shown = output.plain(view)
        shown["position"]["drift"] = view.position.drift
        output.document(shown)
        return
    for text in today_lines(view):
        output.line(text)


def today_lines(view: TodayView) -> list[str]:
    """Today as lines of text."""
    position, cards = view.position, view.cards
    lines = [
        f"{view.track.title}: {position.closed} of {position.length} {view.track.unit}s closed, "
        f"{drift_text(position.drift, 'day')}, streak {view.streak}, today {view.minutes_today} min"
    ]
    if view.break_until is not None:
        lines.append(break_line(view.break_until))
    if view.sprint is not None:
        seconds = view.sprint.remaining_ms // 1000
        left = f"{seconds // 60}:{seconds % 60:02d} left" if view.sprint.state is SprintState.RUNNING else "over"
        lines.append(f"Sprint: {view.sprint.sprint.target} ({left}, {len(view.sprint.thoughts)} thoughts parked)")
    lines.append(f"Next: {view.next_action.label}")
    ends = "" if cards.deadline_days is None else f" ({countdown(cards.deadline_days)})"
    lines.append(
        f"Waiting: {cards.learning + cards.review} cards due, {cards.new} new{ends}; "
        f"{view.interviews.total} interview questions; {view.inbox} thoughts in the inbox"
    )
    if view.view is not None:
        lines += ["", *day_lines(view.view)]
    return lines
