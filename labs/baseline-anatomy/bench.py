"""The referee's bench: writes model folders, runs sessions, stamps every event, keeps what each worker reported."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpe
import numpy as np
from numpy.typing import NDArray

from graders.context import Context
from graders.errors import SolutionError
from graders.greedy import GreedyReference, Sample
from graders.measurement import swap_at_random
from graders.process import Message, Worker
from graders.tinygpt import GPTConfig, draw_weights

CALL_SECONDS = 15.0
REQUESTS = 2  # after each load
TEXT_BYTES = (200, 900)
TRAINING_BYTES = 8000
NEW_TOKENS = (12, 22)
FACTS = ("prompt-ids", "tokens", "text", "n-tokens")


@dataclass(frozen=True)
class Tongue:
    """The language of one run and the merges that were trained on it."""

    language: bpe.Language
    merges: list[bpe.Pair]

    @classmethod
    def invent(cls, rng: np.random.Generator, merges: int) -> Tongue:
        """Draw a language and train ``merges`` merges on a text in it."""
        language = bpe.Language.invent(rng)
        return cls(language, bpe.train(language.text(rng, TRAINING_BYTES), merges))


@dataclass(frozen=True)
class Model:
    """What is loaded in one round: fresh weights and the run's tokenizer; and how large that round's requests are.

    ``sizes`` are pairs of bytes of text and new tokens, the same for all arms, so that their times can be compared.
    """

    config: GPTConfig
    weights: NDArray[np.float32]
    language: bpe.Language
    merges: list[bpe.Pair]
    sizes: list[tuple[int, int]]

    @classmethod
    def draw(cls, config: GPTConfig, tongue: Tongue, rng: np.random.Generator) -> Model:
        """Draw weights and sizes anew."""
        sizes = [(int(rng.integers(*TEXT_BYTES)), int(rng.integers(*NEW_TOKENS))) for _ in range(REQUESTS)]
        return cls(config, draw_weights(config, rng), tongue.language, tongue.merges, sizes)

    def write(self, folder: Path) -> None:
        """Write tokenizer.json, config.json and weights.bin into a fresh folder."""
        folder.mkdir()
        (folder / "tokenizer.json").write_text(json.dumps({"merges": self.merges}))
        (folder / "config.json").write_text(json.dumps(self.config.as_dict()))
        self.weights.tofile(folder / "weights.bin")


@dataclass
class Bench:
    """The workers and what their sessions have shown.

    ``sessions`` holds one entry per session of the solution: stamped and reported seconds of its load and its requests.
    ``wrong`` holds, for each fact, a sentence for each request that violates it.
    """

    context: Context
    workers: dict[str, Worker]
    sessions: list[dict[str, Any]] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=lambda: {fact: [] for fact in FACTS})
    requests: int = 0
    per_request: dict[str, list[float]] = field(default_factory=dict)  # prefill seconds per prompt token, in order
    folders: int = 0

    def session(self, arm: str, model: Model) -> float:
        """Load ``model`` and run REQUESTS requests; return the seconds that the requests took."""
        worker = self.workers[arm]
        self.folders += 1
        folder = worker.spec.directory / f"model-{self.folders}"
        model.write(folder)
        found = worker.call("load", timeout=self.context.within(CALL_SECONDS), folder=str(folder))
        shutil.rmtree(folder)
        start, tokenizer, ready = self._events(found.items, ["start", "tokenizer", "model"])
        load = {"load_tokenizer": tokenizer.at - start.at, "load_model": ready.at - tokenizer.at}
        requests = [self._request(arm, worker, model, *size) for size in model.sizes]
        if arm == "solution":
            reported = requests[-1]["reported"]
            self.sessions.append(
                {"stamped": load, "reported": {name: reported[name] for name in load}, "requests": requests}
            )
        return float(sum(each["stamped"]["total"] for each in requests))

    def environment(self) -> dict[str, Any]:
        """What the solution says about the machine."""
        reply = self.workers["solution"].call("environment", timeout=self.context.within(CALL_SECONDS))
        told = reply.body.get("environment")
        if not isinstance(told, dict):
            raise SolutionError("the environment is no dict")
        return told

    def next_round(self) -> None:
        """Draw which of the two copies is the baseline of the coming round."""
        copies = swap_at_random((self.workers["baseline"], self.workers["control"]), self.context.rng)
        self.workers["baseline"], self.workers["control"] = copies

    def _request(self, arm: str, worker: Worker, model: Model, nbytes: int, count: int) -> dict[str, Any]:
        text = model.language.text(self.context.rng, nbytes)
        timeout = self.context.within(CALL_SECONDS)
        reply = worker.call("generate", timeout=timeout, text=text, max_tokens=count)
        events = self._events(reply.items, ["start", "prompt", *["token"] * count, "text"])
        start, prompt, *tokens, answer = events
        right = bpe.encode(text, model.merges)
        stamped = {
            "tokenize": prompt.at - start.at,
            "prefill": tokens[0].at - prompt.at,
            "decode": tokens[-1].at - tokens[0].at,
            "detokenize": answer.at - tokens[-1].at,
            "total": answer.at - start.at,
        }
        self.per_request.setdefault(worker.spec.name, []).append(stamped["prefill"] / len(right))
        if arm != "solution":
            return {"stamped": stamped}
        reported = _numbers(worker.call("report", timeout=self.context.within(CALL_SECONDS)).body.get("report"))
        ids = [_token(each, model.config.vocab) for each in tokens]
        self._judge(model, text, right, prompt.body["value"], ids, str(answer.body["value"]), reported)
        sizes = {"prompt_tokens": len(right), "new_tokens": count}
        return {"stamped": stamped, "reported": reported, **sizes}

    def _events(self, items: list[Message], expected: list[str]) -> list[Message]:
        marks = [item.body.get("mark") for item in items]
        if marks != expected:
            short = ", ".join(dict.fromkeys(expected[1:]))
            raise SolutionError(f"{len(marks) - 1} events where {len(expected) - 1} are due, in the order {short}")
        return items

    def _judge(
        self, model: Model, text: str, right: list[int], prompt: Any, ids: list[int], answer: str, told: dict[str, Any]
    ) -> None:
        self.requests += 1
        case = f"request {self.requests} ({len(text.encode())} bytes)"
        if prompt != right:
            self.wrong["prompt-ids"].append(f"{case}: {str(prompt)[:60]}..., right is {str(right)[:60]}...")
        first = GreedyReference(model.config, model.weights).first_wrong(Sample(right, ids))
        if first is not None:
            self.wrong["tokens"].append(f"{case}: token {first + 1} of {ids} is not the greedy one")
        if answer != bpe.decode(ids, model.merges):
            self.wrong["text"].append(f"{case}: {answer[:40]!r}, right is {bpe.decode(ids, model.merges)[:40]!r}")
        counts = (told["prompt_tokens"], told["new_tokens"], len(told["decode"]))
        due = (len(right), len(ids), len(ids) - 1)
        if counts != due:
            self.wrong["n-tokens"].append(f"{case}: prompt, new tokens, decode times {counts}, right is {due}")


def _token(event: Message, vocab: int) -> int:
    value = event.body.get("value")
    if type(value) is not int or not 0 <= value < vocab:
        raise SolutionError(f"{value!r:.40} is no token id below {vocab}")
    return value


def _numbers(told: Any) -> dict[str, Any]:
    """The report with its decode times added up as well; anything but numbers is the solution's error."""
    if not isinstance(told, dict) or not isinstance(told.get("decode"), list):
        raise SolutionError("the report is no dict with a list 'decode'")
    for value in [*told["decode"], *(value for name, value in told.items() if name != "decode")]:
        if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > 1e12:
            raise SolutionError(f"the report holds {value!r:.40}, which is no number of seconds or tokens")
    return {**told, "decode_s": float(sum(told["decode"]))}
