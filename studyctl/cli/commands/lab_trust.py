"""`studyctl lab verify` and `studyctl lab calibrate`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from studyctl.cli import output
from studyctl.cli.commands.lab import JsonOption
from studyctl.cli.diagnostics import say
from studyctl.cli.state import state_of
from studyctl.errors import ExitCode


def register(group: typer.Typer) -> None:
    """Add to `studyctl lab`."""
    group.command("verify")(verify)
    group.command("calibrate")(calibrate)


def verify(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="Id of a record; `studyctl lab records` lists them.")],
    as_json: JsonOption = False,
) -> None:
    """Derive a record's verdict again from its raw samples. Exit code 1: they say otherwise, 4: it was altered."""
    container = state_of(context).container
    kept = container.labs.record(record)
    solution = container.labs.solution_path(container.library.labs[kept.slug])
    found = container.trust.verify(kept, solution)
    if as_json:
        output.document({"record": kept.id, **found})
    else:
        for text in _lines(found):
            output.line(text)
    if not (found["sealed"] and found["matches_database"]):
        raise typer.Exit(ExitCode.DATA)
    if found["holds"] is False:
        raise typer.Exit(ExitCode.NOT_PASSED)


def calibrate(
    context: typer.Context,
    device: Annotated[str, typer.Option("--device", help="cpu or cuda:N.")] = "cpu",
    as_json: JsonOption = False,
) -> None:
    """Measure what this machine can do at most: bandwidth, matmul rate, round trip. Faster results are impossible."""
    container = state_of(context).container
    say("Measuring for two or three seconds; leave the machine alone.")
    found = container.trust.calibrate(device)
    if as_json:
        output.document(found)
        return
    output.line(f"machine {found['machine_id']}, device {found['device']}")
    output.table(
        ("working set", "GB/s"),
        [(_size(int(size)), f"{rate / 1e9:.1f}") for size, rate in found["bandwidth"].items()],
    )
    output.table(("matmul", "GFLOP/s"), [(name, f"{rate / 1e9:.1f}") for name, rate in found["flops"].items()])
    output.line(f"empty round trip to a worker {found['round_trip_s'] * 1e6:.1f} us")
    say(f"Kept in {container.context.paths.ceilings}")


def _lines(found: dict[str, Any]) -> list[str]:
    held = {True: "the samples give the recorded verdict and checks", False: "the samples say something else"}
    lines = [
        f"{'TRUSTED' if found['trusted'] else 'NOT TRUSTED'}  {found['lab']}: {found['verdict']}",
        f"  [{'ok' if found['sealed'] else 'no'}] seal: "
        + ("no byte has changed" if found["sealed"] else "the file is not what the referee wrote"),
        f"  [{'ok' if found['matches_database'] else 'no'}] the file is "
        + ("what the database keeps of this run" if found["matches_database"] else "not what the database keeps"),
        f"  [{'no' if found['holds'] is False else 'ok'}] verdict: "
        + held.get(found["holds"], f"{found['verdict']} rests on no samples"),
    ]
    lines += [f"       {text}" for text in found["differences"]]
    lines += [f"  note: the {name} has changed since this run" for name in found["changed"]]
    return lines


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count >> 10} KiB"
