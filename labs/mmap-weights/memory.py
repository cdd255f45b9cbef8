"""Facts about resident memory, out of the kernel's counts of a worker's pages."""

from __future__ import annotations

from graders import checks
from graders.checks import Check
from graders.outcome import Samples

FAULT_AROUND = 64 << 10  # bytes that Linux maps around one fault when they are cached (fault_around_bytes)
SLACK = 0.10
HEAP = 1 << 20  # bytes: arrays, dict and header of a load


def touched(memory: Samples) -> int:
    """Bytes by which the resident set grew from before load_mmap until one tensor was touched."""
    return int(memory["one_touched"]["rss"] - memory["before"]["rss"])


def memory_checks(memory: Samples) -> list[Check]:
    """Whose pages are where; the experiment ends with the first run in which one of these is wrong."""
    file, tensor = memory["file_bytes"], memory["tensor_bytes"]
    pages = tensor + 2 * max(memory["page"], FAULT_AROUND)
    shares = [
        (after["file_pss"] + after["anonymous"] - before["anonymous"]) / file
        for before, after in (
            (memory["before"], memory["all_touched"]),
            (memory["twin_before"], memory["twin_touched"]),
        )
    ]
    held = memory["read"]["anonymous"] - memory["dropped"]["anonymous"]
    found = [
        checks.same_output("touched-values", len(memory["wrong"]), memory["tensors"] * 2 + 1, what="touched tensors"),
        checks.at_most(
            "resident",
            touched(memory) / (1 << 20),
            pages * (1 + SLACK) / (1 << 20),
            what=f"resident set after load_mmap of {file >> 20} MiB and touching one tensor of {tensor >> 20} MiB",
            unit="MiB",
        ),
        checks.within_factor_of_formula(
            "shared-pages",
            sum(shares) / 2,
            0.5,
            tolerance=SLACK,
            unit="of the file for each process",
            formula="1 file / 2 processes that touched all of it",
        ),
        checks.within_factor_of_formula(
            "read-holds",
            held / (1 << 20),
            file / (1 << 20),
            tolerance=SLACK,
            unit="MiB of memory of its own after load_read",
            formula="the size of the file",
        ),
    ]
    return found + _peak_check(memory)


def _peak_check(memory: Samples) -> list[Check]:
    if not memory["peak_known"]:
        return []
    peak = memory["read_peak"] - memory["dropped"]["rss"]
    bound = memory["file_bytes"] * (1 + SLACK) + HEAP
    what = f"peak of the resident set while load_read takes in {memory['file_bytes'] >> 20} MiB"
    return [checks.at_most("read-peak", peak / (1 << 20), bound / (1 << 20), what=what, unit="MiB")]
