"""Measures this machine's ceilings with a worker of its own for the round trip."""

from __future__ import annotations

import tempfile
from pathlib import Path

from graders import ceilings, placement
from graders.ceilings import Ceilings
from graders.isolation import NoNamespaceError
from graders.process import Worker
from graders.worker_spec import WorkerSpec

ROUNDS = 500


def calibrate(device: str) -> Ceilings:
    """Measure now; takes two or three seconds on a CPU."""
    cores = placement.plan()
    trip = _round_trip(cores.workers)
    placement.pin(cores.workers)  # the core that solutions run on
    try:
        return ceilings.measure(device, lambda: trip)
    finally:
        placement.pin(cores.referee)


def _round_trip(cores: tuple[int, ...]) -> float:
    with tempfile.TemporaryDirectory(prefix="graders-") as folder:
        for namespaces in (True, False):
            spec = WorkerSpec(
                name="calibration",
                driver=Path(__file__).with_name("null_driver.py"),
                source=b"",
                shown_as="(empty)",
                interface=[],
                device="cpu",
                torch=False,
                arena_bytes=1 << 12,
                cpu_seconds=60,
                cores=cores,
                directory=Path(folder).resolve() / str(namespaces),
                namespaces=namespaces,
            )
            with Worker(spec) as worker:
                try:
                    worker.wait_prepared(30.0)
                except NoNamespaceError:
                    continue
                return worker.measure_round_trip(ROUNDS)
    raise AssertionError("a worker without namespaces always starts")
