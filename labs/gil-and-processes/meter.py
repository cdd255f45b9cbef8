"""Reads from the kernel how many cores a worker used and how many it wanted, over all its threads and children.

``/proc/PID/task/TID/schedstat`` counts, in nanoseconds, the time that a thread ran and the time that it was ready to
run and waited for a core (Documentation/scheduler/sched-stats in the kernel's source). A thread that waits for a lock,
the GIL included, or for I/O is neither. So running plus ready, over wall time, is how many threads could run at once,
even when others keep the cores busy.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from graders.errors import UnavailableError

NANO = 1e-9
TRACKER = b"multiprocessing.resource_tracker"


@dataclass
class Meter:
    """Counts of one worker and everything below it from the moment it is made; call ``sample`` often, until the end."""

    pid: int
    _first: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    _last: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sample()
        self._first = dict(self._last)

    def sample(self) -> None:
        """Read the counters of all threads that live now."""
        for pid in family(self.pid):
            for thread in threads(pid):
                with contextlib.suppress(OSError, ValueError, IndexError):
                    ran, ready = Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[:2]
                    self._last[pid, thread] = int(ran), int(ready)

    def ran_s(self) -> float:
        """CPU seconds."""
        return NANO * sum(ran - self._first.get(key, (0, 0))[0] for key, (ran, _) in self._last.items())

    def ready_s(self) -> float:
        """Seconds in which threads were ready to run and had no core."""
        return NANO * sum(ready - self._first.get(key, (0, 0))[1] for key, (_, ready) in self._last.items())


def threads(pid: int) -> list[int]:
    """Threads of one process that live now."""
    with contextlib.suppress(OSError):
        return [int(name) for name in os.listdir(f"/proc/{pid}/task")]
    return []


def family(pid: int) -> list[int]:
    """The process and all its descendants that live now."""
    found = [pid]
    for parent in found:
        for thread in threads(parent):
            with contextlib.suppress(OSError):
                found += [int(each) for each in Path(f"/proc/{parent}/task/{thread}/children").read_text().split()]
    return found


def left_over(pid: int, threads_before: int) -> int:
    """Child processes and further threads that are still there; multiprocessing's own tracker is none of them."""
    children = [each for each in family(pid)[1:] if not _is_tracker(each)]
    return len(children) + max(0, len(threads(pid)) - threads_before)


def require_counters() -> None:
    """Raise UnavailableError where the kernel does not keep these counters."""
    try:
        ran = int(Path("/proc/self/schedstat").read_text().split()[0])
        Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except (OSError, ValueError, IndexError):
        ran = 0
    if ran == 0:
        why = "this kernel does not count how long threads run and wait for a core"
        raise UnavailableError("/proc/PID/schedstat", why, "run the lab on Linux with CONFIG_SCHED_INFO")


def _is_tracker(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return TRACKER in Path(f"/proc/{pid}/cmdline").read_bytes()
    return True  # gone meanwhile
