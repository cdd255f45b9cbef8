"""`studyctl lesson`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.diagnostics import say
from studyctl.cli.state import state_of
from studyctl.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lesson")(lesson)


def lesson(
    context: typer.Context,
    address: Annotated[
        str,
        typer.Argument(help="A day or guide section: p90/23, day23, guide/2.1.", autocompletion=completion.addresses),
    ] = "",
    as_plain: Annotated[bool, typer.Option("--plain", help="Print the markdown as it is written.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Read the lesson of a day; without an address, list all lessons."""
    container = state_of(context).container
    if not address:
        _list(context, as_json)
        return
    if as_plain and as_json:
        raise UsageError("--plain and --json exclude each other.", "Choose one of them.")
    choice = container.resolve.day(address)
    if choice.also:
        say(f"{choice.address} (could also mean {', '.join(str(other) for other in choice.also)})")
    found = container.library.lesson(choice.address)
    if as_json:
        output.document(
            {
                "address": found.address,
                "title": found.title,
                "topics": found.topics,
                "words": found.words,
                "minutes": round(found.minutes, 1),
                "markdown": found.body,
            }
        )
        return
    text = f"# {found.title}\n\n{found.address}, {found.words} words, about {found.minutes:.0f} min\n\n{found.body}"
    if as_plain or not sys.stdout.isatty():
        output.line(text)
    else:
        output.markdown(text)


def _list(context: typer.Context, as_json: bool) -> None:
    library = state_of(context).container.library
    found = [library.lesson(address) for address in library.lessons]
    if as_json:
        output.document(
            [
                {"address": each.address, "title": each.title, "words": each.words, "topics": each.topics}
                for each in found
            ]
        )
        return
    output.table(
        ("address", "words", "min", "title"),
        [(each.address, each.words, f"{each.minutes:.0f}", each.title) for each in found],
    )
