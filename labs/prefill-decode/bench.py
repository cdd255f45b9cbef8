"""The referee's bench: runs generations on the workers, stamps their tokens, judges every one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import cost

from graders import statistics
from graders.answers import integers
from graders.context import Context
from graders.greedy import GreedyReference, Sample
from graders.measurement import swap_at_random
from graders.process import Reply, Worker
from graders.tinygpt import GPTConfig

DTYPE_BYTES = 4  # float32
CALL_SECONDS = 15.0
TIMES = ("prefill", "step", "mean_step", "decode", "total")


@dataclass
class Bench:
    """The workers, the referee's model and what every call has shown so far.

    ``times`` holds seconds by arm: ``prefill`` (request to first token), ``step`` and ``mean_step`` (median and mean
    gap between two tokens), ``decode`` (first to last token), ``total`` (request to last token). ``growth`` holds one
    row for each cache that was seen: the case in words, its bytes, the right bytes.
    """

    context: Context
    config: GPTConfig
    reference: GreedyReference
    workers: dict[str, Worker]
    judged: int = 0
    wrong: list[str] = field(default_factory=list)
    growth: list[tuple[str, int, int]] = field(default_factory=list)
    times: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    unchecked: list[tuple[str, Sample, int]] = field(default_factory=list)

    def generate(self, arm: str, batch: int, prompt_length: int, new_tokens: int) -> float:
        """Run fresh prompts on the worker that ``arm`` begins with; return the seconds to its last token."""
        worker = self.workers[arm.split()[0]]
        mark = worker.arena.mark()
        prompts = self.context.rng.integers(0, self.config.vocab, size=(batch, prompt_length))
        place = worker.arena.store(prompts).describe()
        timeout = self.context.within(CALL_SECONDS)
        reply = worker.call("generate", timeout=timeout, tokens=place, new_tokens=new_tokens)
        worker.arena.reset(mark)
        if arm.startswith("solution"):
            self._collect(reply, prompts.tolist(), new_tokens)
        return self._stamp(arm, reply)

    def next_round(self) -> None:
        """Draw which of the two copies is the baseline of the coming round."""
        copies = swap_at_random((self.workers["baseline"], self.workers["control"]), self.context.rng)
        self.workers["baseline"], self.workers["control"] = copies

    def verify(self) -> None:
        """Judge in float64 every token produced since the last call."""
        verdicts = self.reference.all_first_wrong([sample for _, sample, _ in self.unchecked])
        for (case, sample, count), first in zip(self.unchecked, verdicts, strict=True):
            self.judged += 1
            if len(sample.tokens) != count:
                self.wrong.append(f"{case}: {len(sample.tokens)} tokens where {count} were asked for")
            elif first is not None:
                self.wrong.append(f"{case}: token {first + 1} of {list(sample.tokens)} is not the greedy one")
        self.unchecked.clear()

    def _collect(self, reply: Reply, prompts: list[list[int]], new_tokens: int) -> None:
        batch, length = len(prompts), len(prompts[0])
        steps = [integers(item.body, "tokens") for item in reply.items]
        case = f"batch {batch}, prompt of {length}"
        for row, prompt in enumerate(prompts):
            tokens = [step[row] for step in steps if row < len(step)]
            self.unchecked.append((case, Sample(prompt, tokens), new_tokens))
        sizes = integers(reply.body, "sizes")
        config = self.config.as_dict()
        for steps_done in range(new_tokens):
            size = sizes[steps_done] if steps_done < len(sizes) else -1
            right = cost.cache_bytes(config, length + steps_done, batch, DTYPE_BYTES)
            self.growth.append((f"{case}, after {steps_done} decode steps", size, right))

    def _stamp(self, arm: str, reply: Reply) -> float:
        stamps = [item.at for item in reply.items]
        if len(stamps) < 2:
            return reply.seconds
        found = {
            "prefill": stamps[0] - reply.started,
            "step": statistics.median([b - a for a, b in pairwise(stamps)]),
            "mean_step": (stamps[-1] - stamps[0]) / (len(stamps) - 1),
            "decode": stamps[-1] - stamps[0],
            "total": stamps[-1] - reply.started,
        }
        kept = self.times.setdefault(arm, {name: [] for name in TIMES})
        for name, value in found.items():
            kept[name].append(value)
        return found["total"]

    def as_samples(self) -> dict[str, Any]:
        """What the judge needs of all this; of the caches only the largest one and the wrong ones, smallest first."""
        wrong = sorted((row for row in self.growth if row[1] != row[2]), key=lambda row: row[2])
        largest = max(self.growth, key=lambda row: row[2])
        return {
            "generations": {"judged": self.judged, "wrong": len(self.wrong), "examples": self.wrong[:5]},
            "caches": {"seen": len(self.growth), "wrong": wrong[:5], "largest": largest},
            "times": self.times,
        }
