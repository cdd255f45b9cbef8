"""The referee's bench: runs generations on the workers, stamps their tokens, judges every one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from design import NEW_TOKENS

from graders import statistics
from graders.answers import integer
from graders.context import Context
from graders.greedy import GreedyReference, Sample, draw_prompt
from graders.measurement import Rounds, swap_at_random
from graders.outcome import Samples
from graders.process import Worker
from graders.tinygpt import GPTConfig

CALL_SECONDS = 10.0


@dataclass
class Bench:
    """The workers, the referee's model and what every call has shown so far.

    ``wrong`` has a sentence for each wrong generation. By arm and prompt length, in seconds: ``first_token`` (TTFT),
    ``whole`` (request to last token), ``gaps`` (all inter-token times), ``typical_gap`` (their median, one for each
    generation).
    """

    context: Context
    config: GPTConfig
    reference: GreedyReference
    workers: dict[str, Worker]
    round_trip: float  # of the referee's own worker: the learner's could answer late
    calls: int = 0
    wrong: list[str] = field(default_factory=list)
    unchecked: list[tuple[str, Sample]] = field(default_factory=list)
    first_token: dict[str, list[float]] = field(default_factory=dict)
    whole: dict[str, list[float]] = field(default_factory=dict)
    gaps: dict[str, list[float]] = field(default_factory=dict)
    typical_gap: dict[str, list[float]] = field(default_factory=dict)

    def decode(self, arm: str, prompt_length: int, *, use_cache: bool) -> float:
        """Run one generation on fresh tokens; return its TPOT in seconds: (last - first) / (n - 1)."""
        prompt = draw_prompt(self.config, prompt_length, self.context.rng)
        worker = self.workers[arm.split()[0]]
        reply = worker.call(
            "generate",
            timeout=self.context.within(CALL_SECONDS),
            prompt=prompt,
            new_tokens=NEW_TOKENS,
            use_cache=use_cache,
        )
        key = f"{arm} {prompt_length}"
        if arm.startswith("solution"):
            self.unchecked.append((key, Sample(prompt, [integer(item.body, "token") for item in reply.items])))
        stamps = [item.at for item in reply.items]
        if len(stamps) < 2:
            return reply.seconds
        self.first_token.setdefault(key, []).append(stamps[0] - reply.started)
        self.whole.setdefault(key, []).append(stamps[-1] - reply.started)
        gaps = [b - a for a, b in pairwise(stamps)]
        self.gaps.setdefault(key, []).extend(gaps)
        self.typical_gap.setdefault(key, []).append(max(statistics.median(gaps), self.round_trip))
        # Tokens that arrive together cannot be told apart more finely than one round trip.
        return max((stamps[-1] - stamps[0]) / (len(stamps) - 1), self.round_trip)

    def samples(self, rounds: Rounds) -> Samples:
        """Every raw number of the decoding so far."""
        return {
            "tpot_s": rounds.samples,
            "ttft_s": self.first_token,
            "whole_s": self.whole,
            "gaps_s": self.gaps,
            "typical_gap_s": self.typical_gap,
            "orders": rounds.orders,
            "generations": {"judged": self.calls, "wrong": self.wrong},
        }

    def next_round(self) -> None:
        """Draw which of the two copies is the baseline of the coming round."""
        copies = swap_at_random((self.workers["baseline"], self.workers["control"]), self.context.rng)
        self.workers["baseline"], self.workers["control"] = copies

    def verify(self) -> None:
        """Judge every token produced since the last call."""
        for key, sample in self.unchecked:
            self.calls += 1
            first = self.reference.first_wrong(sample) if sample.tokens else 0
            if first is not None:
                self.wrong.append(f"{key}: token {first + 1} of {list(sample.tokens)} is not the greedy one")
            elif len(sample.tokens) != NEW_TOKENS:
                self.wrong.append(f"{key}: {len(sample.tokens)} tokens where {NEW_TOKENS} were asked for")
        self.unchecked.clear()
