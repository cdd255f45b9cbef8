"""The command line: ``run``, ``list`` and ``check``; stdout carries JSON, stderr talks."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from graders import availability, limits, manifest, placement
from graders.errors import UnavailableError, UsageError
from graders.events import JsonLines, Sink
from graders.sandbox import THREADS, reap_orphans

PASSED, NOT_PASSED, USAGE, UNAVAILABLE = 0, 1, 2, 3
INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.format_usage().strip()}")


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        chosen = _parser().parse_args(arguments)
        if chosen.command == "list":
            sys.stdout.write(json.dumps([lab.as_dict() for lab in manifest.load_all(chosen.labs)], indent=1) + "\n")
            return PASSED
        if chosen.command == "check":
            from graders.selfcheck import check_labs

            return check_labs(chosen.slugs, chosen.labs, as_json=chosen.json)
        if chosen.command == "calibrate":
            return _calibrate(chosen)
        if chosen.command == "verify":
            from graders.verify import verify

            found = verify(chosen.record, chosen.labs, chosen.solution)
            sys.stdout.write(json.dumps(found.as_dict(), indent=1) + "\n")
            return found.exit_code
        return _run(chosen, JsonLines())
    except UsageError as error:
        _talk(str(error))
        return USAGE
    except BrokenPipeError:  # whoever read the events is gone
        return NOT_PASSED
    except KeyboardInterrupt:
        return INTERRUPTED


def _talk(text: str) -> None:
    sys.stderr.write(f"graders: {text}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m graders", description="Measure and grade a lab's solution.")
    commands = parser.add_subparsers(dest="command", required=True)
    labs = _Parser(add_help=False)
    labs.add_argument("--labs", type=Path, default=manifest.DEFAULT_LABS, help="folder that holds the labs")

    run = commands.add_parser("run", parents=[labs], help="grade one solution; events as JSON lines")
    run.add_argument("slug")
    run.add_argument("--solution", type=Path, required=True)
    run.add_argument("--device", default="auto", help="auto, cpu or cuda:N")
    run.add_argument("--profile", choices=["quick", "full"], default="quick")
    run.add_argument("--seed", type=int, help="repeat a run's inputs; without it they are secret")
    run.add_argument("--ceilings", type=Path, help="file that calibrate --save wrote; measured on the spot without it")
    run.add_argument(
        "--isolation",
        choices=["auto", "process"],
        default="auto",
        help="auto: namespaces where the kernel allows; process: without them, for example under a debugger",
    )
    run.add_argument("--hints", type=int, default=0, help="how many hints of the lab were taken; goes into the record")
    run.add_argument("--option", action="append", default=[], metavar="KEY=VALUE")

    calibrate = commands.add_parser("calibrate", help="measure what this machine can do at most; JSON")
    calibrate.add_argument("--device", default="cpu", help="cpu or cuda:N")
    calibrate.add_argument("--save", type=Path, help="add the result to this file")

    verify = commands.add_parser("verify", parents=[labs], help="derive a stored record's verdict again; JSON")
    verify.add_argument("record", type=Path)
    verify.add_argument("--solution", type=Path, help="compare this file with the one that was graded")

    commands.add_parser("list", parents=[labs], help="print all labs as JSON")

    check = commands.add_parser("check", parents=[labs], help="prove starter, reference and mutants of labs")
    check.add_argument("slugs", nargs="*", metavar="SLUG")
    check.add_argument("--json", action="store_true", help="one JSON line for each case")
    return parser


def _calibrate(chosen: argparse.Namespace) -> int:
    os.environ.update(THREADS)
    from graders import ceilings
    from graders.calibration import calibrate

    try:
        availability.require_device(chosen.device)
    except UnavailableError as error:
        _talk(f"{error.why}; {error.install}")
        return UNAVAILABLE
    found = calibrate(chosen.device)
    if chosen.save is not None:
        ceilings.save(chosen.save, found)
    sys.stdout.write(json.dumps(found.as_dict(), indent=1) + "\n")
    return PASSED


def _run(chosen: argparse.Namespace, sink: Sink) -> int:
    lab = manifest.find(chosen.slug, chosen.labs)
    options = _options(lab, chosen.option)
    if not 0 <= chosen.hints <= len(lab.hints):
        raise UsageError(f"the lab {lab.slug} has {len(lab.hints)} hints")
    if chosen.seed is not None and chosen.seed < 0:
        raise UsageError("--seed is a number from 0 on")
    try:
        source = chosen.solution.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the solution {chosen.solution}: {error.strerror}") from error
    # Before torch is imported: a second, spinning thread of the referee would take a core from the worker.
    os.environ.update(THREADS)
    try:
        availability.require(lab, options)
        device = availability.choose_device(lab, chosen.device)
    except UnavailableError as error:
        return _unavailable(error, sink)
    from graders.context import Request
    from graders.runner import run

    # A worker under the same user must not read this process's memory, and what leaves its group falls back to us.
    limits.prctl(limits.PR_SET_DUMPABLE, 0)
    limits.prctl(limits.PR_SET_CHILD_SUBREAPER, 1)
    solution, cores = chosen.solution.resolve(), placement.plan()
    signal.signal(signal.SIGTERM, _interrupt)
    request = Request(
        lab,
        solution,
        source,
        device,
        chosen.profile,
        chosen.seed,
        options,
        cores,
        chosen.ceilings,
        chosen.hints,
        chosen.isolation,
    )
    try:
        verdict = run(request, sink)
    except UnavailableError as error:  # a service that only the experiment can look for
        return _unavailable(error, sink)
    finally:
        strays = reap_orphans(keep=set())
        if strays:
            _talk(f"killed {strays} processes that the solution left behind")
    return PASSED if verdict == "passed" else NOT_PASSED


def _unavailable(error: UnavailableError, sink: Sink) -> int:
    sink.emit({"event": "unavailable", "missing": error.missing, "why": error.why, "install": error.install})
    _talk(f"{error.why}; install it with: {error.install}")
    return UNAVAILABLE


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    # As an exception it unwinds through the workers' clean-up, which a plain SIGTERM would skip.
    raise KeyboardInterrupt


def _options(lab: manifest.Lab, pairs: Sequence[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign:
            raise UsageError(f"--option takes KEY=VALUE, got {pair!r}")
        if key not in lab.options:
            raise UsageError(f"the lab {lab.slug} has no option {key!r}; known: {', '.join(lab.options) or 'none'}")
        options[key] = value
    return options
