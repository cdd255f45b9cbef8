"""The referee's load generator: sends bursts of fresh requests and stamps every answer."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from design import NEW_TOKENS, PROMPT_TOKENS

from graders import statistics
from graders.answers import integer, integers
from graders.context import Context
from graders.errors import SolutionError, SolutionTimeoutError
from graders.greedy import GreedyReference, Sample, draw_prompt
from graders.process import Message, Worker
from graders.protocol import Body
from graders.tinygpt import GPTConfig

SILENCE_SECONDS = 3.0  # a request that is not answered after this much silence counts as lost
CALL_SECONDS = 15.0


@dataclass(frozen=True)
class Burst:
    """One burst: seconds from the first request to the last answer, and each request's own latency in seconds."""

    makespan: float
    latencies: list[float]


@dataclass
class Tally:
    """What became of all requests to the solution."""

    sent: int = 0
    received: int = 0
    duplicated: int = 0
    unknown: int = 0
    judged: int = 0
    wrong: list[str] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)
    batches: int = 0

    @property
    def broken(self) -> bool:
        """Whether something is wrong that no further sample can mend."""
        return bool(self.wrong or self.too_large or self.sent != self.received or self.duplicated or self.unknown)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


class LoadGenerator:
    """Drives one server: opens a batcher, sends a burst, waits for the answers, closes it."""

    def __init__(self, context: Context, config: GPTConfig, name: str, worker: Worker, engine: Worker) -> None:
        self._context = context
        self._config = config
        self._name = name
        self._worker = worker
        self._engine = engine
        self._seen: set[int] = set()
        self._samples: list[Sample] = []
        self.tally = Tally()

    def connect(self) -> None:
        """Let the server take over its connection to the engine."""
        self._worker.call("connect", timeout=self._context.within(CALL_SECONDS))

    def burst(self, requests: int, max_batch: int, window_s: float) -> Burst:
        """Send ``requests`` at once to a fresh batcher and wait until all are answered or the rest is lost.

        Once something is broken nothing is sent any more: waiting out further silences would teach nothing.
        """
        if self.tally.broken:
            return Burst(SILENCE_SECONDS, [SILENCE_SECONDS])
        self._engine.post("begin")
        self._request("open", max_batch=max_batch, window_s=window_s)
        prompts = {
            self._fresh_id(): draw_prompt(self._config, PROMPT_TOKENS, self._context.rng) for _ in range(requests)
        }
        sent: dict[int, float] = {}
        for identifier, prompt in prompts.items():
            sent[identifier] = time.perf_counter()
            self._worker.post("submit", request=identifier, tokens=prompt)
        arrived: dict[int, float] = {}
        while len(arrived) < requests:
            message = self._worker.receive(self._context.within(SILENCE_SECONDS))
            if message is None:
                break
            self._take(message, prompts, arrived)
        self.tally.sent += requests
        self.tally.received += len(arrived)
        self._request("close", prompts, arrived)
        self._worker.stand_still()  # from this reply on the server stands still, while others are measured
        logged = self._engine.call("sizes", timeout=self._context.within(CALL_SECONDS), client=self._name)
        sizes = integers(logged.body, "sizes")
        self.tally.batches += len(sizes)
        self.tally.too_large += [f"a batch of {size} with max_batch {max_batch}" for size in sizes if size > max_batch]
        latencies = [arrived[i] - sent[i] for i in arrived] or [SILENCE_SECONDS]
        return Burst(max(arrived.values(), default=time.perf_counter()) - min(sent.values()), latencies)

    def verify(self, reference: GreedyReference) -> None:
        """Judge every answer since the last call against the unbatched reference in float64."""
        for sample, first in zip(self._samples, reference.all_first_wrong(self._samples), strict=True):
            self.tally.judged += 1
            if len(sample.tokens) != NEW_TOKENS:
                self.tally.wrong.append(f"an answer of {len(sample.tokens)} tokens where {NEW_TOKENS} were due")
            elif first is not None:
                self.tally.wrong.append(f"token {first + 1} of an answer is not the one that its own prompt leads to")
        self._samples.clear()

    def _fresh_id(self) -> int:
        while (identifier := int(self._context.rng.integers(1 << 30))) in self._seen:
            pass
        self._seen.add(identifier)
        return identifier

    def _take(self, message: Message, prompts: dict[int, list[int]], arrived: dict[int, float]) -> None:
        body = message.body
        if body["type"] != "done":
            raise SolutionError(f"unexpected message {body['type']!r} while requests were being served")
        identifier, tokens = integer(body, "request"), integers(body, "tokens")
        if identifier in arrived:
            self.tally.duplicated += 1
        elif identifier not in prompts:
            self.tally.unknown += 1
        else:
            arrived[identifier] = message.at
            self._samples.append(Sample(prompts[identifier], tokens))

    def _request(
        self,
        op: str,
        prompts: dict[int, list[int]] | None = None,
        arrived: dict[int, float] | None = None,
        **fields: object,
    ) -> Body:
        """Send ``open`` or ``close``; answers that come late meanwhile are counted as what they are."""
        identifier = self._worker.post(op, **fields)
        while True:
            message = self._worker.receive(self._context.within(CALL_SECONDS))
            if message is None:
                raise SolutionTimeoutError(f"the batcher's {op} did not return within {CALL_SECONDS:.0f} s")
            if message.body["type"] == "reply" and message.body.get("id") == identifier:
                return message.body
            self._take(message, prompts or {}, arrived if arrived is not None else {})


def latency(burst: Burst) -> float:
    """Median latency of the requests of a burst, seconds."""
    return statistics.median(burst.latencies)
