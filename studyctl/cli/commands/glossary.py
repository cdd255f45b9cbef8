"""`studyctl glossary`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.state import state_of
from studyctl.content.glossary import find_term
from studyctl.errors import NotFoundError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("glossary")(glossary)


def glossary(
    context: typer.Context,
    term: Annotated[str, typer.Argument(help="A term or another name of it; without it, all of them.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """What a term means: every sense that the field gives it, with sources."""
    terms = state_of(context).container.library.glossary
    found = list(terms.values())
    if term:
        one = find_term(terms, term)
        if one is None:
            raise NotFoundError(f"The glossary has no term {term!r}.", f"`studyctl search {term}` looks everywhere.")
        found = [one]
    if as_json:
        output.document(found)
        return
    for each in found:
        also = f"  (also: {', '.join(each.aliases)})" if each.aliases else ""
        output.line(f"{each.name}{also}")
        for sense in each.senses:
            output.line(f"  {sense.text}")
            output.line(f"    {sense.source}")
