"""`studyctl protocol`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.errors import NotFoundError

app = typer.Typer(help="The daily routine and the attention protocols.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("list")
def list_protocols(as_json: JsonOption = False) -> None:
    """List the protocols; those that are off by default say so."""
    from studyctl.content.library import Library
    from studyctl.paths import bundle_root

    protocols = Library(bundle_root()).protocols
    if as_json:
        output.document(protocols)
        return
    output.table(
        ("protocol", "kind", "default", "title"),
        [(each.id, each.kind, "on" if each.default_on else "off", each.title) for each in protocols],
    )


@app.command("show")
def show(name: Annotated[str, typer.Argument(help="Id of the protocol.")], as_json: JsonOption = False) -> None:
    """Show the steps of a protocol and what is known about it."""
    from studyctl.content.library import Library
    from studyctl.paths import bundle_root

    protocols = {each.id: each for each in Library(bundle_root()).protocols}
    if name not in protocols:
        raise NotFoundError(f"There is no protocol {name!r}.", f"Protocols: {', '.join(protocols)}.")
    protocol = protocols[name]
    if as_json:
        output.document(protocol)
        return
    output.line(f"{protocol.title} ({'on' if protocol.default_on else 'off'} by default)")
    output.line(protocol.summary)
    for number, step in enumerate(protocol.steps, start=1):
        minutes = f" ({step.minutes:g} min)" if step.minutes else ""
        output.line(f"  {number}. {step.text}{minutes}")
    output.line(f"Evidence: {protocol.evidence}")
    for claim in protocol.claims:
        output.line(f"  {claim.status}: {claim.text}{f' [{claim.source}]' if claim.source else ''}")
