"""Runs in the referee: results, who asks at once, errors, the choice, and at last cores used and wanted."""

from __future__ import annotations

import sys

from bench import Bench
from meter import Meter, require_counters
from office import Office
from timing import measure, steps_per_second
from visits import visit_checks
from work import draw_either

from graders.context import Context
from graders.errors import UnavailableError
from graders.outcome import Samples

PHASES = 5
HOWS = ("threads", "processes")
CHOICES = 4  # of each kind
DISTURBED = 0.7  # CPU seconds per wall second below which a computation was held up by others


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    require_counters()
    if not context.request.placement.workers:
        why = "two processes cannot run at once on one core"
        raise UnavailableError("a second core", why, "run the lab on a machine with two cores")
    office = Office()
    try:
        (solution,) = context.start_workers({"solution": None}, sockets=office.theirs, all_cores=True)
        own = context.lab.folder / "baseline.py"
        one, two = context.start_workers({"baseline": own, "control": own}, all_cores=True)
        bench = Bench(context, office, solution, (one, two))
        bench.call("counters", names=list(office.theirs))
        return _phases(bench)
    finally:
        office.close()


def _phases(bench: Bench) -> Samples:
    context = bench.context
    samples: Samples = {"gil": getattr(sys, "_is_gil_enabled", lambda: True)(), "left": bench.left}
    context.phase("results", 1, PHASES)
    samples["results"] = _results(bench)
    if any(each["got"] != each["right"] for each in samples["results"]) or bench.anything_left:
        return samples
    context.phase("who asks at once", 2, PHASES)
    samples["visits"] = []
    for how in HOWS:
        samples["visits"].append(_visit(bench, how))
        if not all(check.passed for check in visit_checks(samples["visits"])) or bench.anything_left:
            return samples
    context.phase("errors", 3, PHASES)
    samples["errors"] = [_error(bench, how) for how in HOWS]
    if any(each["got"] != each["right"] for each in samples["errors"]) or bench.anything_left:
        return samples
    context.phase("threads or processes", 4, PHASES)
    steps = steps_per_second(bench)
    samples["choices"] = _choices(bench, steps)
    if any(each["answer"] != each["right"] and not each["disturbed"] for each in samples["choices"]):
        return samples
    context.phase("cores used and cores wanted", 5, PHASES)
    samples.update(measure(bench, steps))
    return samples


def _results(bench: Bench) -> list[Samples]:
    """Small cases; the first item takes longest, so that results arrive in another order than they are wanted."""
    rng = bench.context.rng
    found = []
    for how in HOWS:
        for n, count in ((1, 3), (2, 0), (3, 2), (3, 7)):
            values = [int(value) for value in rng.integers(1 << 40, size=count)]
            items = [[value, 120 if number == 0 else 10] for number, value in enumerate(values)]
            got = bench.call("run", how=how, work="late", items=items, n=n)["results"]
            found.append({"case": f"run_{how}, {count} items, n = {n}", "got": got, "right": values})
            bench.note_left_over(f"run_{how}")
            if bench.anything_left:
                return found
    return found


def _visit(bench: Bench, how: str) -> Samples:
    rng = bench.context.rng
    n = int(rng.integers(2, 5))
    count = 3 * n + int(rng.integers(0, 3))
    visit = bench.office.serve(bench.solution, how, n, count, rng, bench.context.within(20.0))
    bench.note_left_over(f"run_{how}")
    return {"how": how, "n": n, "count": count, "worker": bench.solution.pid, **visit.as_dict()}


def _error(bench: Bench, how: str) -> Samples:
    rng = bench.context.rng
    values = [int(value) for value in rng.integers(1 << 40, size=5)]
    broken = int(rng.integers(5))
    items = [[value, number == broken] for number, value in enumerate(values)]
    body = bench.call("fail", how=how, work="fragile", items=items, n=2)
    got = body.get("raised", f"returned {str(body.get('results'))[:100]}")
    bench.note_left_over(f"run_{how} of an item that raises")
    return {
        "case": f"run_{how}, item {broken + 1} of 5 raises",
        "got": got,
        "right": f"item {values[broken]} is broken",
    }


def _choices(bench: Bench, steps: float) -> list[Samples]:
    """Waits and computations of the same length, in a drawn order."""
    rng = bench.context.rng
    found = []
    for kind in rng.permutation(["nap", "crunch"] * CHOICES):
        seconds = float(rng.uniform(0.02, 0.06))
        item = draw_either(rng, kind == "nap", round(steps * seconds), round(1000 * seconds))
        meter = Meter(bench.solution.pid)
        reply = bench.solution.call("choose", timeout=bench.context.within(10.0), work="either", item=item)
        meter.sample()
        right = "threads" if kind == "nap" else "processes"
        share = meter.ran_s() / reply.seconds
        case = f"{kind} for {1000 * seconds:.0f} ms"
        found.append({"case": case, "answer": str(reply.body.get("answer")), "right": right,
                      "disturbed": kind == "crunch" and share < DISTURBED})  # fmt: skip
    return found
