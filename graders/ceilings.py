"""What this machine can do at most: bandwidth by working set, matmul rate, and the empty round trip.

A solution that claims more has not done the work. Measured once per machine and kept with its id
(``python -m graders calibrate``), or on the spot by a run that needs them and was given none.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from graders import machine
from graders.errors import UsageError

WORKING_SETS = (
    32 << 10,
    256 << 10,
    2 << 20,
    16 << 20,
    128 << 20,
)  # bytes touched: L1, L2, L2, L3, DRAM of most machines
SECONDS_EACH = 0.08
MATMUL_SIZES = (256, 512, 1024)
MATMUL_SHARE = 0.5  # of the peak, at least: some BLAS libraries leave the widest vectors of a CPU unused


@dataclass(frozen=True)
class Ceilings:
    """Peaks of one core or one GPU.

    ``bandwidth``: working set in bytes -> bytes/s, read and written; ``flops``: dtype -> operations/s.
    """

    machine_id: str
    device: str
    bandwidth: dict[int, float]
    flops: dict[str, float]
    round_trip_s: float

    def bytes_per_s(self, working_set: int) -> float:
        """The best bandwidth that was seen for a working set of this size or a larger one, and the size just below."""
        sizes = sorted(self.bandwidth)
        below = [size for size in sizes if size <= working_set]
        return max(self.bandwidth[size] for size in sizes if size >= (below[-1] if below else sizes[0]))

    def floor_seconds(self, nbytes: float, flops: float = 0.0, *, dtype: str = "float32") -> float:
        """No call that moves ``nbytes`` (each counted once) and computes ``flops`` can be faster.

        The roofline of Williams, Waterman and Patterson (2009). Its peak is the matmul rate over MATMUL_SHARE: good
        C code was seen above the matmul rate of a machine, none above twice of it.
        """
        peak = self.flops.get(dtype, max(self.flops.values())) / MATMUL_SHARE
        return max(nbytes / self.bytes_per_s(int(nbytes)), flops / peak)

    def ridge(self, dtype: str = "float32") -> float:
        """Operations per byte of DRAM at which the two limits meet."""
        return self.flops[dtype] / self.bandwidth[max(self.bandwidth)]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, for a record's samples or a file."""
        return {**asdict(self), "bandwidth": {str(size): rate for size, rate in self.bandwidth.items()}}

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Ceilings:
        """Rebuild it; raises KeyError, TypeError or ValueError for something else."""
        return cls(
            str(data["machine_id"]),
            str(data["device"]),
            {int(size): float(rate) for size, rate in data["bandwidth"].items()},
            {str(name): float(rate) for name, rate in data["flops"].items()},
            float(data["round_trip_s"]),
        )


def machine_id(device: str) -> str:
    """Twelve hex digits over CPU model, cores, RAM and, for a GPU, its name."""
    told = machine.describe(device)
    gpu = (told["gpu"] or {}).get("name")
    return sha256(f"{told['cpu']}|{told['cores']}|{told['ram_bytes']}|{gpu}".encode()).hexdigest()[:12]


def load(path: Path, device: str) -> Ceilings | None:
    """Read the ceilings of this machine and device from a file of several; None when it holds none of them.

    Raises UsageError for a file that is no such file.
    """
    if not path.is_file():
        return None
    try:
        stored = [Ceilings.parse(entry) for entry in json.loads(path.read_text(encoding="utf-8"))["ceilings"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} holds no ceilings: {error}; python -m graders calibrate --save {path}") from error
    wanted = machine_id(device)
    return next((each for each in stored if (each.machine_id, each.device) == (wanted, device)), None)


def save(path: Path, ceilings: Ceilings) -> None:
    """Add to the file, in the place of an older entry for the same machine and device."""
    kept = []
    if path.is_file():
        kept = [
            entry
            for entry in json.loads(path.read_text(encoding="utf-8"))["ceilings"]
            if (entry["machine_id"], entry["device"]) != (ceilings.machine_id, ceilings.device)
        ]
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".tmp")
    fresh.write_text(json.dumps({"ceilings": [*kept, ceilings.as_dict()]}, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def measure(device: str, round_trip: Callable[[], float]) -> Ceilings:
    """Measure now, with this process's threads; ``round_trip`` returns the seconds of an empty request."""
    if device.startswith("cuda"):
        from graders.cuda_ceilings import bandwidth, flops

        return Ceilings(machine_id(device), device, bandwidth(device), flops(device), round_trip())
    return Ceilings(machine_id(device), device, _bandwidth(), _flops(), round_trip())


def _bandwidth() -> dict[int, float]:
    found = {}
    for size in WORKING_SETS:
        source = np.ones(size // 8, dtype=np.float32)  # a copy touches two arrays of half the working set
        target = np.empty_like(source)
        copied = 2 * source.nbytes / _fastest(partial(np.copyto, target, source))
        whole = np.ones(size // 4, dtype=np.float32)
        read = whole.nbytes / _fastest(partial(np.dot, whole, whole))
        found[size] = max(copied, read)
    return found


def _flops() -> dict[str, float]:
    found = {}
    for name in ("float32", "float64"):
        rates = []
        for size in MATMUL_SIZES:
            a = np.ones((size, size), dtype=name)
            out = np.empty_like(a)
            rates.append(2 * size**3 / _fastest(partial(np.matmul, a, a, out=out)))
        found[name] = max([*rates, *_torch_rates(name)])
    return found


def _torch_rates(name: str) -> list[float]:
    try:
        import torch
    except ImportError:
        return []
    torch.set_num_threads(1)
    rates = []
    for size in MATMUL_SIZES:
        a = torch.ones(size, size, dtype=getattr(torch, name))
        rates.append(2 * size**3 / _fastest(partial(torch.mm, a, a)))
    return rates


def _fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of many runs: a ceiling is what the machine reached once."""
    end = time.perf_counter() + SECONDS_EACH
    best = float("inf")
    calls = 1
    while time.perf_counter() < end:
        began = time.perf_counter()
        for _ in range(calls):
            work()
        taken = time.perf_counter() - began
        best = min(best, taken / calls)
        if taken < 1e-4:
            calls *= 2  # shorter than the clock resolves well
    return best
