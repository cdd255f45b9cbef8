"""`studyctl dev cards`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import output
from studyctl.cli.diagnostics import say
from studyctl.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studyctl.domain.cards import CardKind
    from studyctl.services.content_check.card_counts import CardCounts


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("cards")(cards)


def cards(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """Tables of cards by day and by topic, the fewest first, with the number that is wanted; and totals by kind."""
    from studyctl.content.library import Library
    from studyctl.paths import bundle_root
    from studyctl.services.content_check.card_counts import count_cards

    counts = count_cards(Library(bundle_root()))
    if as_json:
        output.document(counts)
    else:
        _tables(counts)
    if counts.short:
        say("Some have fewer cards than are wanted.")
        raise typer.Exit(ExitCode.NOT_PASSED)


def _tables(counts: CardCounts) -> None:
    days = [(each.address, each.cards, each.least, _kinds(each.kinds)) for each in counts.days]
    output.table(("day", "cards", "wanted", "kinds"), days)
    output.line()
    topics = [(each.topic, each.cards, each.least, each.branch) for each in counts.topics]
    output.table(("topic", "cards", "wanted", "branch"), topics)
    output.line()
    output.line(f"{counts.total} cards, {counts.least} wanted: {_kinds(counts.kinds)}")


def _kinds(kinds: Mapping[CardKind, int]) -> str:
    return ", ".join(f"{count} {kind.value}" for kind, count in kinds.items())
