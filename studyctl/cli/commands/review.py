"""`studyctl review`."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.diagnostics import say
from studyctl.cli.render import break_line
from studyctl.cli.state import state_of
from studyctl.domain.cards import Rating
from studyctl.domain.deadline_choice import OVER, countdown
from studyctl.errors import UsageError

app = typer.Typer(help="Flashcards: what is due today.", invoke_without_command=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.callback()
def review(
    context: typer.Context,
    plain: Annotated[bool, typer.Option("--plain", help="Line by line on stdin and stdout.")] = False,
    query: Annotated[
        str | None, typer.Option("--filter", metavar="QUERY", help="Cards that match, due or not, e.g. tag:kv-cache.")
    ] = None,
    practice: Annotated[
        bool, typer.Option("--practice", help="Learnt cards that are not due; stores nothing.")
    ] = False,
) -> None:
    """Open the review queue."""
    if context.invoked_subcommand is not None:
        return
    if query is not None and practice:
        raise UsageError("--filter and --practice exclude each other.", "A filter asks cards that are not due, too.")
    if query is not None and not query.strip():
        raise UsageError("The filter is empty.", "For example: studyctl review --filter tag:kv-cache")
    from studyctl.cli.plain_review import practise_line_by_line, review_line_by_line

    state = state_of(context)
    if plain and (query is not None or practice):
        practise_line_by_line(state.container, query or "", int(time.time()))
    elif plain:
        review_line_by_line(state.container)
    elif query is not None:
        state.open_tui("review", "filter", query)
    else:
        state.open_tui("review", *(("practice",) if practice else ()))


@app.command("due")
def due(context: typer.Context, as_json: JsonOption = False) -> None:
    """List what can be answered now, in the order in which it is asked: the first page and the counts of all."""
    container = state_of(context).container
    queue = container.review.queue()
    found = container.review.cards(queue.ids)
    cards = [found[card_id] for card_id in queue.ids]
    away = container.breaks.current()
    for problem in queue.problems:
        typer.echo(f"{problem.message} {problem.hint}".strip(), err=True)
    if as_json:
        output.document(
            {
                "counts": queue.counts,
                "break_until": away.last if away else None,
                "cards": [{"id": card.id, "deck": card.deck, "day": card.day, "front": card.front} for card in cards],
            }
        )
        return
    if away is not None:
        output.line(break_line(away.last))
    counts = queue.counts
    ends = "" if counts.deadline_days is None else f"; {countdown(counts.deadline_days)}"
    output.line(
        f"{counts.learning} in learning, {counts.review} due, {counts.new} new; {counts.later} later today{ends}"
    )
    for card in cards:
        output.line(f"{card.id}  {' '.join(card.front.split())}")
    if counts.total > len(cards):
        output.line(f"... and {counts.total - len(cards)} more")
    if counts.deadline_days is not None and counts.deadline_days <= 0:
        say(OVER)


@app.command("answer")
def answer(
    context: typer.Context,
    card: Annotated[str, typer.Argument(help="Card id.", autocompletion=completion.cards)],
    rating: Annotated[str, typer.Argument(help="1-4, or again, hard, good, easy.")],
    as_json: JsonOption = False,
) -> None:
    """Rate a card that is due."""
    answered = state_of(context).container.review.answer(card, parse_rating(rating)).value
    if as_json:
        output.document(
            {
                "card": answered.card.id,
                "rating": int(answered.rating),
                "phase": answered.scheduled.memory.phase,
                "interval_days": answered.scheduled.interval_days,
                "stability_days": answered.scheduled.memory.stability,
                "difficulty": answered.scheduled.memory.difficulty,
            }
        )
        return
    output.line(f"{answered.card.id}: {answered.rating.label}, next in {answered.scheduled.label}")


@app.command("undo")
def undo(context: typer.Context, as_json: JsonOption = False) -> None:
    """Take the last rating back, whenever it was given."""
    act = state_of(context).container.undo.undo("review").value
    if as_json:
        output.document(act)
        return
    output.line(f"Undone: {act.summary}")


CardsArgument = Annotated[list[str], typer.Argument(help="Card ids.", autocompletion=completion.cards)]


@app.command("suspend")
def suspend(context: typer.Context, cards: CardsArgument) -> None:
    """Ask cards no more until they are resumed."""
    output.line(f"Suspended: {', '.join(state_of(context).container.cards.suspend(cards).value)}")


@app.command("resume")
def resume(context: typer.Context, cards: CardsArgument) -> None:
    """Ask suspended cards again."""
    output.line(f"Resumed: {', '.join(state_of(context).container.cards.resume(cards).value)}")


@app.command("move")
def move(
    context: typer.Context,
    cards: CardsArgument,
    days: Annotated[int, typer.Option("--days", help="Days from today; 0 asks them today.")],
) -> None:
    """Make cards due on another day; what is known of them stays."""
    moved = ", ".join(state_of(context).container.cards.move(cards, days).value)
    when = f"in {output.count(days, 'day')}" if days else "today"
    output.line(f"Due {when}: {moved}")


@app.command("forget")
def forget(context: typer.Context, cards: CardsArgument) -> None:
    """Make cards new again; their history stays in the log."""
    output.line(f"New again: {', '.join(state_of(context).container.cards.forget(cards).value)}")


def parse_rating(text: str) -> Rating:
    """A rating by number or name.

    Raises:
        UsageError: neither.
    """
    lowered = text.strip().lower()
    for rating in Rating:
        if lowered in (str(int(rating)), rating.name.lower()):
            return rating
    raise UsageError(f"{text!r} is not a rating.", "Ratings: 1 again, 2 hard, 3 good, 4 easy.")
