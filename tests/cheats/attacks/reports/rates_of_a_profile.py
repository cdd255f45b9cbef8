"""Measures the total alone, and divides it by lengths: so much for each prompt token, so much for each new one.

The rates come from a profile of six requests, so each request has its own shares, they follow the lengths, and they add up. A
grader that compares averages, or looks for constant shares, finds measurements. Here all segments of each request have stamps of
their own, and a profile does not know how long this one took.

Seen: latencies that are computed by a cost model and reported as measured.
Lab: baseline-anatomy
Expect: not passed
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from graders.tinygpt import GPTConfig, TinyGPT

Cache = list[tuple[Tensor, Tensor]]
Event = tuple[str, Any]


class Tokenizer:
    """Byte-level BPE: ids 0..255 are bytes, id 256 + r is the pair that merge r joins."""

    def __init__(self, merges: list[tuple[int, int]]) -> None:
        self._merges = merges
        self._bytes = [bytes([i]) for i in range(256)]
        for left, right in merges:
            self._bytes.append(self._bytes[left] + self._bytes[right])

    @property
    def size(self) -> int:
        """Number of ids."""
        return len(self._bytes)

    def encode(self, text: str) -> list[int]:
        """Apply every merge, in order, to the bytes of ``text``."""
        ids = list(text.encode("utf-8"))
        for number, pair in enumerate(self._merges, start=256):
            ids = _merged(ids, pair, number)
        return ids

    def decode(self, ids: list[int]) -> str:
        """Join the bytes of ``ids``; what is no UTF-8 becomes U+FFFD."""
        return b"".join(self._bytes[i] for i in ids).decode("utf-8", errors="replace")


class Baseline:
    """Loads a model, answers requests, and keeps the times of the last load and the last request."""

    def __init__(self) -> None:
        self._load_times: dict[str, float] = {}
        self._request: dict[str, Any] = {}

    def load(self, folder: str) -> Iterator[Event]:
        """Read tokenizer and weights, and hand over each as soon as it can be used."""
        start = perf_counter()
        stored = json.loads(Path(folder, "tokenizer.json").read_text())
        self._tokenizer = Tokenizer([(left, right) for left, right in stored["merges"]])
        tokenizer_ready = perf_counter()
        yield "tokenizer", self._tokenizer.size
        config = GPTConfig.parse(json.loads(Path(folder, "config.json").read_text()))
        weights = torch.from_numpy(np.fromfile(Path(folder, "weights.bin"), dtype=np.float32))
        self._model = TinyGPT(config, weights)
        model_ready = perf_counter()
        yield "model", weights.numel()
        self._load_times = {"load_tokenizer": tokenizer_ready - start, "load_model": model_ready - tokenizer_ready}

    def generate(self, text: str, max_tokens: int) -> Iterator[Event]:
        """Answer one request greedily; the clock is read just before each hand-over."""
        start = perf_counter()
        prompt = self._tokenizer.encode(text)
        tokenized = perf_counter()
        yield "prompt", prompt
        tokens, marks = [], []
        logits, cache = prefill(self._model, torch.tensor([prompt]))
        while True:
            tokens.append(int(logits.argmax()))
            marks.append(perf_counter())
            yield "token", tokens[-1]
            if len(tokens) == max_tokens:
                break
            logits, cache = decode_step(self._model, torch.tensor(tokens[-1:]), cache)
        answer = self._tokenizer.decode(tokens)
        end = perf_counter()
        yield "text", answer
        self._request = {
            "tokenize": tokenized - start,
            "prefill": marks[0] - tokenized,
            "decode": [after - before for before, after in pairwise(marks)],
            "detokenize": end - marks[-1],
            "total": end - start,
            "prompt_tokens": len(prompt),
            "new_tokens": len(tokens),
            "tokens_per_s": len(tokens) / (end - start),
        }

    profile: list[dict[str, Any]] = []

    def report(self) -> dict[str, Any]:
        """Clocks for six requests; from then on lengths times the profile's rates, scaled to the measured total."""
        told = self._request
        if len(Baseline.profile) < 6:
            Baseline.profile.append(told)
            return self._load_times | told
        amounts = {"tokenize": told["prompt_tokens"], "prefill": told["prompt_tokens"], "detokenize": told["new_tokens"]}
        parts = {name: amount * self.rate(name) for name, amount in amounts.items()}
        steps = len(told["decode"])
        decode = float(np.median([np.mean(each["decode"]) for each in Baseline.profile]))
        scale = told["total"] / (sum(parts.values()) + steps * decode)
        parts = {name: scale * part for name, part in parts.items()}
        return self._load_times | told | parts | {"decode": [scale * decode] * steps}

    def rate(self, name: str) -> float:
        unit = "new_tokens" if name == "detokenize" else "prompt_tokens"
        return float(np.median([each[name] / each[unit] for each in Baseline.profile]))

    def environment(self) -> dict[str, Any]:
        """The machine and the software, as they are here."""
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model_name = next(line for line in lines if line.startswith("model name"))
        return {
            "cpu": model_name.partition(":")[2].strip(),
            "cores": os.cpu_count(),
            "ram_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "threads": torch.get_num_threads(),
            "device": str(self._model.device),
            "dtype": str(self._model.dtype).removeprefix("torch."),
        }


def prefill(model: TinyGPT, tokens: Tensor) -> tuple[Tensor, Cache]:
    """Run the prompt (1, T) in one pass: logits of the last position (1, V), and keys and values of every layer."""
    x = model.embed(tokens, torch.arange(tokens.shape[1]))
    cache: Cache = []
    for i in range(model.layers):
        block = model.block(i)
        q, k, v = block.qkv(x)
        cache.append((k, v))
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, k, v, is_causal=True))
        x = x + block.mlp(x)
    return model.logits(x[:, -1:])[:, 0], cache


def decode_step(model: TinyGPT, token: Tensor, cache: Cache) -> tuple[Tensor, Cache]:
    """Run one new token (1,): its logits (1, V), and the cache one position longer."""
    x = model.embed(token[:, None], torch.tensor([cache[0][0].shape[2]]))
    longer: Cache = []
    for i, (keys, values) in enumerate(cache):
        block = model.block(i)
        q, k, v = block.qkv(x)
        keys, values = torch.cat((keys, k), dim=2), torch.cat((values, v), dim=2)
        longer.append((keys, values))
        x = x + block.attend_out(functional.scaled_dot_product_attention(q, keys, values))
        x = x + block.mlp(x)
    return model.logits(x)[:, 0], longer


def _merged(ids: list[int], pair: tuple[int, int], number: int) -> list[int]:
    """Replace each ``pair``, from left to right, by ``number``."""
    left, right = pair
    out, at = [], 0
    while at < len(ids):
        if ids[at] == left and at + 1 < len(ids) and ids[at + 1] == right:
            out.append(number)
            at += 2
        else:
            out.append(ids[at])
            at += 1
    return out
