"""What the phases of the gil-and-processes lab share: the workers, the counters and what a call left over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from meter import Meter, left_over, threads
from office import Office

from graders.context import Context
from graders.errors import SolutionTimeoutError
from graders.process import Worker
from graders.protocol import Body

CALL_SECONDS = 15.0
SAMPLE_SECONDS = 0.004
TIDY_SECONDS = 1.0  # for processes that were told to end and have not been collected yet


@dataclass
class Bench:
    """The learner's worker and two of the referee's, on all cores."""

    context: Context
    office: Office
    solution: Worker
    baselines: tuple[Worker, Worker]
    threads_before: int = 0
    left: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.threads_before = len(threads(self.solution.pid))

    @property
    def anything_left(self) -> bool:
        """Whether a call left something behind."""
        return any(count for _, count in self.left)

    def call(self, op: str, **fields: Any) -> Body:
        """One request to the learner's worker."""
        return self.solution.call(op, timeout=self.context.within(CALL_SECONDS), **fields).body

    def note_left_over(self, what: str) -> None:
        """Remember what is still there a little after a call returned."""
        end = time.perf_counter() + TIDY_SECONDS
        while (count := left_over(self.solution.pid, self.threads_before)) and time.perf_counter() < end:
            self.solution.receive(SAMPLE_SECONDS)  # a worker stands still after its reply, unless it is listened to
        self.left.append((what, count))


@dataclass(frozen=True)
class Metered:
    """One call: results, wall seconds, CPU seconds and seconds ready without a core, over all threads and processes."""

    results: list[Any]
    wall: float
    ran: float
    ready: float


def metered(context: Context, worker: Worker, how: str, work: str, items: Sequence[Any], n: int) -> Metered:
    """Let a worker spread the items, and read the kernel's counters while it does."""
    meter = Meter(worker.pid)
    started = time.perf_counter()
    end = started + context.within(CALL_SECONDS)
    worker.post("run", how=how, work=work, items=items, n=n)
    while (message := worker.receive(SAMPLE_SECONDS)) is None:
        meter.sample()
        if time.perf_counter() > end:
            raise SolutionTimeoutError(f"run_{how} did not return within {CALL_SECONDS:.0f} s")
    meter.sample()
    worker.call("ping", timeout=context.within(CALL_SECONDS))  # from here on it stands still
    return Metered(list(message.body.get("results", [])), message.at - started, meter.ran_s(), meter.ready_s())
