"""`studyctl curriculum`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from studyctl.cli import output

app = typer.Typer(help="The content.", no_args_is_help=True)


@app.callback()
def curriculum() -> None:
    """The content."""


@app.command("stats")
def stats(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """Count what the curriculum holds; days that are not written are absent."""
    from studyctl.content.library import Library
    from studyctl.paths import bundle_root
    from studyctl.services.stats import curriculum_stats

    counts = curriculum_stats(Library(bundle_root()))
    if as_json:
        output.document(counts)
        return
    for name, value in _flat("", counts):
        output.line(f"{name}: {value}")


def _flat(prefix: str, counts: dict[str, Any]) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in counts.items():
        if key == "days" and isinstance(value, dict):
            continue
        name = f"{prefix}{key}"
        rows += _flat(f"{name}.", value) if isinstance(value, dict) else [(name, value)]
    return rows
