"""Runs the reference of each measured lab many times, half of them beside two busy loops, and prints JSON.

    python tests/bench/repeat_labs.py [SLUG ...] [--runs 20] [--busy 2]

A reference that comes out ``failed`` is a false fail: the number that must be zero. ``noisy`` is allowed, and counted.
Timed gates do not belong into the test suite; this is the place for them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from graders import manifest  # noqa: E402 - the script runs from anywhere
from graders.manifest import Lab  # noqa: E402
from graders.selfcheck import grade  # noqa: E402

BUSY_LOOP = "while True: pass"


def main() -> int:
    """Print one JSON document; exit code 1 when a reference failed."""
    options = _options()
    labs = [manifest.find(slug) for slug in options.slugs] or [
        lab for lab in manifest.load_all() if lab.evidence == "measured"
    ]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for lab in labs:
            found[lab.slug] = _repeat(lab, options.runs, options.busy, Path(folder) / "ceilings.json")
            _say(lab.slug, found[lab.slug])
    print(json.dumps(found, indent=1))
    return 1 if any(each["false_fails"] for each in found.values()) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("slugs", nargs="*")
    parser.add_argument("--runs", type=int, default=20, help="runs of each lab; the second half beside busy loops")
    parser.add_argument("--busy", type=int, default=2, help="how many busy loops")
    return parser.parse_args()


def _repeat(lab: Lab, runs: int, busy: int, ceilings: Path) -> dict[str, Any]:
    quiet = [_grade(lab, ceilings) for _ in range(runs - runs // 2)]
    with _busy_loops(busy):
        loud = [_grade(lab, ceilings) for _ in range(runs // 2)]
    every = quiet + loud
    wrong = [run for run in every if run["verdict"] not in {"passed", "noisy", "unavailable"}]
    return {
        "runs": runs,
        "quiet": Counter(run["verdict"] for run in quiet),
        "busy": Counter(run["verdict"] for run in loud),
        "false_fails": len(wrong),
        "noisy_share": sum(run["verdict"] == "noisy" for run in every) / len(every),
        "median_s": {"quiet": _seconds(quiet), "busy": _seconds(loud)},
        "reasons": [run["reason"] for run in wrong],
    }


def _grade(lab: Lab, ceilings: Path) -> dict[str, Any]:
    return grade(lab, lab.folder / "reference.py", "--ceilings", str(ceilings))


def _seconds(runs: list[dict[str, Any]]) -> float | None:
    taken = [run["seconds"] for run in runs if run.get("seconds") is not None]
    return round(median(taken), 2) if taken else None


@contextmanager
def _busy_loops(count: int) -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", BUSY_LOOP]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def _say(slug: str, found: dict[str, Any]) -> None:
    quiet, busy = found["median_s"]["quiet"], found["median_s"]["busy"]
    sys.stderr.write(
        f"{slug:24} false fails {found['false_fails']}/{found['runs']}  noisy {found['noisy_share']:.0%}"
        f"  quiet {dict(found['quiet'])} {quiet} s  busy {dict(found['busy'])} {busy} s\n"
    )


if __name__ == "__main__":
    sys.exit(main())
