"""What the phases of the mmap-weights lab share: workers, files, sizes and what was wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from shelf import Stored

from graders.context import Context
from graders.process import Worker

MIB = 1 << 20
# MiB. Below 32 MiB malloc reuses freed memory instead of asking the kernel for fresh pages (mallopt(3)).
READ_SIZES = (32, 64, 128)
MMAP_SIZES = (4, 32, 128)
MEMORY_SIZE = 64
TENSORS = 16  # in each of these files, so that their headers are equally long


@dataclass
class Bench:
    """The workers, the files by size in MiB, and what was wrong in a timed call."""

    context: Context
    solution: Worker
    twin: Worker
    baselines: tuple[Worker, Worker]
    files: dict[int, Stored]
    opens: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
