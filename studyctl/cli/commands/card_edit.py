"""`studyctl cards edit` and `studyctl cards add`: the text of a card in the user's own editor."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import completion
from studyctl.cli.card_editor import edit_draft
from studyctl.cli.diagnostics import say
from studyctl.cli.state import state_of


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("edit")(edit)
    app.command("add")(add)


def edit(
    context: typer.Context,
    card: Annotated[str, typer.Argument(help="Card id.", autocompletion=completion.cards)],
) -> None:
    """Edit a card's text in $VISUAL or $EDITOR; progress stays, undo brings the old text back."""
    edits = state_of(context).container.edits
    edit_draft(edits, edits.begin(card), say)


def add(
    context: typer.Context,
    deck: Annotated[str, typer.Option("--deck", metavar="NAME", help="The deck of yours that gets it.")] = "own",
) -> None:
    """Write a new card in $VISUAL or $EDITOR."""
    adding = state_of(context).container.adding
    edit_draft(adding, adding.begin(deck), say)
