"""Reads from the kernel, not from the worker, which pages a process holds (proc_pid_smaps(5), proc_pid_status(5))."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from graders.errors import UnavailableError

KIB = 1024
MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ \S{4} [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ (\d+)")
FIELD = re.compile(r"(Rss|Pss|Anonymous): +(\d+) kB")


@dataclass(frozen=True)
class Residency:
    """Bytes in memory: all pages, those no file stands behind, and those of one file (whole, and the fair share)."""

    rss: int
    anonymous: int
    file_rss: int
    file_pss: int

    def as_dict(self) -> dict[str, int]:
        """Return the JSON form."""
        return asdict(self)


def parse_smaps(text: str, inode: int) -> Residency:
    """Sum the fields of ``/proc/PID/smaps``; ``inode`` is the file of interest."""
    sums = {"rss": 0, "anonymous": 0, "file_rss": 0, "file_pss": 0}
    of_file = False
    for line in text.splitlines():
        if mapping := MAPPING.match(line):
            of_file = int(mapping[1]) == inode
        elif field := FIELD.match(line):
            name, nbytes = field[1], int(field[2]) * KIB
            if name == "Rss":
                sums["rss"] += nbytes
            if name == "Anonymous":
                sums["anonymous"] += nbytes
            if of_file and name in {"Rss", "Pss"}:
                sums[f"file_{name.lower()}"] += nbytes
    return Residency(**sums)


def residency(pid: int, inode: int) -> Residency:
    """What the process holds now; raises UnavailableError where the kernel does not say."""
    try:
        return parse_smaps(Path(f"/proc/{pid}/smaps").read_text(), inode)
    except OSError as error:
        why = f"the referee cannot read the worker's memory map: {error.strerror}"
        raise UnavailableError("/proc/PID/smaps", why, "run the lab on Linux, without a hardened /proc") from error


def reset_peak(pid: int) -> bool:
    """Let the peak of the resident set begin anew; False where the kernel refuses (proc_pid_clear_refs(5))."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        return True
    return False


def peak(pid: int) -> int:
    """The largest resident set since the last reset, in bytes (VmHWM)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * KIB
    return 0


def evict(fd: int, nbytes: int) -> bool:
    """Take a file out of the page cache and say whether its middle is gone; a file system in memory keeps it."""
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    try:
        os.preadv(fd, [bytearray(1)], nbytes // 2, os.RWF_NOWAIT)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
