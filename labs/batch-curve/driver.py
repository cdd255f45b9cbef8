"""Runs in the workers: the engine in one of its own, in each server's the way to it and to the learner's batcher."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from types import ModuleType
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from graders.protocol import Body
from graders.session import Handler, Session
from graders.tinygpt import GPTConfig, TinyGPT

Cache = list[tuple[Tensor, Tensor]]
MAX_LINE = 1 << 20  # bytes of one batch
ENGINE_SECONDS = 30.0  # longer than any batch takes


class Engine:
    """Greedy decoding of one batch with a KV cache, in a worker that holds nothing of the learner's."""

    def __init__(self, model: TinyGPT, new_tokens: int) -> None:
        self._model = model
        self._new_tokens = new_tokens

    def run_batch(self, prompts: list[list[int]]) -> list[list[int]]:
        """Return the new tokens of each prompt, in order; all prompts have one length. Raises ValueError for none."""
        if not prompts:
            raise ValueError("run_batch needs at least one prompt")
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


class EngineRoom:
    """Serves the engine over one socket for each server; ``sizes`` logs every batch where no server can edit it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._sizes: dict[str, list[int]] = {}

    def load(self, request: Body) -> Body:
        """Build the model from the arena and serve all clients."""
        weights = self._session.tensor(request["weights"]).to(self._session.device)
        engine = Engine(TinyGPT(GPTConfig.parse(request["config"]), weights), request["new_tokens"])
        for name in request["clients"]:
            self._sizes[name] = []
            arguments = (engine, self._session.socket(name), self._sizes[name])
            threading.Thread(target=_serve, args=arguments, daemon=True).start()
        return {}

    def begin(self, request: Body) -> None:
        """One-way: a burst begins. A worker that is told something runs until its next reply."""

    def sizes(self, request: Body) -> Body:
        """Report and forget the batches of one client."""
        logged = self._sizes[request["client"]]
        found = logged[:1000]
        logged.clear()
        return {"sizes": found}


def _serve(engine: Engine, connected: socket.socket, sizes: list[int]) -> None:
    # A client that sends nonsense is told so, and one that goes away is not waited for.
    with suppress(OSError), connected, connected.makefile("rb") as lines:
        while line := lines.readline(MAX_LINE):
            try:
                prompts = json.loads(line)
                sizes.append(len(prompts))
                answer: Any = engine.run_batch(prompts)
            except (ValueError, TypeError, IndexError, RuntimeError) as error:
                answer = f"{type(error).__name__}: {error}"
            connected.sendall(json.dumps(answer).encode() + b"\n")


class EngineClient:
    """A server's way to the engine: one batch at a time, from any thread."""

    def __init__(self, connected: socket.socket) -> None:
        connected.settimeout(ENGINE_SECONDS)
        self._socket = connected
        self._reader = connected.makefile("rb")
        self._lock = threading.Lock()

    def run_batch(self, prompts: list[list[int]]) -> list[list[int]]:
        """Return the new tokens of each prompt, in order; all prompts have one length. Raises ValueError for none."""
        line = json.dumps([[int(token) for token in prompt] for prompt in prompts]).encode() + b"\n"
        with self._lock:
            self._socket.sendall(line)
            answer = json.loads(self._reader.readline())
        if isinstance(answer, str):
            raise ValueError(answer)
        return [[int(token) for token in row] for row in answer]


class Server:
    """One open batcher at a time, with its way to the engine."""

    def __init__(self, solution: ModuleType, session: Session) -> None:
        self._solution = solution
        self._session = session
        self._engine: EngineClient | None = None
        self._batcher: Any = None

    def connect(self, request: Body) -> Body:
        """Take over the connection to the engine."""
        self._engine = EngineClient(self._session.socket("engine"))
        return {}

    def open(self, request: Body) -> Body:
        """Start a fresh batcher."""
        assert self._engine is not None
        self._batcher = self._solution.Batcher(
            self._engine.run_batch, self._deliver, request["max_batch"], request["window_s"]
        )
        return {}

    def submit(self, request: Body) -> None:
        """Hand one request over; nothing is answered until the batcher delivers."""
        self._batcher.submit(request["request"], list(request["tokens"]))

    def close(self, request: Body) -> Body:
        """Stop the batcher."""
        self._batcher.close()
        return {}

    def _deliver(self, request_id: int, tokens: list[int]) -> None:
        self._session.send("done", request=int(request_id), tokens=[int(token) for token in tokens])


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer: the engine's, and those of a server."""
    room, server = EngineRoom(session), Server(solution, session)
    return {
        "load": room.load,
        "begin": room.begin,
        "sizes": room.sizes,
        "connect": server.connect,
        "open": server.open,
        "submit": server.submit,
        "close": server.close,
    }
