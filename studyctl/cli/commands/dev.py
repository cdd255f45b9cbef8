"""`studyctl dev`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.diagnostics import say
from studyctl.errors import ExitCode

if TYPE_CHECKING:
    from studyctl.services.content_check import ContentReport

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
    from studyctl.services.content_check import check_content
    from studyctl.services.lab_check import check_labs

    bundle = bundle_root()
    content = check_content(Library(bundle))
    for problem in content.problems:
        say(problem)
    cases = []
    if not content_only:
        for case in check_labs(bundle, labs or []):
            cases.append(case)
            say(case.line)
    if as_json:
        output.document(
            {"content": content.problems, "lessons": content.lessons, "nearest": content.nearest, "labs": cases}
        )
    else:
        wrong = sum(case.ok is False for case in cases)
        skipped = sum(case.ok is None for case in cases)
        output.line(_content_line(content))
        output.line(f"labs: {len(cases)} cases, {wrong} wrong, {skipped} cannot run here")
    if content.problems or any(case.ok is False for case in cases):
        raise typer.Exit(ExitCode.NOT_PASSED)


@app.command("lessons")
def lessons() -> None:
    """A table of all lessons: words, reading time, figures, sources."""
    from studyctl.content.library import Library
    from studyctl.paths import bundle_root
    from studyctl.services.content_check.lessons import table

    output.table(
        ("address", "words", "min", "figures", "sources", "title"),
        [
            (row.address, row.words, row.minutes, row.figures, row.sources, row.title)
            for row in table(Library(bundle_root()))
        ],
    )


@app.command("ids")
def ids(write: Annotated[bool, typer.Option("--write", help="Add new ids to the ledger.")] = False) -> None:
    """Compare the ids of the content with those that were ever released; they are permanent."""
    from studyctl.content.library import Library
    from studyctl.paths import bundle_root
    from studyctl.services.content_check import ids as ledger

    library = Library(bundle_root())
    if write:
        output.line(f"{ledger.write(library)} ids added to curriculum/{ledger.LEDGER}")
    problems = list(ledger.problems(library))
    for problem in problems:
        say(problem)
    if problems:
        raise typer.Exit(ExitCode.NOT_PASSED)


def _content_line(content: ContentReport) -> str:
    words = sum(row.words for row in content.lessons)
    near = content.nearest[0].resemblance if content.nearest else 0.0
    return (
        f"content: {len(content.problems)} problems; {len(content.lessons)} lessons, {words} words; "
        f"sentences of different days resemble each other by {near:.2f} at most (1 = equal)"
    )
