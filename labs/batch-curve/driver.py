"""Runs in the worker: the engine that a batch goes through, and the bridge between pipe and the learner's batcher."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from graders.protocol import Body
from graders.session import Handler, Session
from graders.tinygpt import GPTConfig, TinyGPT

Cache = list[tuple[Tensor, Tensor]]


class Engine:
    """Greedy decoding of one batch with a KV cache; ``sizes`` logs the size of each batch."""

    def __init__(self, model: TinyGPT, new_tokens: int) -> None:
        self._model = model
        self._new_tokens = new_tokens
        self.sizes: list[int] = []

    def run_batch(self, prompts: list[list[int]]) -> list[list[int]]:
        """Return the new tokens of each prompt, in order; all prompts have one length. Raises ValueError for none."""
        if not prompts:
            raise ValueError("run_batch needs at least one prompt")
        self.sizes.append(len(prompts))
        with torch.inference_mode():
            tokens = torch.tensor(prompts, device=self._model.device)
            logits, cache = self._step(tokens, 0, [])
            chosen = [logits.argmax(dim=-1)]
            for i in range(self._new_tokens - 1):
                logits, cache = self._step(chosen[-1][:, None], tokens.shape[1] + i, cache)
                chosen.append(logits.argmax(dim=-1))
            return [[int(token) for token in row] for row in torch.stack(chosen, dim=1).tolist()]

    def _step(self, tokens: Tensor, start: int, cache: Cache) -> tuple[Tensor, Cache]:
        model = self._model
        x = model.embed(tokens, torch.arange(start, start + tokens.shape[1], device=model.device))
        longer: Cache = []
        for i in range(model.layers):
            block = model.block(i)
            q, k, v = block.qkv(x)
            if cache:
                k, v = torch.cat((cache[i][0], k), dim=2), torch.cat((cache[i][1], v), dim=2)
            longer.append((k, v))
            x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, is_causal=not cache))
            x = x + block.mlp(x)
        return model.logits(x[:, -1:])[:, 0], longer


class Server:
    """One open batcher at a time, with the engine that it runs on."""

    def __init__(self, solution: ModuleType, session: Session) -> None:
        self._solution = solution
        self._session = session
        self._engine: Engine | None = None
        self._batcher: Any = None

    def load(self, request: Body) -> Body:
        """Build the model from the arena."""
        weights = self._session.tensor(request["weights"]).to(self._session.device)
        model = TinyGPT(GPTConfig.parse(request["config"]), weights)
        self._engine = Engine(model, request["new_tokens"])
        return {}

    def open(self, request: Body) -> Body:
        """Start a fresh batcher."""
        assert self._engine is not None
        self._engine.sizes = []
        self._batcher = self._solution.Batcher(
            self._engine.run_batch, self._deliver, request["max_batch"], request["window_s"]
        )
        return {}

    def submit(self, request: Body) -> None:
        """Hand one request over; nothing is answered until the batcher delivers."""
        self._batcher.submit(request["request"], list(request["tokens"]))

    def close(self, request: Body) -> Body:
        """Stop the batcher and report the sizes of the batches it ran."""
        self._batcher.close()
        assert self._engine is not None
        return {"sizes": self._engine.sizes[:1000]}

    def _deliver(self, request_id: int, tokens: list[int]) -> None:
        self._session.send("done", request=int(request_id), tokens=[int(token) for token in tokens])


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    server = Server(solution, session)
    return {"load": server.load, "open": server.open, "submit": server.submit, "close": server.close}
