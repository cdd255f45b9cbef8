"""Serves prompts on the workers: logits against float64, and time to first token with and without a cached prefix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from truth import Operation, Truth

from graders.answers import integer
from graders.checks import Comparison, compare
from graders.context import Context
from graders.measurement import swap_at_random
from graders.process import Worker
from graders.tinygpt import GPTConfig, TinyGPT, draw_weights

CONFIG = GPTConfig(layers=4, heads=4, head_dim=48, vocab=256, context=640)
LOGIT_ERROR = 1e-4  # float32 was seen to differ from float64 by 3e-6; wrong positions move a logit by about 3
CALL_SECONDS = 10.0


class Exact:
    """Logits in float64; the keys and values of one remembered prompt spare work on those that extend it."""

    def __init__(self, model: TinyGPT) -> None:
        self._model = model
        self._prompt: list[int] = []
        self._kept: list[tuple[torch.Tensor, torch.Tensor]] = []

    @torch.no_grad()
    def logits(self, prompt: list[int], *, remember: bool = False) -> Any:
        """Logits (V,) of the last token of ``prompt``."""
        model, past = self._model, self._shared(prompt)
        positions = torch.arange(len(prompt))
        mask = positions[None, :] <= positions[past:, None]
        x, kept = model.embed(torch.tensor([prompt[past:]]), positions[past:]), []
        for i in range(model.layers):
            block = model.block(i)
            q, k, v = block.qkv(x)
            if past:
                k, v = (
                    torch.cat((old[:, :, :past], new), dim=2) for old, new in zip(self._kept[i], (k, v), strict=True)
                )
            kept.append((k, v))
            x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, attn_mask=mask))
            x = x + block.mlp(x)
        if remember:
            self._prompt, self._kept = list(prompt), kept
        return model.logits(x[:, -1:])[0, 0].numpy()

    def _shared(self, prompt: list[int]) -> int:
        same = (i for i, (a, b) in enumerate(zip(prompt, self._prompt, strict=False)) if a != b)
        return min(next(same, len(self._prompt)), len(prompt) - 1)


@dataclass
class Bench:
    """The workers, the float64 model and what every served prompt has shown so far."""

    context: Context
    workers: dict[str, Worker]
    exact: Exact
    round_trip: dict[str, float]
    truth: Truth = field(default_factory=lambda: Truth(1, 1))
    comparisons: list[Comparison] = field(default_factory=list)
    reuse: list[list[Any]] = field(default_factory=list)  # [what, tokens reused, tokens that had to be]
    requests: int = 0

    @classmethod
    def load(cls, context: Context, workers: dict[str, Worker]) -> Bench:
        """Give every worker the same fresh weights."""
        weights = draw_weights(CONFIG, context.rng)
        for worker in workers.values():
            slot = worker.arena.store(weights).describe()
            worker.call("load", timeout=context.within(20), config=CONFIG.as_dict(), weights=slot)
        trips = {name: worker.round_trip() for name, worker in workers.items()}
        return cls(context, workers, Exact(TinyGPT(CONFIG, torch.from_numpy(weights).to(torch.float64))), trips)

    def start(self, num_blocks: int, block_size: int) -> None:
        """Begin with an empty cache and pool."""
        self.truth = Truth(num_blocks, block_size)
        timeout = self.context.within(CALL_SECONDS)
        self.workers["solution"].call("start", timeout=timeout, num_blocks=num_blocks, block_size=block_size)

    def tokens(self, count: int) -> list[int]:
        """Return fresh random tokens."""
        return [int(token) for token in self.context.rng.integers(0, CONFIG.vocab, size=count)]

    def serve(self, prompt: list[int], what: str, *, remember: bool = False) -> float:
        """Serve one prompt through the solution's cache and judge reuse and logits; returns TTFT in seconds.

        ``remember`` says that later prompts extend this one, which saves the referee work and nobody else.
        """
        self.requests += 1
        number, worker = self.requests, self.workers["solution"]
        seconds, logits, body = self._prefill(worker, "serve", prompt, number=number)
        expected = self.truth.apply(Operation("admit", number, tuple(prompt)))
        self.truth.apply(Operation("finish", number))
        worker.call("finish", timeout=self.context.within(CALL_SECONDS), number=number)
        self.reuse.append([what, integer(body, "reused"), expected.reused * self.truth.block_size])
        right = self.exact.logits(prompt, remember=remember)
        self.comparisons.append(compare(what, logits, right, relative=0, absolute=LOGIT_ERROR))
        return seconds

    def plain(self, copy: str, prompt: list[int]) -> float:
        """Run the whole prompt in one of the referee's own workers; returns TTFT in seconds."""
        return self._prefill(self.workers[copy], "plain", prompt)[0]

    def swap(self) -> None:
        """Draw which of the two copies is the baseline of the coming round."""
        copies = swap_at_random((self.workers["baseline"], self.workers["control"]), self.context.rng)
        self.workers["baseline"], self.workers["control"] = copies

    @property
    def wrong(self) -> bool:
        """Whether any reuse or any logits were wrong so far."""
        return any(told != right for _, told, right in self.reuse) or any(not c.worst <= 1 for c in self.comparisons)

    def _prefill(self, worker: Worker, op: str, prompt: list[int], **fields: Any) -> tuple[float, Any, Any]:
        arena, mark = worker.arena, worker.arena.mark()
        tokens, out = arena.store(np.array(prompt)), arena.place("float32", (CONFIG.vocab,))
        arena.poison(out)
        timeout = self.context.within(CALL_SECONDS)
        reply = worker.call(op, timeout=timeout, tokens=tokens.describe(), out=out.describe(), **fields)
        logits = arena.view(out).copy()
        arena.reset(mark)
        trip = self.round_trip[worker.spec.name]
        return max(reply.seconds - trip, trip), logits, reply.body


def floor_work(length: int, reused: int) -> tuple[int, int]:
    """Bytes and floating-point operations that a prefill of ``length`` tokens behind ``reused`` cannot do without.

    Bytes: all matrices once. Operations: 2 per weight and new token, 4 * width per pair of a query and a key.
    """
    new, width = length - reused, CONFIG.width
    matrices = CONFIG.layers * 12 * width * width
    pairs = sum(range(reused + 1, length + 1))
    return 4 * matrices, 2 * matrices * new + 4 * width * CONFIG.layers * pairs
