"""The referee's end of the device: reads commands as they come, tells the host how long to wait, judges the data."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field
from typing import Any

from engines import STAGES, Engines, Found, Operation, replay

from graders.answers import integer
from graders.context import Context
from graders.errors import SolutionError, SolutionTimeoutError
from graders.process import Message, Worker

BUFFERS = 2
MOST_COMMANDS = 5_000
RUN_SECONDS = 5.0
STAMP_SLACK = 2e-4  # seconds by which the stamp of a reply may be off


@dataclass(frozen=True)
class Run:
    """One pipeline: seconds from the request to the last result, what ran when, and what came of the data."""

    seconds: float
    operations: list[Operation]
    found: Found
    early: float  # seconds by which the function returned before the device was done
    started: float

    @property
    def blocking(self) -> int:
        """Copies from or to pageable memory."""
        return sum(operation.blocked for operation in self.operations)


@dataclass
class Host:
    """A worker and the socket on which it is told when a wait is over."""

    worker: Worker
    answers: socket.socket


@dataclass
class Bench:
    """``wrong`` etc. collect the faults of the solution's runs, in words."""

    context: Context
    hosts: dict[str, Host]
    runs: dict[str, int] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=lambda: {"outputs": [], "hazards": [], "early": []})
    blocking: dict[str, int] = field(default_factory=dict)
    last: dict[str, Run] = field(default_factory=dict)

    def run(self, who: str, function: str, chunks: int, seconds: dict[str, float]) -> float:
        """One pipeline over ``chunks`` chunks on a device with these stage times; returns its seconds."""
        run = drive(self.context, self.hosts[who], function, chunks, seconds)
        if who == "solution":
            self._note(function, chunks, run)
        elif run.found.wrong or run.found.conflicts:
            raise AssertionError(f"the referee's own pipeline is wrong: {run.found}")
        return run.seconds

    def broken(self) -> bool:
        """Whether the data of any run so far were wrong."""
        return any(self.faults.values())

    def _note(self, function: str, chunks: int, run: Run) -> None:
        case = f"{function}, {chunks} chunks: "
        self.last[function] = run
        self.runs[function] = self.runs.get(function, 0) + 1
        self.blocking[function] = self.blocking.get(function, 0) + run.blocking
        self.faults["outputs"] += [case + text for text in run.found.wrong]
        self.faults["hazards"] += [case + text for text in run.found.conflicts]
        if run.early > STAMP_SLACK:
            self.faults["early"].append(f"{case}returned {1e3 * run.early:.1f} ms before the last operation ended")


def drive(context: Context, host: Host, function: str, chunks: int, seconds: dict[str, float]) -> Run:
    """Let the worker run its function and be its device; raises SolutionError for commands that make no sense."""
    engines, timeout = Engines(seconds), context.within(RUN_SECONDS)
    identifier = host.worker.post("pipeline", function=function, chunks=chunks, buffers=BUFFERS)
    started: float | None = None
    for _ in range(MOST_COMMANDS):
        message = host.worker.receive(timeout)
        if message is None:
            raise SolutionTimeoutError(f"{function} was silent for {timeout:.0f} s")
        if message.body.get("id") != identifier:
            raise SolutionError(f"unexpected message while {function} was running")
        started = message.at if started is None else started
        if message.body["type"] == "reply":
            end = max(engines.end(), message.at)
            found = replay(engines.done, chunks)
            return Run(end - started, engines.done, found, engines.end() - message.at, started)
        until = _obey(engines, message, chunks)
        if until is not None:
            _answer(host.answers, until)
    raise SolutionError(f"{function} sent more than {MOST_COMMANDS} commands")


def _obey(engines: Engines, message: Message, chunks: int) -> float | None:
    """Do one command; returns the time until which the host has to wait, if it has to."""
    body, at = message.body, message.at
    do = body.get("do")
    if do in STAGES:
        buffer, chunk = integer(body, "buffer"), integer(body, "chunk")
        if not (0 <= buffer < BUFFERS and 0 <= chunk < chunks):
            raise SolutionError(f"{do}: there is no buffer {buffer} or no chunk {chunk}")
        operation = engines.issue(at, str(do), integer(body, "stream"), buffer, chunk)
        return operation.end if operation.blocked else None
    if do == "pin":
        engines.pinned = True
    elif do == "record":
        engines.record(at, integer(body, "stream"), integer(body, "event"))
    elif do == "wait":
        engines.wait(integer(body, "stream"), integer(body, "event"))
    else:
        return _until(engines, body)
    return None


def _until(engines: Engines, body: dict[str, Any]) -> float:
    if body.get("do") == "wait for device":
        return engines.end()
    if body.get("do") == "wait for stream":
        return engines.end_of_stream(integer(body, "stream"))
    if body.get("do") == "wait for event":
        return engines.end_of_event(integer(body, "event"))
    raise SolutionError(f"the device knows no command {str(body.get('do'))[:40]!r}")


def _answer(answers: socket.socket, until: float) -> None:
    try:
        answers.send(json.dumps(until).encode(), socket.MSG_DONTWAIT)
    except OSError as error:
        raise SolutionError("the host no longer listens to the device") from error
