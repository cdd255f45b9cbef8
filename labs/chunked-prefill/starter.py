"""Write the scheduler of a continuously batching engine.

The engine runs step after step. Before each step the scheduler says how many tokens of which request go through the model
in it. A request first goes through its prompt, in one piece or in chunks; the step with the prompt's last token also gives
its first output token. From then on it decodes: one token per step, until the engine says that it has finished.

This file runs and serves everybody one after the other, whole prompts at once.
"""

from __future__ import annotations


class Scheduler:
    """Decides the composition of each step."""

    def __init__(self, token_budget: int, max_running: int) -> None:
        """Start without requests.

        Args:
            token_budget: tokens that a step may hold, decode tokens and prompt tokens together. Larger than max_running.
            max_running: requests that may have begun and not finished at the same time: each holds a slot for its cache.
        """
        self.budget = token_budget
        self.max_running = max_running
        self.waiting: list[tuple[int, int]] = []

    def add(self, request_id: int, prompt_tokens: int) -> None:
        """A request with ``prompt_tokens`` >= 1 tokens arrives. How many it will generate is not known."""
        self.waiting.append((request_id, prompt_tokens))

    def finish(self, request_id: int) -> None:
        """The last step gave the last token of this request; its slot is free from the next step on."""
        self.waiting = [entry for entry in self.waiting if entry[0] != request_id]

    def step(self) -> list[tuple[int, int]]:
        """Return the next step: (request_id, tokens) for each request in it, each request at most once.

        * Every decoding request is in it, with 1 token.
        * The rest of the budget goes to prompts: 1 <= tokens <= what is left of that prompt. None of the budget stays
          unused while a prompt has tokens left and its request has a slot or could have one.
        * A request takes a slot with its first chunk.
        * No prompt may starve behind others that arrived after it.

        What you return is executed. An empty list means that there is nothing to do.
        """
        if not self.waiting:
            return []
        request_id, tokens = self.waiting[0]
        self.waiting[0] = (request_id, 1)
        return [(request_id, tokens)]


def token_budget(step_seconds: dict[int, float], max_running: int) -> int:
    """Choose the token budget for the timed load.

    Args:
        step_seconds: what a step with one prompt chunk of so many tokens takes on this machine, measured just now, in
            seconds. The largest key is the longest prompt of the load.
        max_running: as above; the budget must be larger.

    Returns:
        A budget with which the longest wait between two tokens of a running request is at most 0.7 of what it is when
        prompts are not cut, and with which tokens per second stay above 0.85 of that.
    """
    return max(step_seconds) + max_running
