"""Runs in the referee of the test lab: fresh arrays, poisoned outputs."""

from __future__ import annotations

import time

from graders.context import Context
from graders.outcome import Samples

CALL_SECONDS = 2.0


def run(context: Context) -> Samples:
    (worker,) = context.start_workers({"solution": None}, arena_bytes=1 << 20)
    context.phase("double", 1, 1)
    calls = int(context.options.get("calls", "5"))
    wrong = 0
    for call in range(calls):
        mark = worker.arena.mark()
        x = context.rng.standard_normal(64)
        place, out = worker.arena.store(x), worker.arena.place("float64", x.shape)
        worker.arena.poison(out)
        worker.call("double", timeout=context.within(CALL_SECONDS), x=place.describe(), out=out.describe())
        wrong += not (worker.arena.view(out) == 2 * x).all()
        worker.arena.reset(mark)
        context.progress(call + 1, calls)
        time.sleep(float(context.options.get("pause", "0")))
    return {"wrong": wrong, "calls": calls}
