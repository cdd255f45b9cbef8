"""`studyctl import cards`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import output
from studyctl.cli.diagnostics import say
from studyctl.cli.progress_bar import progress_bar
from studyctl.cli.state import state_of

if TYPE_CHECKING:
    from studyctl.services.card_import.service import CardImport

_NAMED = 5


def register(group: typer.Typer) -> None:
    """Add to `studyctl import`."""
    group.command("cards")(cards)


def cards(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to read: .apkg, .colpkg (Anki), .csv or .jsonl.")],
    look: Annotated[bool, typer.Option("--look", help="Say what would change; store nothing.")] = False,
    deck: Annotated[str | None, typer.Option("--deck", help="One deck for all new cards.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Take over cards with schedule and log. Known cards keep their text; new ones become decks of your own.

    One act: `studyctl undo` takes back all of it. The same file twice changes nothing more.
    """
    from studyctl.services.card_import.service import CardImportService

    service = CardImportService(state_of(context).container.context)
    with progress_bar("importing", quiet=as_json) as progress:
        done = service.cards(file, deck=deck, look_only=look, progress=progress).value
    _say_what_is_lost(done)
    if as_json:
        output.document(done)
        return
    for line in _lines(done):
        output.line(line)
    if not done.stored:
        say("Nothing was changed; without --look it is.")
    elif not (done.new or done.changed):
        say("Nothing had to be changed.")
    else:
        say("`studyctl undo` takes all of it back.")


def _lines(done: CardImport) -> list[str]:
    would = "" if done.stored else "would be "
    found = [
        f"new      {done.new}  ({done.scheduled} with a schedule)",
        f"changed  {done.changed}  (known, with newer progress in the file)",
        f"same     {done.same}",
        f"skipped  {len(done.skipped)}",
        f"{output.count(done.answers, 'answer')} {would}added to the log",
    ]
    if done.kept_text:
        found.append(f"{output.count(done.kept_text, 'known card')} read otherwise in the file; the text here stays")
    return [*found, *(f"{would}written: {name}" for name in done.files)]


def _say_what_is_lost(done: CardImport) -> None:
    for why, count in Counter(each.why for each in done.skipped).items():
        named = [each.card for each in done.skipped if each.why == why][:_NAMED]
        more = f" and {count - len(named)} more" if count > len(named) else ""
        say(f"Skipped, since {why}: {', '.join(named)}{more}")
    if done.media:
        named_files = ", ".join(done.media[:_NAMED])
        more = f" and {len(done.media) - _NAMED} more" if len(done.media) > _NAMED else ""
        say(f"Pictures and sounds are named in the texts, not carried: {named_files}{more}")
