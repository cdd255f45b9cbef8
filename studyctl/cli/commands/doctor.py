"""`studyctl doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.errors import ExitCode


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
    """Check data, content, tools and devices; says what to type where something is wrong."""
    from studyctl.container import diagnose
    from studyctl.services.doctor import Health

    findings = diagnose()
    if as_json:
        output.document(findings)
    else:
        output.table(("check", "health", "detail"), [(each.name, each.health.value, each.detail) for each in findings])
        for each in findings:
            if each.health is not Health.OK and each.hint:
                output.line(f"{each.name}: {each.hint}")
    if any(each.health is Health.BROKEN for each in findings):
        raise typer.Exit(ExitCode.DATA)
