"""`studyctl lab cards`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.commands.lab import JsonOption
from studyctl.cli.diagnostics import say
from studyctl.cli.lab_figures import document_of, proposal_lines
from studyctl.cli.state import state_of
from studyctl.domain.address import parse_shorthand
from studyctl.domain.measured_cards import Proposal
from studyctl.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.domain.labs import LabRecord

ALL = "all"


def register(group: typer.Typer) -> None:
    """Add to `studyctl lab`."""
    group.command("cards")(cards)


def cards(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="RECORD|LAB", help="A record's id, or a lab: its newest pass.", autocompletion=completion.labs
        ),
    ],
    take: Annotated[str, typer.Option("--take", help="Numbers of the list, 1,3, or all.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make cards from the figures of a run that passed: what surprised you, and the headlines. At most five a run."""
    container = state_of(context).container
    record = _record(container, source)
    proposals = container.lab_cards.proposals(record)
    taken: tuple[str, ...] = ()
    if take.strip():
        taken = container.lab_cards.take(record, [each.card_id for each in _chosen(take, proposals)]).value
    if as_json:
        listed = [
            {"number": n, "card": each.card_id, "reason": each.reason, **document_of(each.result)}
            for n, each in enumerate(proposals, start=1)
        ]
        output.document({"record": record.id, "proposals": listed, "taken": taken})
    elif taken:
        for name in taken:
            output.line(name)
        say(f"In the deck `measured`, {container.context.paths.cards}. `studyctl undo` takes them back.")
    else:
        for text in proposal_lines(record.id, proposals):
            output.line(text)
        if not proposals:
            say(f"Record {record.id} ({record.verdict.value}) proposes no card.")


def _record(container: Container, source: str) -> LabRecord:
    try:
        return container.labs.record(source)
    except NotFoundError as error:
        if source not in container.library.labs and parse_shorthand(source) is None:
            raise NotFoundError(
                f"There is no record and no lab {source!r}.",
                "`studyctl lab records` and `studyctl lab list` list them.",
            ) from error
    return container.lab_cards.newest(container.resolve.lab(source, "studyctl lab cards").lab)


def _chosen(take: str, proposals: tuple[Proposal, ...]) -> list[Proposal]:
    if take.strip() == ALL:
        if not proposals:
            raise UsageError("There is no card to take.", "`studyctl lab cards` without --take lists them.")
        return list(proposals)
    chosen = []
    for word in take.split(","):
        number = int(word) if word.strip().isdecimal() else 0
        if not 1 <= number <= len(proposals):
            raise UsageError(
                f"{word.strip()!r} is none of the {len(proposals)} proposals.", "For example: --take 1,3 or --take all"
            )
        chosen.append(proposals[number - 1])
    return chosen
