"""The referee's books on one trace: applies the learner's plans and names every rule that one of them breaks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from policy import Plan, Trace, first_token_steps, schedule_of

MOST_EMPTY = 3  # empty steps in a row, while there is work, after which the scheduler counts as stuck
PATIENCE, GRACE = 6, 8  # a first token may take PATIENCE times the steps of first come, first served, and GRACE more
RULES = ("plan-valid", "token-budget", "running-limit", "decode-first", "work-conserving", "none-starved")


@dataclass
class Audit:
    """State of every request as the plans made it; ``broken`` holds the first violation of each rule."""

    trace: Trace
    broken: dict[str, str] = field(default_factory=dict)
    steps: list[Plan] = field(default_factory=list)
    largest: int = 0
    finished: int = 0
    left: dict[int, int] = field(default_factory=dict)  # prompt tokens, of arrived requests
    output: dict[int, int] = field(default_factory=dict)  # tokens still to be generated
    running: set[int] = field(default_factory=set)
    empty: int = 0
    fair: list[Plan] = field(default_factory=list)  # first come, first served

    def __post_init__(self) -> None:
        self.fair = schedule_of(self.trace)

    def apply(self, number: int, plan: Plan, finished: list[int]) -> bool:
        """Judge and execute one plan; False when it cannot be executed, nothing moves any more or there is no end."""
        for each in self.trace.arriving(number):
            self.left[each.id], self.output[each.id] = each.prompt, each.output
        if not self._valid(number, plan):
            return False
        self.steps.append(plan)
        self._judge(number, plan)
        for request, tokens in plan:
            self.running.add(request)
            self.left[request] = max(0, self.left[request] - tokens)
            if not self.left[request]:
                self.output[request] -= 1
                if not self.output[request]:
                    finished.append(request)
        for request in finished:
            self.running.remove(request)
            del self.left[request]
        self.finished += len(finished)
        self.empty = self.empty + 1 if not plan and self.left else 0
        return self.empty < MOST_EMPTY and len(self.steps) < PATIENCE * len(self.fair) + GRACE

    def _break(self, rule: str, number: int, text: str) -> None:
        self.broken.setdefault(rule, f"{self.trace.name}, step {number}: {text}")

    def _valid(self, number: int, plan: Plan) -> bool:
        seen: set[int] = set()
        for request, tokens in plan:
            if request not in self.left:
                text = f"request {request} has not arrived or has finished"
            elif request in seen:
                text = f"request {request} stands there twice"
            elif self.left[request] and not 1 <= tokens <= self.left[request]:
                text = f"{tokens} tokens of request {request}, which has {self.left[request]} prompt tokens left"
            elif not self.left[request] and tokens != 1:
                text = f"{tokens} tokens of request {request}, which decodes one"
            else:
                seen.add(request)
                continue
            self._break("plan-valid", number, text)
            return False
        return True

    def _judge(self, number: int, plan: Plan) -> None:
        trace, planned = self.trace, dict(plan)
        used = sum(planned.values())
        self.largest = max(self.largest, used)
        decoding = {request for request in self.running if not self.left[request]}
        if used > trace.budget:
            self._break("token-budget", number, f"{used} tokens, the budget is {trace.budget}")
        holding = len(self.running | set(planned))
        if holding > trace.max_running:
            self._break("running-limit", number, f"{holding} requests hold a slot, max_running is {trace.max_running}")
        stalled = sorted(decoding - set(planned))
        if stalled:
            self._break("decode-first", number, f"request {stalled[0]} decodes and is not in the step")
        idle = trace.budget - used
        waiting = [each for each in self._could_run(holding) if self.left[each] > planned.get(each, 0)]
        if idle > 0 and waiting:
            text = f"{idle} of {trace.budget} tokens stay unused while request {waiting[0]} has prompt tokens left"
            self._break("work-conserving", number, text)

    def _could_run(self, holding: int) -> list[int]:
        """Requests with a prompt that hold a slot, or could take one beside the ``holding`` that do."""
        room = holding < self.trace.max_running
        return sorted(request for request, left in self.left.items() if left and (room or request in self.running))

    def end(self) -> None:
        """Compare the wait for each first token with that of first come, first served."""
        first, fair = first_token_steps(self.trace, self.steps), first_token_steps(self.trace, self.fair)
        for each in self.trace.requests:
            allowed = each.arrival + PATIENCE * (fair[each.id] - each.arrival + 1) + GRACE
            at = first.get(each.id)
            if (at is None and len(self.steps) > allowed) or (at is not None and at > allowed):
                text = (
                    f"request {each.id} ({each.prompt} prompt tokens, arrived before step {each.arrival}) has no token "
                    f"yet; first come, first served gives it one in step {fair[each.id]}"
                )
                self._break("none-starved", allowed, text)
                return

    def as_samples(self) -> dict[str, Any]:
        """What the judge needs."""
        trace = self.trace
        return {
            "name": trace.name,
            "requests": len(trace.requests),
            "finished": self.finished,
            "steps": len(self.steps),
            "budget": trace.budget,
            "largest": self.largest,
            "broken": self.broken,
        }


def rows_of(steps: Sequence[Plan]) -> list[list[int]]:
    """A schedule as rows (step, request, tokens) for the engine; empty steps are left out."""
    full = [plan for plan in steps if plan]
    return [[number, request, tokens] for number, plan in enumerate(full) for request, tokens in plan]
