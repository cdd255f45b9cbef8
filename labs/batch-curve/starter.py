"""Write a dynamic batcher.

Requests arrive one by one through ``submit``; ``run_batch`` takes a list of prompts (all of one length) and returns the
list of their new tokens, in the same order. One call with 8 prompts is much cheaper than 8 calls with one.

This file runs and answers every request, but it runs each alone, inside ``submit``, so nothing is ever batched.
"""

from __future__ import annotations

from collections.abc import Callable

RunBatch = Callable[[list[list[int]]], list[list[int]]]
Deliver = Callable[[int, list[int]], None]


class Batcher:
    """Groups concurrent requests into batches.

    Write a queue and one thread that takes from it. A batch leaves

    * at once when ``max_batch`` requests wait, and never with more than that;
    * otherwise when its oldest request has waited ``window_s`` seconds.

    With ``max_batch`` 1 nobody ever waits. ``threading.Condition`` does all of this; avoid a busy loop.
    """

    def __init__(self, run_batch: RunBatch, deliver: Deliver, max_batch: int, window_s: float) -> None:
        """``deliver(request_id, new_tokens)`` hands one answer back, exactly once, from any thread."""
        self._run_batch = run_batch
        self._deliver = deliver

    def submit(self, request_id: int, tokens: list[int]) -> None:
        """Take one request; has to return at once, since the next request waits behind this call."""
        answers = self._run_batch([tokens])
        self._deliver(request_id, answers[0])

    def close(self) -> None:
        """Answer what is still queued, then stop the thread."""
