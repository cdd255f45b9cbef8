"""`studyctl cards`: all cards as a list that can be searched, one card with its log, acts over what a query finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.diagnostics import say
from studyctl.cli.query_group import QueryGroup
from studyctl.cli.state import state_of

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.domain.outcome import Outcome
    from studyctl.services.card_browser import CardDetail, CardLine

TERMS = """Words, and terms such as tag:kv-cache deck:own day:p90/16 lab:kv-cache-table kind:cloze id:week1* is:due
(new learn review suspended buried leech flagged stale own) prop:r<0.9 (s d reps lapses ivl due) rated:7 rated:7:1.
Terms beside each other must all hold; `or`, `-` or `not`, and brackets work as in Anki. Quote it for the shell:
studyctl cards "tag:kv-cache not is:new prop:r<0.9"
"""
app = typer.Typer(
    cls=QueryGroup,
    help=f"Search all cards.\n\n{TERMS}",
    epilog="studyctl cards QUERY is studyctl cards list QUERY. One that begins with - goes behind --:"
    " studyctl cards -- -is:new",
)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
QueryOption = Annotated[str, typer.Option("--query", help="Which cards, e.g. 'tag:kv-cache is:leech'.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it; without this it is only said which cards are meant.")]
_SHOWN = 10


@app.callback()
def cards() -> None:
    """Search all cards."""


@app.command("list", help=f"List the cards that match.\n\n{TERMS}")
def list_cards(
    context: typer.Context,
    query: Annotated[list[str] | None, typer.Argument(help="Words and terms; without any, all cards.")] = None,
    sort: Annotated[str, typer.Option("--sort", help="due, deck, r (recall), lapses or difficulty.")] = "due",
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the cards that match."""
    page = state_of(context).container.browser.find(" ".join(query or ()), sort, limit)
    for problem in page.problems:
        say(f"{problem.message} {problem.hint}".strip())
    if as_json:
        output.document({"total": page.total, "cards": page.rows})
        return
    if not page.rows:
        say(page.remark or "No card matches. Leave a term out, or see `studyctl cards --help`.")
        return
    output.table(("id", "due", "recall", "lapses", "front"), [_cells(row) for row in page.rows], fit=True)
    if page.total > len(page.rows):
        say(f"{len(page.rows)} of {page.total} cards; --limit shows more.")


@app.command("show")
def show(
    context: typer.Context,
    card: Annotated[str, typer.Argument(help="Card id.", autocompletion=completion.cards)],
    as_json: JsonOption = False,
) -> None:
    """Show one card: its text, its schedule and what was done to it."""
    detail = state_of(context).container.browser.card(card)
    if as_json:
        output.document(detail)
        return
    for text in _detail(detail):
        output.line(text)


@app.command("suspend")
def suspend(context: typer.Context, query: QueryOption, yes: YesOption = False) -> None:
    """Ask the cards of a query no more until they are resumed."""
    _act(context, query, "suspend", yes, lambda container, found: container.cards.suspend(found))


@app.command("resume")
def resume(context: typer.Context, query: QueryOption, yes: YesOption = False) -> None:
    """Ask the suspended cards of a query again."""
    _act(context, query, "resume", yes, lambda container, found: container.cards.resume(found))


@app.command("forget")
def forget(context: typer.Context, query: QueryOption, yes: YesOption = False) -> None:
    """Make the cards of a query new again; their history stays in the log."""
    _act(context, query, "forget", yes, lambda container, found: container.cards.forget(found))


@app.command("move")
def move(
    context: typer.Context,
    query: QueryOption,
    days: Annotated[int, typer.Option("--days", help="Days from today; 0 asks them today.")],
    yes: YesOption = False,
) -> None:
    """Make the cards of a query due on another day; what is known of them stays."""
    _act(context, query, "move", yes, lambda container, found: container.cards.move(found, days))


@app.command("unflag")
def unflag(context: typer.Context, query: QueryOption, yes: YesOption = False) -> None:
    """Take the flags off the cards of a query."""
    _act(context, query, "unflag", yes, lambda container, found: container.cards.unflag_all(found))


def _act(
    context: typer.Context,
    query: str,
    name: str,
    yes: bool,
    act: Callable[[Container, tuple[str, ...]], Outcome[tuple[str, ...]]],
) -> None:
    container = state_of(context).container
    found = container.browser.fitting(query, name)
    if not found:
        say(f"There is no card to {name} among those that match.")
        return
    named = ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
    count = f"{len(found)} card{'s' if len(found) != 1 else ''}"
    if not yes:
        output.line(f"Would {name} {count}: {named}")
        say(f"Nothing was changed; add --yes to {name} them, one `studyctl undo` takes it back.")
        return
    act(container, found)
    output.line(f"Done: {name} {count}: {named}")


def _cells(row: CardLine) -> tuple[str, str, str, int, str]:
    recall = "" if row.retrievability is None else f"{row.retrievability:.0%}"
    return row.id, row.due, recall, row.lapses, f"{marks(row)}{' '.join(row.front.split())}"


def marks(row: CardLine) -> str:
    """Words in front of a card that needs attention."""
    found = [word for word, holds in (("leech", row.leech), ("stale", row.stale)) if holds]
    found += [] if row.flag is None else [f"flagged: {row.flag}" if row.flag else "flagged"]
    return f"({', '.join(found)}) " if found else ""


def _detail(detail: CardDetail) -> list[str]:
    line, card = detail.line, detail.card
    lines = [f"{card.id}  {card.kind.value}  {card.deck}  {card.day}  {marks(line)}".rstrip(), "", card.front, ""]
    lines += [card.back, "", f"source: {card.source}", f"topics: {', '.join(card.topics) or 'none'}"]
    lines += [f"file: {detail.path}", line.standing]
    if line.stability is not None and line.difficulty is not None and line.retrievability is not None:
        lines.append(
            f"stability {line.stability:.1f} d, difficulty {line.difficulty:.1f} of 10, "
            f"recall today {line.retrievability:.0%}"
        )
    for entry in detail.log:
        interval = f"next in {entry.interval_days} d" if entry.interval_days else "next today"
        told = f"{entry.rating:5}  {interval}, {entry.seconds:.0f} s" if entry.rating else ""
        lines.append(f"{entry.date}  {entry.act.value:10}  {told}".rstrip())
    return lines
