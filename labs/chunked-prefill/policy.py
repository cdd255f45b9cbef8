"""The referee's own scheduling, and the traces that every scheduler is driven with. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Plan = list[tuple[int, int]]  # (request, tokens)


@dataclass(frozen=True)
class Request:
    """Request number ``id`` arrives before step ``arrival``, has a prompt and generates ``output`` tokens."""

    id: int
    arrival: int
    prompt: int
    output: int


@dataclass(frozen=True)
class Trace:
    """A load and the limits under which it is served."""

    name: str
    budget: int
    max_running: int
    requests: tuple[Request, ...]

    def arriving(self, step: int) -> list[Request]:
        """Requests that arrive before ``step``."""
        return [each for each in self.requests if each.arrival == step]


class FirstComeFirstServed:
    """Decodes first, then prompts in order of arrival as far as the budget goes."""

    def __init__(self, budget: int, max_running: int) -> None:
        self.budget, self.max_running = budget, max_running
        self.left: dict[int, int] = {}
        self.waiting: list[tuple[int, int]] = []

    def step(self, arrivals: Sequence[Request], finished: Sequence[int]) -> Plan:
        """Take in what has happened and return the next step."""
        for request in finished:
            del self.left[request]
        self.waiting += [(each.id, each.prompt) for each in arrivals]
        plan = [(request, 1) for request, left in self.left.items() if not left]
        while self.waiting and len(self.left) < self.max_running:
            request, prompt = self.waiting.pop(0)
            self.left[request] = prompt
        room = self.budget - len(plan)
        for request, left in self.left.items():
            if left and room:
                plan.append((request, min(left, room)))
                room -= min(left, room)
        for request, tokens in plan:
            self.left[request] = max(0, self.left[request] - tokens)
        return plan


Step = Callable[[Sequence[Request], Sequence[int]], Plan]


def simulate(trace: Trace, step: Step, observe: Callable[[int, Plan, list[int]], bool]) -> None:
    """Drive ``step`` until all requests have finished or ``observe(step, plan, finished)`` says stop.

    ``observe`` applies each plan and fills in the list of the requests that it finishes.
    """
    finished: list[int] = []
    last = max(each.arrival for each in trace.requests)
    number, alive = 0, len(trace.requests)
    while alive or number <= last:
        plan = step(trace.arriving(number), finished)
        finished = []
        if not observe(number, plan, finished):
            return
        alive -= len(finished)
        number += 1


def schedule_of(trace: Trace) -> list[Plan]:
    """The steps of first come, first served for a trace."""
    policy, steps = FirstComeFirstServed(trace.budget, trace.max_running), []
    left = {each.id: each.prompt for each in trace.requests}
    output = {each.id: each.output for each in trace.requests}

    def observe(number: int, plan: Plan, finished: list[int]) -> bool:
        steps.append(plan)
        for request, tokens in plan:
            left[request] = max(0, left[request] - tokens)
            if not left[request]:
                output[request] -= 1
                if not output[request]:
                    finished.append(request)
        return True

    simulate(trace, policy.step, observe)
    return steps


def first_token_steps(trace: Trace, steps: Sequence[Plan]) -> dict[int, int]:
    """Number of the step that gave each request its first token."""
    left = {each.id: each.prompt for each in trace.requests}
    first: dict[int, int] = {}
    for number, plan in enumerate(steps):
        for request, tokens in plan:
            left[request] -= tokens
            if left[request] <= 0:
                first.setdefault(request, number)
    return first


def random_trace(rng: np.random.Generator, number: int) -> Trace:
    """A mix of prompts much shorter and much longer than the budget, more requests than slots."""
    max_running = int(rng.integers(3, 7))
    budget = max_running + int(rng.integers(8, 50))
    count = int(rng.integers(20, 30))
    arrivals = sorted(int(n) for n in rng.integers(0, 30, size=count))
    requests = tuple(
        Request(i, arrival, int(rng.integers(1, 12 if i % 2 else 250)), int(rng.integers(1, 25)))
        for i, arrival in enumerate(arrivals)
    )
    return Trace(f"mixed load {number}", budget, max_running, requests)


def starving_trace(rng: np.random.Generator) -> Trace:
    """One long prompt, and short ones that together ask for more than the budget of every step after it."""
    budget = int(rng.integers(40, 60))
    short = [Request(2 + i, 1 + i, int(rng.integers(budget, budget + 9)), 1) for i in range(320)]
    first, long = Request(0, 0, 5, 3), Request(1, 0, 18 * budget + int(rng.integers(0, budget)), 2)
    return Trace("a long prompt among many short ones", budget, 6, (first, long, *short))


def timed_trace(rng: np.random.Generator) -> Trace:
    """Six requests decode when two long prompts arrive, one after the other; the budget is set later."""
    short = [Request(i, 0, int(rng.integers(8, 25)), int(rng.integers(52, 61))) for i in range(6)]
    long = [
        Request(6, int(rng.integers(8, 13)), int(rng.integers(640, 721)), 6),
        Request(7, int(rng.integers(28, 33)), int(rng.integers(640, 721)), 6),
    ]
    return Trace("six decodes and two long prompts", 0, 8, (*short, *long))
