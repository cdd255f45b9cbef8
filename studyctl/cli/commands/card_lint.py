"""`studyctl cards lint`: what is wrong with the user's own cards."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.diagnostics import say
from studyctl.cli.state import state_of
from studyctl.errors import ExitCode


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lint")(lint)


def lint(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Check your own decks: files that cannot be read, cards that are hard to learn (exit code 1)."""
    container = state_of(context).container
    report = container.lint.check()
    if as_json:
        output.document(report)
    else:
        for each in report.problems:
            card = f"card {each.card}: " if each.card else ""
            output.line(f"{each.file}:{each.line}: {card}{each.problem}")
        _summary(str(container.context.paths.cards), report.decks, report.cards, len(report.problems))
    if report.problems:
        raise typer.Exit(ExitCode.NOT_PASSED)


def _summary(folder: str, decks: int, cards: int, problems: int) -> None:
    if not decks:
        say(f"There is no deck of your own in {folder}; `studyctl cards add` writes the first card.")
        return
    counts = (output.count(decks, "deck"), output.count(cards, "card"), output.count(problems, "problem"))
    say(f"{counts[0]}, {counts[1]}: {counts[2]}.")
