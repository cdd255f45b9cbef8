"""What an experiment hands back: checks, numbers, plots, tables and the view of the observation template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from graders.checks import Check
from graders.statistics import Interval
from graders.verdict import Quietness

Samples = dict[str, Any]  # JSON: every raw number of a run

OBSERVATION_KEYS = (
    "experiment_id",
    "hardware",
    "model",
    "prompt",
    "max_tokens",
    "batch_size",
    "notes",
    "load_model",
    "load_tokenizer",
    "prefill",
    "per_token_latency",
    "throughput",
    "observations",
)


@dataclass(frozen=True)
class Series:
    """One line of a plot; ``low`` and ``high`` are the bounds of its intervals, or empty."""

    name: str
    x: Sequence[float | str]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()

    @classmethod
    def of_intervals(cls, name: str, x: Sequence[float | str], y: Sequence[Interval]) -> Series:
        """Build a series with error bars."""
        return cls(name, x, [i.estimate for i in y], [i.low for i in y], [i.high for i in y])

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {key: value if key == "name" else list(value) for key, value in vars(self).items()}


@dataclass(frozen=True)
class Plot:
    """A plot for the application to draw; ``kind`` "grid" takes one series for each row."""

    title: str
    kind: Literal["line", "bar", "grid"]
    x_label: str
    y_label: str
    series: Sequence[Series]
    log_x: bool = False
    log_y: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**vars(self), "series": [series.as_dict() for series in self.series]}


@dataclass(frozen=True)
class Table:
    """A table of results; cells are text or numbers."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float | int | None]]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"title": self.title, "columns": list(self.columns), "rows": [list(row) for row in self.rows]}


@dataclass
class Outcome:
    """Everything the verdict event is made of: what a lab's judge reads out of the samples."""

    checks: list[Check] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    plots: list[Plot] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    observation: dict[str, str | float | int | None] = field(default_factory=dict)
    intervals: dict[str, Interval] = field(default_factory=dict)
    quietness: Quietness = field(default_factory=Quietness)


def observation(values: dict[str, str | float | int | None]) -> dict[str, str | float | int | None]:
    """Return all 13 fields in the template's order, None where a lab has no such thing; raises KeyError for others."""
    unknown = set(values) - set(OBSERVATION_KEYS)
    if unknown:
        raise KeyError(f"not in the observation template: {', '.join(sorted(unknown))}")
    return {key: values.get(key) for key in OBSERVATION_KEYS}
