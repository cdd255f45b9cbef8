"""`studyctl doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.errors import ExitCode, UsageError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Derive memory and sums from the logs, compare.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="With --rebuild: write what the logs say.")] = False,
) -> None:
    """Check data, content, tools and devices; says what to type where something is wrong."""
    if repair and not rebuild:
        raise UsageError("--repair belongs to --rebuild.", "studyctl doctor --rebuild --repair")
    if rebuild:
        _rebuild(as_json, repair)
        return
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


def _rebuild(as_json: bool, repair: bool) -> None:
    from studyctl.container import rebuild

    found = rebuild(repair=repair)
    wrong = sum(each.differ for each in found)
    if as_json:
        output.document({"repaired": repair, "tables": found})
    else:
        output.table(("table", "rows that differ"), [(each.table, each.differ) for each in found])
        if wrong:
            output.line("Repaired." if repair else "`studyctl doctor --rebuild --repair` writes what the logs say.")
    if wrong and not repair:
        raise typer.Exit(ExitCode.DATA)
