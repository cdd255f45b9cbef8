"""Runs in the worker: hands guesses, logits and probabilities to the learner's functions."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from graders.protocol import Body
from graders.session import Handler, Session
from graders.tinygpt import GPTConfig, TinyGPT


def handlers(solution: Any, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's worker answers."""
    drafters: list[Any] = []

    def load(request: Body) -> Body:
        weights = session.tensor(request["weights"]).to(session.device)
        drafters[:] = [solution.Drafter(TinyGPT(GPTConfig.parse(request["config"]), weights))]
        return {}

    def start(request: Body) -> Body:
        drafters[0].start(list(request["prompt"]))
        return {}

    def propose(request: Body) -> Body:
        return {"tokens": _tokens(drafters[0].propose(request["k"]), "propose")}

    def verify(request: Body) -> Body:
        logits = session.tensor(request["logits"]).numpy()
        tokens = _tokens(solution.verify_greedy(list(request["drafted"]), logits), "verify_greedy")
        drafters[0].commit(list(tokens))
        return {"tokens": tokens}

    named = (load, start, propose, verify)
    return {handler.__name__: handler for handler in named} | _rounds(solution, session)


def _rounds(solution: Any, session: Session) -> dict[str, Handler]:
    """Requests for the pure functions, many rounds at a time."""

    def greedy_rounds(request: Body) -> Body:
        drafted, logits, out, lengths = (
            session.tensor(request[name]).numpy() for name in ("drafted", "logits", "out", "lengths")
        )
        for i in range(len(drafted)):
            tokens = _tokens(solution.verify_greedy(drafted[i].tolist(), logits[i]), "verify_greedy")
            _write(tokens, out[i], lengths, i)
        return {}

    def sampled_rounds(request: Body) -> Body:
        drafted, q, p, out, lengths = (
            session.tensor(request[name]).numpy() for name in ("drafted", "q", "p", "out", "lengths")
        )
        rng = np.random.default_rng(request["seed"])
        for i in range(len(drafted)):
            tokens = _tokens(solution.verify_sampled(drafted[i].tolist(), q, p, rng), "verify_sampled")
            _write(tokens, out[i], lengths, i)
        return {}

    def residual(request: Body) -> Body:
        p, q, out = (session.tensor(request[name]).numpy() for name in ("p", "q", "out"))
        answer = np.asarray(solution.residual(p.copy(), q.copy()))
        if answer.shape != out.shape:
            raise TypeError(f"residual returns an array of shape {out.shape}, got {answer.shape}")
        out[...] = answer
        return {}

    def expected_tokens(request: Body) -> Body:
        out = session.tensor(request["out"]).numpy()
        for i, (alpha, k) in enumerate(request["cases"]):
            out[i] = float(solution.expected_tokens(alpha, k))
        return {}

    named = (greedy_rounds, sampled_rounds, residual, expected_tokens)
    return {handler.__name__: handler for handler in named}


def _tokens(answer: Any, name: str) -> list[int]:
    if not isinstance(answer, list | tuple | np.ndarray):
        raise TypeError(f"{name} returns a list of tokens, got {type(answer).__name__}")
    try:
        return [operator.index(token) for token in answer]
    except TypeError:
        raise TypeError(f"{name} returns a list of ints, got {answer!r:.80}") from None


def _write(tokens: list[int], row: Any, lengths: Any, i: int) -> None:
    """Store one answer; what does not fit is dropped, and its true length tells."""
    fitting = tokens[: len(row)]
    row[: len(fitting)] = fitting
    lengths[i] = len(tokens)
