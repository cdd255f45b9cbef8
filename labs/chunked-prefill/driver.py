"""Runs in the workers: hands requests to the learner's scheduler, or, in the referee's own, schedules to the engine."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from graders.arena import Slot
from graders.protocol import Body
from graders.session import Handler, Session


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer; those about the engine reach trusted workers only."""
    schedulers: list[Any] = []
    engines: list[Any] = []

    def open_scheduler(request: Body) -> Body:
        schedulers[:] = [solution.Scheduler(request["token_budget"], request["max_running"])]
        return {}

    def step(request: Body) -> Body:
        scheduler = schedulers[0]
        for request_id in request["finished"]:
            scheduler.finish(request_id)
        for request_id, prompt_tokens in request["arrivals"]:
            scheduler.add(request_id, prompt_tokens)
        return {"plan": _plan(scheduler.step())}

    def budget(request: Body) -> Body:
        profile = {int(tokens): float(seconds) for tokens, seconds in request["step_seconds"]}
        answer = solution.token_budget(profile, request["max_running"])
        if not isinstance(answer, int) or isinstance(answer, bool):
            raise TypeError(f"token_budget returns an int, got {type(answer).__name__}")
        return {"budget": answer}

    def load(request: Body) -> Body:
        engines[:] = [solution.Engine(request["config"], session.tensor(request["weights"]))]
        return {}

    def run(request: Body) -> Body:
        """Execute a whole schedule, rows of (step, request, tokens), and stream the tokens of each step as one item."""
        prompts = session.arena.view(Slot.parse(request["prompts"])).tolist()
        schedule = session.arena.view(Slot.parse(request["schedule"])).tolist()
        engine = engines[0]
        engine.open(prompts, request["lengths"])
        for entries in _steps(schedule):
            session.item(tokens=engine.step(entries))
        return {}

    return {"open": open_scheduler, "step": step, "budget": budget, "load": load, "run": run}


def _steps(schedule: list[list[int]]) -> list[list[tuple[int, int]]]:
    steps: list[list[tuple[int, int]]] = [[] for _ in range(schedule[-1][0] + 1)]
    for step, request_id, tokens in schedule:
        steps[step].append((request_id, tokens))
    return steps


def _plan(answer: object) -> list[list[int]]:
    if not isinstance(answer, list | tuple):
        raise TypeError(f"step returns a list of (request id, tokens), got {type(answer).__name__}")
    plan = []
    for entry in answer:
        pair = isinstance(entry, tuple | list) and len(entry) == 2
        if not pair or not all(isinstance(n, int) and not isinstance(n, bool) for n in entry):
            raise TypeError(f"step returns pairs of ints (request id, tokens), got {entry!r:.80}")
        plan.append(list(entry))
    return plan
