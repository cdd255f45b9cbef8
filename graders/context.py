"""What an experiment works with: its workers, its random numbers, its clock budget and its voice."""

from __future__ import annotations

import os
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from graders import ceilings, placement, scheduling
from graders.calibration import calibrate
from graders.ceilings import Ceilings
from graders.errors import SolutionTimeoutError
from graders.events import Sink
from graders.isolation import NoNamespaceError
from graders.manifest import Lab
from graders.placement import Placement
from graders.process import Worker
from graders.text import clean
from graders.worker_spec import WorkerSpec

Profile = Literal["quick", "full"]
ARENA_BYTES = 256 << 20
LOAD_SECONDS = 30.0


@dataclass(frozen=True)
class Request:
    """What the command line asked for. ``seed`` is None unless the user gave one."""

    lab: Lab
    solution: Path
    source: bytes
    device: str
    profile: Profile
    seed: int | None
    options: Mapping[str, str]
    placement: Placement = field(default_factory=Placement)
    ceilings: Path | None = None
    hints: int = 0
    isolation: Literal["auto", "process"] = "auto"


class Context:
    """Given to ``experiment.run``; closes every worker at the end, whatever happened."""

    def __init__(self, request: Request, sink: Sink, *, already_s: float = 0.0) -> None:
        self.request = request
        self.lab = request.lab
        self.device = request.device
        self.profile = request.profile
        self.options = request.options
        self.entropy = int.from_bytes(os.urandom(16)) if request.seed is None else request.seed
        self.rng = np.random.default_rng(self.entropy)
        self.workers: list[Worker] = []
        # Why the workers have no namespace: it was asked for, or the kernel has refused one.
        self.no_namespace = "asked for" if request.isolation == "process" else None
        self._started = 0
        self._sink = sink
        self._directory = tempfile.TemporaryDirectory(prefix="graders-", ignore_cleanup_errors=True)
        self._end = time.perf_counter() + self.budget - already_s

    @property
    def quick(self) -> bool:
        """Whether the quick profile runs."""
        return self.profile == "quick"

    @property
    def budget(self) -> float:
        """Hard limit of the whole run in seconds."""
        return self.lab.budget[self.profile]

    def ceilings(self) -> Ceilings:
        """What this machine can do at most: from the file that was given, or measured now (two seconds), and kept."""
        path = self.request.ceilings
        found = ceilings.load(path, self.device) if path else None
        if found is None:
            found = calibrate(self.device)
            if path:
                ceilings.save(path, found)
        return found

    def isolation(self) -> dict[str, Any]:
        """What kept the learner's code apart: the weakest of all workers, and why when it had no namespace."""
        levels = [worker.isolation for worker in self.workers if worker.isolation]
        if not levels:
            return {"level": "none", "why": "no worker was started"}
        weakest = dict(min(levels, key=lambda each: each["level"] == "namespace"))
        return {**weakest, "why": self.no_namespace} if self.no_namespace else weakest

    def left(self) -> float:
        """Seconds until the hard limit; raises SolutionTimeoutError when there are none."""
        left = self._end - time.perf_counter()
        if left <= 0:
            raise SolutionTimeoutError(f"the lab did not finish within {self.budget:.0f} s ({self.profile} profile)")
        return left

    def within(self, seconds: float) -> float:
        """A timeout for one request: ``seconds``, or less when the lab has less left."""
        return min(seconds, self.left())

    def phase(self, name: str, index: int, of: int) -> None:
        """Announce a phase, counted from 1."""
        self._sink.emit({"event": "phase", "name": name, "index": index, "of": of})

    def progress(self, done: int, total: int, label: str = "") -> None:
        """Announce progress within the phase."""
        self._sink.emit({"event": "progress", "done": done, "total": total, "label": label})

    def point(self, series: str, x: float, y: float) -> None:
        """Send one point of a live plot."""
        self._sink.emit({"event": "point", "series": series, "x": x, "y": y})

    def log(self, text: str, source: Literal["referee", "learner"] = "referee") -> None:
        """Send one line of log."""
        self._sink.emit({"event": "log", "source": source, "text": clean(text)})

    def start_workers(
        self,
        programs: Mapping[str, Path | None],
        *,
        arena_bytes: int = ARENA_BYTES,
        network: bool = False,
        sockets: Mapping[str, socket.socket] | None = None,
        all_cores: bool = False,
    ) -> list[Worker]:
        """Start one worker for each entry side by side and wait until all are loaded.

        ``sockets`` are connected sockets that every one of them gets (``session.socket(name)``); ``network`` leaves the
        workers in the machine's own network, which the record says; ``all_cores`` gives them the referee's core beside
        their own, for a lab about parallel work.

        The value is a trusted file of the lab (a baseline), or None for the learner's solution. All workers get the
        lab's ``driver.py``, the same environment, threads and limits. Raises SubmissionError for the solution.
        """
        started = self._start_isolated(programs, arena_bytes, network, sockets or {}, all_cores)
        for worker in started:
            worker.wait_prepared(self.within(LOAD_SECONDS))
        placement.pin(self.request.placement.referee)
        for worker in started:
            worker.measure_round_trip()
        for worker in started:
            worker.load()
        for worker in started:
            worker.wait_ready(self.within(LOAD_SECONDS))
        return started

    def scheduling(self, workers: list[Worker]) -> scheduling.Scheduling:
        """The kernel's counters for ``workers`` and their cores now; subtract two of them for a stretch of time."""
        pids = [worker.pid for worker in workers]
        cores = self.request.placement.workers
        # Without cores of their own the workers share all of them with the referee, which is no stranger either.
        return scheduling.read(pids if cores else [*pids, os.getpid()], cores)

    def close(self) -> None:
        """Kill all workers and remove their folders."""
        for worker in self.workers:
            worker.close()
        self._directory.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _start_isolated(
        self,
        programs: Mapping[str, Path | None],
        arena_bytes: int,
        network: bool,
        sockets: Mapping[str, socket.socket],
        all_cores: bool,
    ) -> list[Worker]:
        handed = {name: each.fileno() for name, each in sockets.items()}
        place = self.request.placement
        cores = (*place.referee, *place.workers) if all_cores else place.workers
        started = [
            self._start(name, program, arena_bytes, network, handed, cores) for name, program in programs.items()
        ]
        try:
            for worker in started:
                worker.wait_isolated(self.within(LOAD_SECONDS))
        except NoNamespaceError as error:
            self.no_namespace = str(error)
            for worker in started:
                worker.close()
                self.workers.remove(worker)
            return self._start_isolated(programs, arena_bytes, network, sockets, all_cores)
        return started

    def _start(
        self,
        name: str,
        program: Path | None,
        arena_bytes: int,
        network: bool,
        sockets: Mapping[str, int],
        cores: tuple[int, ...],
    ) -> Worker:
        learner = program is None
        self._started += 1
        worker = Worker(
            WorkerSpec(
                name=name,
                driver=self.lab.folder.resolve() / "driver.py",
                source=self.request.source if program is None else program.read_bytes(),
                shown_as=str(self.request.solution if program is None else program),
                interface=list(self.lab.interface) if learner else [],
                device=self.device,
                torch=self.lab.uses_torch,
                arena_bytes=arena_bytes,
                cpu_seconds=int(self.budget) + 30,
                cores=cores,
                directory=Path(self._directory.name).resolve() / f"{self._started}-{name}",
                hidden=(self.lab.folder.parent.resolve(),),
                network=network,
                namespaces=self.no_namespace is None,
                sockets=sockets,
                log=lambda text: self.log(text, "learner" if learner else "referee"),
            )
        )
        self.workers.append(worker)
        return worker
