"""`studyctl dev`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.diagnostics import say
from studyctl.errors import ExitCode

app = typer.Typer(help="For authors of content and labs.", no_args_is_help=True)


@app.callback()
def dev() -> None:
    """For authors of content and labs."""


@app.command("check")
def check(
    labs: Annotated[list[str] | None, typer.Argument(help="Only these labs.", autocompletion=completion.labs)] = None,
    content_only: Annotated[bool, typer.Option("--content", help="Check the content, run no lab.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Prove the content, and that for every lab the starter fails, the reference passes and each mutant fails."""
    from studyctl.content.library import Library
    from studyctl.paths import bundle_root
    from studyctl.services.dev_check import check_content, check_labs

    bundle = bundle_root()
    problems = check_content(Library(bundle))
    for problem in problems:
        say(problem)
    cases = []
    if not content_only:
        for case in check_labs(bundle, labs or []):
            cases.append(case)
            say(case.line)
    if as_json:
        output.document({"content": problems, "labs": cases})
    else:
        wrong = sum(case.ok is False for case in cases)
        skipped = sum(case.ok is None for case in cases)
        output.line(
            f"content: {len(problems)} problems; labs: {len(cases)} cases, {wrong} wrong, {skipped} cannot run here"
        )
    if problems or any(case.ok is False for case in cases):
        raise typer.Exit(ExitCode.NOT_PASSED)
