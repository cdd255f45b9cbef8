"""Table and plot of the gil-and-processes lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graders.outcome import Plot, Series, Table
from graders.statistics import Interval, median

NAMES = {
    "serial": "1 thread, pure Python",
    "threads-crunch": "2 threads, pure Python",
    "processes-crunch": "2 processes, pure Python",
    "threads-digest": "2 threads, SHA-256 in C",
}


def table(rounds: Mapping[str, Sequence[Sequence[float]]]) -> Table:
    """Medians over the rounds."""
    columns = ["work", "wall ms", "CPU ms", "ready, no core ms", "cores used", "cores wanted"]
    rows: list[list[str | float | int | None]] = []
    for name, title in NAMES.items():
        calls = rounds[name]
        wall, ran, ready = (1e3 * median([call[part] for call in calls]) for part in range(3))
        used, wanted = median([c[1] / c[0] for c in calls]), median([(c[1] + c[2]) / c[0] for c in calls])
        rows.append([title, round(wall, 1), round(ran, 1), round(ready, 1), round(used, 2), round(wanted, 2)])
    return Table("Equal work, medians", columns, rows)


def plot(wanted: Mapping[str, Interval], used: Mapping[str, Interval]) -> Plot:
    """Cores used, and cores wanted."""
    x = [NAMES[name] for name in NAMES]
    series = [
        Series.of_intervals("used: CPU seconds / wall seconds", x, [used[name] for name in NAMES]),
        Series.of_intervals("wanted: also ready without a core", x, [wanted[name] for name in NAMES]),
    ]
    return Plot("How many cores the work can use at once", "bar", "", "cores", series)
