"""`studyctl search`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.diagnostics import say
from studyctl.cli.state import state_of


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("search")(search)


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="Words; the last one may be the beginning of one.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many hits at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Find days, lessons, cards, questions, labs and terms by their words."""
    hits = state_of(context).container.search.find(" ".join(words), limit)
    if as_json:
        output.document([{"kind": hit.kind, "id": hit.id, "title": hit.title, "snippet": hit.snippet} for hit in hits])
        return
    if not hits:
        say("Nothing has these words. Try fewer of them, or the beginning of one.")
        return
    for hit in hits:
        output.line(f"{hit.kind.value:9} {hit.id}  {hit.title}")
        output.line(f"          {hit.snippet}")
