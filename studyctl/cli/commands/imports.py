"""`studyctl import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.state import state_of
from studyctl.errors import UsageError

app = typer.Typer(help="Take over what was made elsewhere.", no_args_is_help=True)


@app.callback()
def imports() -> None:
    """Take over what was made elsewhere."""


@app.command("progress")
def progress(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="A file of claims; --example prints one.")] = None,
    look: Annotated[bool, typer.Option("--look", help="Say what would change; store nothing.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Print a file to start from.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Claim days, items and chapters that were done before studyctl. Proofs and ticks stay; undo takes it back."""
    service = state_of(context).container.imports
    if example:
        output.line(service.example().rstrip("\n"))
        return
    if file is None:
        raise UsageError("Which file?", "studyctl import progress FILE; --example prints one to start from.")
    done = service.progress(file, look_only=look).value
    if as_json:
        output.document(done)
        return
    for line in done.lines:
        note = f"  ({line.claim.note})" if line.claim.note else ""
        items, days = output.count(len(line.items), "item"), output.count(len(line.days), "day")
        output.line(f"{line.claim.what}: {items}, {days}{note}")
    verb = "claimed" if done.stored else "would be claimed"
    items, days = output.count(done.items, "item"), output.count(done.days, "day")
    output.line(f"{items} {verb}, {days} closed; what was done stays as it is.")
