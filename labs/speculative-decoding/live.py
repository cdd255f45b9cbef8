"""The loop with real models: the referee runs the target, counts its passes and judges every guess and every token."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from graders.answers import integers
from graders.context import Context
from graders.greedy import GreedyReference, Sample, draw_prompt
from graders.process import Worker
from graders.tinygpt import GPTConfig, draw_weights

TARGET = GPTConfig(layers=4, heads=4, head_dim=32, vocab=128, context=128)
DRAFT_LAYERS = 2
NEW_TOKENS = 40
CALL_SECONDS = 10.0


@dataclass
class Generation:
    """One speculative generation; ``wrong_draft`` and ``wrong_output`` name the first mistake."""

    k: int
    prompt: list[int]
    tokens: list[int] = field(default_factory=list)
    passes: int = 0
    allowed: int = 0
    tried: int = 0  # guesses that were compared: the accepted ones and the first rejected of each pass
    accepted: int = 0
    wrong_draft: str | None = None
    wrong_output: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return vars(self) | {"prompt": len(self.prompt)}


def early_exit(config: GPTConfig, weights: NDArray[np.float32], layers: int) -> tuple[GPTConfig, NDArray[np.float32]]:
    """A draft made of the target's first ``layers`` layers and its embeddings, as self-speculative decoding does."""
    draft = GPTConfig(**{**config.as_dict(), "layers": layers})
    kept, at = [], 0
    for name, shape in config.shapes().items():
        if name in draft.shapes():
            kept.append(weights[at : at + math.prod(shape)])
        at += math.prod(shape)
    return draft, np.concatenate(kept)


class Bench:
    """Target and draft of one run, the target in the referee only."""

    def __init__(self, context: Context, worker: Worker) -> None:
        self.context, self.worker = context, worker
        weights = draw_weights(TARGET, context.rng)
        config, draft = early_exit(TARGET, weights, DRAFT_LAYERS)
        self.target = GreedyReference(TARGET, weights)
        self.draft = GreedyReference(config, draft)
        slot = worker.arena.store(draft).describe()
        worker.call("load", timeout=context.within(CALL_SECONDS), config=config.as_dict(), weights=slot)

    def generate(self, k: int) -> Generation:
        """Speculate until NEW_TOKENS tokens are there; ends early at the first mistake."""
        context = self.context
        run = Generation(k, draw_prompt(TARGET, int(context.rng.integers(8, 25)), context.rng))
        self.worker.call("start", timeout=context.within(CALL_SECONDS), prompt=run.prompt)
        while len(run.tokens) < NEW_TOKENS and not run.wrong_draft and not run.wrong_output:
            self._round(run)
        if not run.wrong_draft and not run.wrong_output:
            wrong = self.target.first_wrong(Sample(run.prompt, run.tokens))
            if wrong is not None:
                run.wrong_output = f"token {wrong + 1} is not the one that the target alone yields"
        return run

    def _round(self, run: Generation) -> None:
        sequence = run.prompt + run.tokens
        timeout = self.context.within(CALL_SECONDS)
        drafted = integers(self.worker.call("propose", timeout=timeout, k=run.k).body, "tokens")
        where = f"k = {run.k}, pass {run.passes + 1}"
        if len(drafted) != run.k:
            run.wrong_draft = f"{where}: {len(drafted)} guesses where {run.k} were asked for"
            return
        wrong = self.draft.first_wrong(Sample(sequence, drafted))
        if wrong is not None:
            run.wrong_draft = f"{where}: guess {wrong + 1} of {drafted} is not the draft's greedy token there"
            return
        logits = self._target_pass(sequence, drafted)
        run.passes += 1
        mark = self.worker.arena.mark()
        slot = self.worker.arena.store(logits).describe()
        tokens = integers(self.worker.call("verify", timeout=timeout, drafted=drafted, logits=slot).body, "tokens")
        self.worker.arena.reset(mark)
        self._judge(run, where, drafted, logits.argmax(axis=1).tolist(), tokens)

    def _judge(self, run: Generation, where: str, drafted: list[int], wanted: list[int], tokens: list[int]) -> None:
        accepted = next((i for i in range(run.k) if drafted[i] != wanted[i]), run.k)
        right = wanted[: accepted + 1]
        run.tried += min(accepted + 1, run.k)
        run.accepted += accepted
        run.allowed += len(right)
        if not tokens or tokens != right[: len(tokens)]:
            run.wrong_output = f"{where}: guesses {drafted}, target {wanted}: got {tokens}, right are {right}"
        run.tokens += tokens

    def _target_pass(self, sequence: list[int], drafted: list[int]) -> NDArray[np.float32]:
        """Logits (k + 1, V) after the sequence and after each guess; float64 inside."""
        with torch.no_grad():
            logits = self.target.model.forward(torch.tensor([sequence + drafted]))[0, len(sequence) - 1 :]
        return logits.numpy().astype(np.float32)
