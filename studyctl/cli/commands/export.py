"""`studyctl export`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli.diagnostics import say
from studyctl.cli.state import state_of

app = typer.Typer(help="Progress as a page, cards as a file for other programs.", no_args_is_help=True)


@app.command("markdown")
def markdown(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; without it the page goes to stdout.")
    ] = None,
) -> None:
    """Write the progress wall, lab records, reviews and interviews as markdown."""
    export = state_of(context).container.export
    if out is None:
        sys.stdout.write(export.markdown())
        return
    written = export.write(out)
    say(f"Wrote {written.path} ({written.bytes} bytes).")
