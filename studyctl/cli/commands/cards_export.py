"""`studyctl export cards`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.diagnostics import say
from studyctl.cli.state import state_of


def register(group: typer.Typer) -> None:
    """Add to `studyctl export`."""
    group.command("cards")(cards)


def cards(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write: .apkg (Anki), .csv or .jsonl.")],
    deck: Annotated[
        str | None, typer.Option("--deck", help="Only this deck, with all below it: p90/16, mine, studyctl::p28.")
    ] = None,
    query: Annotated[
        str | None, typer.Option("--query", help="Only the cards that it finds, as in `studyctl cards QUERY`.")
    ] = None,
    no_schedule: Annotated[bool, typer.Option("--no-schedule", help="Texts only: no memory, no log.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write cards with their schedule and log for Anki, a spreadsheet, or another studyctl. Nothing here is changed."""
    from studyctl.services.card_export import CardExportService

    written = CardExportService(state_of(context).container.context).write(
        file, deck=deck, query=query, schedule=not no_schedule
    )
    for sentence in written.left_out:
        say(sentence)
    if as_json:
        output.document(written)
        return
    output.line(f"{written.path}: {output.count(written.cards, 'card')} ({written.bytes:,} bytes)")
    output.line(f"{written.scheduled} with a schedule, {output.count(written.reviews, 'line')} of the log")
