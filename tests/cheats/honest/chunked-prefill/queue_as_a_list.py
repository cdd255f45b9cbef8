"""The reference with its queue as a plain list, a log of its steps that it keeps, and a line of output for every tenth.

Lab: chunked-prefill
Expect: passed
"""

from __future__ import annotations

STALL_SHARE = 0.3  # of the step that would hold the whole longest prompt


class Scheduler:
    """Keeps for each running request, in order of admission, how many prompt tokens it still has to go through."""

    def __init__(self, token_budget: int, max_running: int) -> None:
        self._budget = token_budget
        self._max_running = max_running
        self._left: dict[int, int] = {}
        self._steps: list[int] = []
        self._waiting: list[tuple[int, int]] = []

    def add(self, request_id: int, prompt_tokens: int) -> None:
        """Queue a request."""
        self._waiting.append((request_id, prompt_tokens))

    def finish(self, request_id: int) -> None:
        """Free the request's slot."""
        del self._left[request_id]

    def step(self) -> list[tuple[int, int]]:
        """Compose one step: all decodes, then chunks of running prompts, then chunks of newly admitted ones."""
        plan = [(request_id, 1) for request_id, left in self._left.items() if left == 0]
        room = self._budget - len(plan)
        for request_id, left in self._left.items():
            if left and room:
                chunk = min(left, room)
                plan.append((request_id, chunk))
                room -= chunk
        while room and self._waiting and len(self._left) < self._max_running:
            request_id, prompt = self._waiting.pop(0)
            self._left[request_id] = prompt
            chunk = min(prompt, room)
            plan.append((request_id, chunk))
            room -= chunk
        self._steps.append(sum(tokens for _, tokens in plan))
        if len(self._steps) % 10 == 0:
            print(f"step {len(self._steps)}: {self._steps[-1]} tokens", flush=True)
        for request_id, tokens in plan:
            self._left[request_id] = max(0, self._left[request_id] - tokens)
        return plan


def token_budget(step_seconds: dict[int, float], max_running: int) -> int:
    """The largest measured step that takes at most STALL_SHARE of the longest one, and room for the decodes."""
    longest = step_seconds[max(step_seconds)]
    short = [tokens for tokens, seconds in step_seconds.items() if seconds <= STALL_SHARE * longest]
    return max(short, default=min(step_seconds)) + max_running
