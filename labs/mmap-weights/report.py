"""Tables and plots of the mmap-weights lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graders.outcome import Plot, Samples, Series, Table
from graders.statistics import median_interval

MIB = 1 << 20


def memory_table(memory: Samples) -> Table:
    """Resident memory step by step, as the kernel counts it."""
    steps = {
        "before": "before load_mmap",
        "opened": "after load_mmap",
        "one_touched": "one tensor touched",
        "all_touched": "all touched, the second process too",
        "dropped": "arrays dropped",
        "read": "after load_read",
    }
    columns = ["step", "resident MiB", "of that anonymous", "of that the file", "its fair share (PSS)"]
    rows = [
        [title, *(round(memory[key][kind] / MIB, 2) for kind in ("rss", "anonymous", "file_rss", "file_pss"))]
        for key, title in steps.items()
    ]
    return Table(f"Memory of one process, file of {memory['file_bytes'] / MIB:.0f} MiB", columns, rows)


def walk_table(walks: Sequence[Samples]) -> Table:
    """One walk through the largest file each; told, not graded."""
    columns = ["page cache", "how", "opened ms", "first value ms", "everything ms"]
    rows = [[each["state"], each["how"], *(round(1e3 * s, 2) for s in each["seconds"])] for each in walks]
    return Table("Time until open, first value and everything (one walk each, not graded)", columns, rows)


def plots(sizes: Mapping[str, Sequence[int]], rounds: Mapping[str, Sequence[float]]) -> list[Plot]:
    """Seconds of an open with its first value over the size of the file."""
    names = {"read": "load_read", "mmap": "load_mmap"}
    series = []
    for how, name in names.items():
        found = [median_interval([1e3 * seconds for seconds in rounds[f"{how}-{size}"]]) for size in sizes[how]]
        series.append(Series.of_intervals(name, sizes[how], found))
    title = "Open and take one value, file in the page cache"
    return [Plot(title, "line", "file MiB", "ms", series, log_x=True, log_y=True)]
