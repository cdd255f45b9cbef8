"""Fit of the scheduler's weights on a log of a known learner.

    python tests/bench/fit.py [--reviews 100000] [--runs 5]

prints one JSON document: seconds of the fit on a log in memory (items, training, both evaluations), seconds of the
whole look with the log read from a SQLite database, and the held-out losses. Medians over runs, with the fastest.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import insert

from studyctl.container import open_container
from studyctl.domain.fitting import Answer, fit
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.services.fit import FitService
from studyctl.storage.tables import ReviewLogRow, table_of
from tests.helpers import FakeClock, paths_below
from tests.simulated_log import QUICK_FORGETTER, simulated_log

START_DAY = 739_000


def rows_of(log: dict[str, list[Answer]]) -> list[dict[str, Any]]:
    """Lines of the review log, ordered by time."""
    return [
        {
            "card_id": card,
            "rating": rating,
            "at": (START_DAY + day) * 86_400_000,
            "day": START_DAY + day,
            "phase": "review" if n else "new",
            "elapsed_days": day - answers[n - 1].day if n else 0,
            "stability": None,
            "difficulty": None,
            "interval_days": 0,
            "duration_ms": 0,
            "undoes": None,
        }
        for card, answers in log.items()
        for n, (day, rating) in enumerate(answers)
    ]


def seconds(act: Callable[[], object], runs: int) -> dict[str, float]:
    """Median and fastest of so many runs, and the median of the processor time, which other programs disturb less."""
    taken, worked = [], []
    for _ in range(runs):
        began, working = time.perf_counter(), time.process_time()
        act()
        taken.append(time.perf_counter() - began)
        worked.append(time.process_time() - working)
    medians = {"median_s": statistics.median(taken), "fastest_s": min(taken), "cpu_s": statistics.median(worked)}
    return {name: round(value, 4) for name, value in medians.items()}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--reviews", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    log = simulated_log(QUICK_FORGETTER, options.reviews, seed=1, days=730)
    found = fit(log, DEFAULT_WEIGHTS)
    with tempfile.TemporaryDirectory() as home:
        container = open_container(paths_below(Path(home)), FakeClock())
        with container.context.database.maintain() as connection:
            connection.execute(insert(table_of(ReviewLogRow)), rows_of(log))
        database = seconds(FitService(container.context).look, options.runs)
        container.close()
    report = {
        "reviews": found.reviews,
        "cards": found.cards,
        "trained": found.trained,
        "held_out": found.held_out,
        "fit_in_memory": seconds(lambda: fit(log, DEFAULT_WEIGHTS), options.runs),
        "look_from_database": database,
        "log_loss": {"old": found.old.log_loss, "new": found.new.log_loss},
        "rmse": {"old": found.old.rmse, "new": found.new.rmse},
        "accepted": found.accepted,
        "machine": platform.processor() or platform.machine(),
        "python": platform.python_version(),
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
