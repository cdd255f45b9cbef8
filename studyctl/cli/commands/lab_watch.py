"""`studyctl lab watch`: grade a solution each time it is saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.diagnostics import say
from studyctl.cli.lab_progress import follow
from studyctl.cli.state import state_of
from studyctl.domain.labs import LabRecord, Verdict
from studyctl.domain.predictions import told
from studyctl.errors import StudyError

if TYPE_CHECKING:
    from studyctl.container import Container


def register(group: typer.Typer) -> None:
    """Add to `studyctl lab`."""
    group.command("watch")(watch)


def watch(
    context: typer.Context,
    lab: Annotated[str | None, typer.Argument(help="Only this lab.", autocompletion=completion.labs)] = None,
    once: Annotated[bool, typer.Option("--once", help="End after the first graded save; exit code as `run`.")] = False,
) -> None:
    """Re-run the touched lab on each save and show its first failing check. Ctrl-C ends it."""
    from watchfiles import watch as saves

    container = state_of(context).container
    slug = container.resolve.lab(lab, "studyctl lab watch").lab.slug if lab else None
    folder = container.context.paths.workspace / "labs"
    if slug:
        container.labs.start(container.library.labs[slug])
    folder.mkdir(parents=True, exist_ok=True)
    say(f"Watching {folder / (slug or '*') / 'solution.py'}; Ctrl-C ends.")
    for changes in saves(folder, raise_interrupt=False):
        slugs = {_slug_of(Path(path), folder) for _, path in changes}
        for touched in sorted(slugs & ({slug} if slug else set(container.library.labs))):
            record = _grade(container, touched)
            if once and record is not None:
                raise typer.Exit(0 if record.verdict is Verdict.PASSED else 1)


def _slug_of(path: Path, folder: Path) -> str:
    """The lab whose solution this file is, or an empty string."""
    return path.parent.name if path.name == "solution.py" and path.parent.parent == folder else ""


def _grade(container: Container, slug: str) -> LabRecord | None:
    choice = container.resolve.lab(slug)
    try:
        request = container.labs.request(choice.lab)
        referee, events = container.labs.run(request)
        try:
            verdict = follow(events, plain=False)
        finally:
            referee.cancel()
        record = container.labs.store(choice, request, verdict).value
    except StudyError as error:  # the next save may be better; the watch goes on
        say(f"{slug}: {error.message} {error.hint}".rstrip())
        return None
    results = container.predictions.results(record)
    settled = [f"  {told(each)}" for each in results if each.predicted is not None]
    for text in (*_summary(record), *settled):
        output.line(text)
    return record


def _summary(record: LabRecord) -> list[str]:
    checks = record.document.get("checks", [])
    failing = next((check for check in checks if not check["passed"]), None)
    passed = sum(bool(check["passed"]) for check in checks)
    lines = [f"{record.verdict.value.upper()}  {record.slug}  {passed}/{len(checks)} checks  {record.seconds:.1f} s"]
    if failing is not None:
        lines.append(f"  [no] {failing['id']}: {failing['message']}")
    elif record.verdict is not Verdict.PASSED:
        lines.append(f"  {record.document.get('reason', '')}")
    return [*lines, f"  record {record.id}"]
