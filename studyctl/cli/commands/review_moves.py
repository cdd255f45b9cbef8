"""`studyctl review advance`, `postpone` and `flatten`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.due_moves import JsonOption, YesOption, propose
from studyctl.domain.due_moves import FLATTEN_DAYS, SPREAD_DAYS, Advance, Flatten, Postpone
from studyctl.errors import UsageError


def register(group: typer.Typer) -> None:
    """Add to `studyctl review`."""
    group.command("advance")(advance)
    group.command("postpone")(postpone)
    group.command("flatten")(flatten)


def advance(
    context: typer.Context,
    cards: Annotated[int | None, typer.Option("--cards", help="So many, those nearest to where they are due.")] = None,
    days: Annotated[int | None, typer.Option("--days", help="What is due in the next days; 1 is the default.")] = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Ask cards today that are due later, those that lose least by it first."""
    if cards is not None and days is not None:
        raise UsageError("--cards and --days both say which cards.", "Give one of the two.")
    wish = Advance(cards, 1 if cards is None and days is None else days)
    given = f" --cards {cards}" if cards is not None else f" --days {wish.days}"
    propose(context, wish, f"studyctl review advance{given}", yes, as_json)


def postpone(
    context: typer.Context,
    cards: Annotated[int | None, typer.Option("--cards", help="So many, those that lose least; else all.")] = None,
    days: Annotated[int, typer.Option("--days", help="Spread them over so many days from tomorrow.")] = SPREAD_DAYS,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put off cards that are due or overdue, those that lose least by waiting longest."""
    given = "" if cards is None else f" --cards {cards}"
    propose(context, Postpone(cards, days), f"studyctl review postpone{given} --days {days}", yes, as_json)


def flatten(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", help="Days from today on.")] = FLATTEN_DAYS,
    limit: Annotated[int | None, typer.Option("--limit", help="The most cards for one day; else the mean.")] = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Spread what is overdue and what comes so that no day has more cards than the others."""
    given = "" if limit is None else f" --limit {limit}"
    propose(context, Flatten(days, limit), f"studyctl review flatten --days {days}{given}", yes, as_json)
