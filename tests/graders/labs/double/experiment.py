"""Runs in the referee of the test lab: fresh arrays, poisoned outputs, one exact check."""

from __future__ import annotations

from graders import checks
from graders.context import Context
from graders.outcome import Outcome

CALL_SECONDS = 2.0


def run(context: Context) -> Outcome:
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
    return Outcome(checks=[checks.same_output("doubled", wrong, calls, what="arrays")])
