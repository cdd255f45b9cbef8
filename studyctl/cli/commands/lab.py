"""`studyctl lab`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.diagnostics import say
from studyctl.cli.lab_figures import asked_lines, document_of, figure_lines, proposal_lines
from studyctl.cli.lab_progress import follow
from studyctl.cli.lab_result import result_lines
from studyctl.cli.render import lab_line
from studyctl.cli.state import state_of
from studyctl.domain.clock import from_millis
from studyctl.domain.labs import Verdict
from studyctl.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from studyctl.services.resolve import LabChoice

app = typer.Typer(help="Labs, measured and graded.", no_args_is_help=True)
LabArgument = Annotated[str, typer.Argument(help="Slug or day: day16, 28:16, s3/2.", autocompletion=completion.labs)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("list")
def list_labs(context: typer.Context, as_json: JsonOption = False) -> None:
    """List every lab with its days and its standing."""
    views = state_of(context).container.labs.all()
    if as_json:
        output.document(views)
        return
    output.table(
        ("lab", "days", "runs", "last", "title"),
        [
            (
                view.lab.slug,
                " ".join(str(day) for day in view.lab.serves),
                view.runs,
                view.last_verdict.value if view.last_verdict else "-",
                view.lab.title,
            )
            for view in views
        ],
    )


@app.command("show")
def show(context: typer.Context, lab: LabArgument, as_json: JsonOption = False) -> None:
    """Show a lab's page: its question, the theory, the interface, what is measured."""
    container = state_of(context).container
    choice = container.resolve.lab(lab, "studyctl lab show")
    say_choice(choice)
    view = container.labs.view(choice.lab)
    readme = container.labs.readme(choice.lab)
    asked = container.predictions.asked(choice.lab)
    passed = container.labs.record(view.passed_record) if view.passed_record else None
    results = container.predictions.results(passed) if passed else ()
    if as_json:
        output.document(
            {
                "lab": view,
                "readme": readme,
                "solution": container.labs.solution_path(choice.lab),
                "predictions": {each.figure.name: each.predicted for each in asked},
                "figures": [document_of(each) for each in results],
            }
        )
        return
    output.line(readme.rstrip("\n"))
    output.line()
    output.line(lab_line(view).strip())
    for text in (*figure_lines(results), *asked_lines(each for each in asked if each.predicted is not None)):
        output.line(text)
    if asked:
        say(f"To predict before a run: studyctl lab predict {choice.lab.slug}")


@app.command("start")
def start(context: typer.Context, lab: LabArgument, as_json: JsonOption = False) -> None:
    """Copy the starter into your workspace; your file is never overwritten."""
    container = state_of(context).container
    choice = container.resolve.lab(lab, "studyctl lab start")
    say_choice(choice)
    started = container.labs.start(choice.lab)
    if as_json:
        output.document(
            {"lab": choice.lab.slug, "address": choice.address, "path": started.path, "created": started.created}
        )
        return
    output.line(str(started.path))
    say("A starter was put there." if started.created else "The file was there already and is left as it is.")
    say(f"When it is written: studyctl lab run {choice.lab.slug}")


@app.command("run")
def run(
    context: typer.Context,
    lab: LabArgument,
    solution: Annotated[Path | None, typer.Option("--solution", help="Grade this file instead of your copy.")] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu or cuda:N.")] = "auto",
    profile: Annotated[str, typer.Option("--profile", help="quick or full.")] = "quick",
    seed: Annotated[
        int | None, typer.Option("--seed", help="Repeat a run's inputs; without it they are secret.")
    ] = None,
    redis_url: Annotated[str, typer.Option("--redis-url", help="Use this Redis instead of a fresh one.")] = "",
    option: Annotated[
        list[str] | None, typer.Option("--option", metavar="KEY=VALUE", help="An option of the lab, e.g. an address.")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="No progress bar, no plot.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure and grade a solution. Exit code 0: passed, 1: graded and not passed, 3: cannot run here."""
    container = state_of(context).container
    choice = container.resolve.lab(lab)
    say_choice(choice)
    if redis_url and "redis" not in choice.lab.slug:
        raise UsageError(f"Lab {choice.lab.slug} uses no Redis.", "Leave --redis-url out.")
    options = _options(option or []) | ({"redis_url": redis_url} if redis_url else {})
    request = container.labs.request(
        choice.lab, solution=solution, device=device, profile=profile, seed=seed, options=options
    )
    referee, events = container.labs.run(request)
    try:
        verdict = follow(events, plain=plain)
    finally:
        referee.cancel()
    record = container.labs.store(choice, request, verdict).value
    results = container.predictions.results(record)
    if as_json:
        figures = [document_of(each) for each in results]
        output.document({**container.labs.document(choice.also, record), "figures": figures})
    else:
        for text in result_lines(record, results, plots=not plain):
            output.line(text)
        for text in proposal_lines(record.id, container.lab_cards.proposals(record)) if sys.stderr.isatty() else ():
            say(text)
    if record.verdict is not Verdict.PASSED:
        raise typer.Exit(ExitCode.NOT_PASSED)


@app.command("records")
def list_records(
    context: typer.Context,
    lab: Annotated[str | None, typer.Argument(help="Only this lab.", autocompletion=completion.labs)] = None,
    record: Annotated[str, typer.Option("--record", help="Show one record.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the records of graded runs, oldest first."""
    container = state_of(context).container
    if record:
        found = container.labs.record(record)
        results = container.predictions.results(found)
        if as_json:
            output.document({**output.plain(found), "figures": [document_of(each) for each in results]})
            return
        for text in result_lines(found, results):
            output.line(text)
        return
    slug = container.resolve.lab(lab, "studyctl lab records").lab.slug if lab else None
    records = container.labs.records(slug)
    if as_json:
        fields = ("id", "slug", "address", "verdict", "evidence", "at", "seconds", "device", "profile", "path")
        output.document([{name: getattr(each, name) for name in fields} for each in records])
        return
    zone = container.context.now().tzinfo
    output.table(
        ("record", "verdict", "evidence", "when", "seconds", "device"),
        [
            (
                each.id,
                each.verdict.value,
                each.evidence.value,
                from_millis(each.at, zone).strftime("%Y-%m-%d %H:%M"),
                f"{each.seconds:.1f}",
                each.device,
            )
            for each in records
        ],
    )


def _options(pairs: list[str]) -> dict[str, str]:
    """KEY=VALUE words as a mapping; the referee knows which keys a lab has."""
    for pair in pairs:
        if "=" not in pair:
            raise UsageError(f"--option takes KEY=VALUE, not {pair!r}.", "For example: --option redis_url=redis://HOST")
    return dict(pair.split("=", 1) for pair in pairs)


def say_choice(choice: LabChoice) -> None:
    """Tell which lab an address meant, and what else it could have meant."""
    also = f" (could also mean {', '.join(str(address) for address in choice.also)})" if choice.also else ""
    say(f"{choice.address}: lab {choice.lab.slug}{also}")
