"""A referee that replays events: at once, or only as far as the test lets it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event as Signal
from typing import Any

from studyctl.container import Container
from studyctl.errors import DataError, StudyError
from studyctl.tui.app import StudyApp

Event = dict[str, Any]
SLUG = "kv-cache-table"

RUNNING: list[Event] = [
    {"event": "start", "lab": SLUG, "title": "KV cache", "device": "cpu", "profile": "quick", "seed": None},
    {"event": "phase", "name": "load", "index": 1, "of": 3},
    {"event": "phase", "name": "decode", "index": 2, "of": 3},
    {"event": "log", "source": "learner", "text": "built a cache of 4 layers"},
    {"event": "log", "source": "referee", "text": "interleaving cached and uncached decoding"},
    *({"event": "point", "series": "uncached", "x": x, "y": 0.6 + x / 40} for x in (10, 50, 100, 200)),
    *({"event": "point", "series": "cached", "x": x, "y": 0.3} for x in (10, 50, 100, 200)),
    {"event": "progress", "done": 16, "total": 40, "label": "rounds of decoding"},
]


def verdict(outcome: str = "passed") -> Event:
    """A verdict document with checks, a plot and a table."""
    good = outcome == "passed"
    message = "uncached/cached time per token at prompt 200 = 18 x [17.5, 18.4], at least 2 x needed"
    return {
        "event": "verdict",
        "lab": SLUG,
        "verdict": outcome,
        "evidence": "measured",
        "reason": "all 2 checks passed" if good else "3 of 100 generations differ from the reference",
        "seconds": 3.5,
        "checks": [
            {
                "id": "greedy-tokens",
                "passed": good,
                "message": "100 of 100 generations equal the reference" if good else "3 of 100 generations differ",
                "value": 0 if good else 3,
                "bound": 0,
                "unit": "wrong generations",
            },
            {"id": "ratio-200", "passed": True, "message": message, "value": 17.95, "bound": 2.0, "unit": "x"},
        ],
        "metrics": {"ratio_200": 17.95},
        "plots": [
            {
                "title": "Time per token against prompt length",
                "kind": "line",
                "x_label": "prompt tokens",
                "y_label": "ms per token",
                "log_x": True,
                "log_y": True,
                "series": [
                    {"name": "uncached", "x": [10, 50, 200], "y": [0.61, 1.42, 5.39], "low": [], "high": []},
                    {"name": "cached", "x": [10, 50, 200], "y": [0.27, 0.27, 0.3], "low": [], "high": []},
                ],
            }
        ],
        "tables": [
            {
                "title": "With and without a KV cache",
                "columns": ["prompt", "uncached ms/token", "cached ms/token", "ratio", "cache bytes"],
                "rows": [[10, 0.614, 0.266, 2.32, 40960], [200, 5.385, 0.304, 17.95, 819200]],
            }
        ],
        "record": {"device": "cpu"},
    }


class FakeReferee:
    """Says `events`, waits for `go`, then says `rest` or raises `error`; `cancel` ends it like the real one."""

    def __init__(self, events: list[Event], rest: list[Event], error: StudyError | None = None) -> None:
        self._events, self._rest, self._error = events, rest, error
        self.go = Signal()
        self.cancelled = Signal()

    def cancel(self) -> None:
        """End the run."""
        self.cancelled.set()
        self.go.set()

    def events(self) -> Iterator[Event]:
        """The stream."""
        yield from self._events
        self.go.wait(timeout=30)
        if self.cancelled.is_set():
            raise DataError("The referee ended without a verdict: exit status -15")
        if self._error is not None:
            raise self._error
        yield from self._rest


def install(app: StudyApp, referee: FakeReferee) -> None:
    """Let the application's labs be graded by this referee."""

    def factory(_bundle: Path, _arguments: list[str]) -> FakeReferee:
        return referee

    assert app.desk.container is not None
    app.desk.container.labs._referee = factory  # type: ignore[assignment]


def begin(services: Container, slug: str = SLUG) -> Path:
    """The learner's file."""
    return services.labs.start(services.library.labs[slug]).path
