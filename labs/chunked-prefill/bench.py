"""The referee's bench: drives the learner's scheduler through traces and replays schedules on trusted engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from audit import Audit, rows_of
from policy import Plan, Request, Trace, schedule_of, simulate

from graders import statistics
from graders.context import Context
from graders.errors import SolutionError
from graders.greedy import GreedyReference, Sample, draw_prompt
from graders.measurement import swap_at_random
from graders.process import Worker
from graders.tinygpt import GPTConfig

CALL_SECONDS = 10.0
PROFILED = (16, 32, 64, 128, 256, 512)  # tokens of a chunk
PROFILE_ROUNDS = 5


@dataclass(frozen=True)
class Replay:
    """What one schedule did on an engine, in seconds.

    ``ends``: from the start of the load to the end of each step; ``gaps``: between two tokens of one request;
    ``waits``: from the arrival of each request, between two steps, to its first token.
    """

    ends: list[float]
    gaps: list[float]
    waits: list[float]
    tokens: int

    @property
    def throughput(self) -> float:
        """Generated tokens per second."""
        return self.tokens / self.ends[-1]


@dataclass
class Bench:
    """The workers, the trace that is timed, and what was judged so far."""

    context: Context
    config: GPTConfig
    reference: GreedyReference
    scheduler: Worker
    engines: tuple[Worker, Worker]
    judged: int = 0
    wrong: list[str] = field(default_factory=list)
    decisions: list[float] = field(default_factory=list)

    def drive(self, trace: Trace) -> Audit:
        """Let the learner's scheduler serve a trace, step by step, under the referee's books. No engine runs."""
        worker, audit = self.scheduler, Audit(trace)
        timeout = self.context.within(CALL_SECONDS)
        worker.call("open", timeout=timeout, token_budget=trace.budget, max_running=trace.max_running)

        def step(arrivals: Sequence[Request], finished: Sequence[int]) -> Plan:
            arriving = [[each.id, each.prompt] for each in arrivals]
            timeout = self.context.within(CALL_SECONDS)
            reply = worker.call("step", timeout=timeout, arrivals=arriving, finished=list(finished))
            self.decisions.append(reply.seconds)
            return _plan(reply.body.get("plan"))

        simulate(trace, step, audit.apply)
        audit.end()
        return audit

    def profile(self, longest: int) -> dict[int, float]:
        """Seconds of a step with one chunk of so many tokens, median of PROFILE_ROUNDS; the largest is ``longest``."""
        samples: dict[int, list[float]] = {size: [] for size in (*PROFILED, longest)}
        for _ in range(PROFILE_ROUNDS):
            for size in self.context.rng.permutation(list(samples)):
                request = Request(0, 0, int(size), 1)
                found = self.replay(self.engines[0], Trace("profile", 0, 1, (request,)), [[(0, int(size))]])
                samples[int(size)].append(found.ends[-1])
        return {size: statistics.median(values) for size, values in samples.items()}

    def replay(self, engine: Worker, trace: Trace, steps: Sequence[Plan], *, judge: bool = False) -> Replay:
        """Run a schedule on fresh prompts and stamp each of its steps."""
        rng, arena = self.context.rng, engine.arena
        prompts = [draw_prompt(self.config, each.prompt, rng) for each in trace.requests]
        mark = arena.mark()
        flat = arena.store(np.array([token for prompt in prompts for token in prompt], dtype=np.int64))
        rows = arena.store(np.array(rows_of(steps), dtype=np.int64))
        reply = engine.call(
            "run",
            timeout=self.context.within(CALL_SECONDS),
            prompts=flat.describe(),
            schedule=rows.describe(),
            lengths=[len(prompt) for prompt in prompts],
        )
        arena.reset(mark)
        stamps: list[list[float]] = [[] for _ in prompts]
        tokens: list[list[int]] = [[] for _ in prompts]
        for item in reply.items:
            for request, token in item.body["tokens"]:
                stamps[request].append(item.at - reply.started)
                tokens[request].append(token)
        if judge:
            self._judge(trace, [Sample(*pair) for pair in zip(prompts, tokens, strict=True)])
        gaps = [b - a for each in stamps for a, b in pairwise(each)]
        ends = [item.at - reply.started for item in reply.items]
        waits = [
            each[0] - (ends[request.arrival - 1] if request.arrival else 0.0)
            for request, each in zip(trace.requests, stamps, strict=True)
        ]
        return Replay(ends, gaps, waits, sum(map(len, tokens)))

    def next_round(self) -> None:
        """Draw which of the two engines runs the schedules that are compared."""
        self.engines = swap_at_random(self.engines, self.context.rng)

    def _judge(self, trace: Trace, samples: list[Sample]) -> None:
        verdicts = self.reference.all_first_wrong(samples)
        for request, sample, first in zip(trace.requests, samples, verdicts, strict=True):
            self.judged += 1
            if first is not None or len(sample.tokens) != request.output:
                where = f"token {first + 1} is not the greedy one" if first is not None else "tokens are missing"
                self.wrong.append(f"request {request.id} with {request.prompt} prompt tokens: {where}")


def whole_prompts(trace: Trace) -> list[Plan]:
    """The schedule that never cuts a prompt: the referee's own policy with room for everything."""
    room = sum(each.prompt for each in trace.requests) + trace.max_running
    return schedule_of(replace(trace, budget=room))


def _plan(body: Any) -> Plan:
    if not isinstance(body, list):
        raise SolutionError("the answer's 'plan' is no list")
    plan = []
    for entry in body:
        if not isinstance(entry, list) or len(entry) != 2 or not all(type(n) is int for n in entry):
            raise SolutionError("the answer's 'plan' holds something else than pairs of integers")
        plan.append((entry[0], entry[1]))
    return plan
