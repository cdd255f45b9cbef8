"""Reads from the kernel what a worker's memory was and is; nothing the worker says is used."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from attention import Case, error_budget, windowed

from graders.checks import Comparison, compare
from graders.context import Context
from graders.process import Worker

CALL_SECONDS = 20.0
BLOCK = 512  # bytes, the unit of st_blocks
WINDOW = CHUNK = 256
HEADS, HEAD_DIM = 1, 32
LENGTHS = (2048, 4096, 8192)
SLACK_BYTES = 24 << 20  # code that is loaded on first use, thread buffers, what the allocator keeps
STREAM = Case(layers=2, batch=1, heads=8, head_dim=64, window=48, tokens=512, prompt=512, chunk=128)
STREAM_PIECES = 32


@dataclass(frozen=True)
class Resident:
    """Bytes of a process in RAM, now and at most so far, shared pages included (proc(5): VmRSS, VmHWM)."""

    now: int
    peak: int


def resident(pid: int) -> Resident:
    """Read /proc; raises OSError or KeyError where it does not tell."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return Resident(*(int(fields[name].split()[0]) << 10 for name in ("VmRSS", "VmHWM")))


def held(worker: Worker) -> Resident:
    """The worker's process, and what it keeps elsewhere: in children, in files that it wrote, in unmapped memory."""
    own, pids = resident(worker.pid), _family(worker.pid)
    elsewhere = sum(resident(pid).now for pid in pids[1:]) + _files(worker)
    elsewhere += sum(_unmapped(worker, pid) for pid in pids)
    return Resident(own.now + elsewhere, own.peak + elsewhere)


def _family(pid: int) -> list[int]:
    """The process and its descendants; they stand still between two calls."""
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found


def _files(worker: Worker) -> int:
    """Bytes of the files below its folder, and of its file system in memory."""
    total = sum(path.lstat().st_blocks * BLOCK for path in worker.spec.directory.rglob("*"))
    shared = f"/proc/{worker.pid}/root/dev/shm"
    if worker.isolation.get("level") == "namespace" and os.path.isdir(shared):
        told = os.statvfs(shared)
        total += (told.f_blocks - told.f_bfree) * told.f_frsize
    return total


def _unmapped(worker: Worker, pid: int) -> int:
    """Bytes of open files without a name (memfd_create(2)), the arena apart."""
    arena, total = os.fstat(worker.arena.fd).st_ino, 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if os.readlink(link).startswith("/memfd:") and link.stat().st_ino != arena:
                total += link.stat().st_blocks * BLOCK
    return total


def peak_bound(tokens: int) -> int:
    """Bytes that a chunked prefill of ``tokens`` may add.

    Inputs and output three times (shared memory and two copies), 16 matrices of chunk * (W + chunk) scores, and slack.
    """
    arrays = 4 * HEADS * tokens * HEAD_DIM * 4
    return 3 * arrays + 16 * HEADS * CHUNK * (WINDOW + CHUNK) * 4 + SLACK_BYTES


def peaks(context: Context, worker: Worker) -> tuple[list[dict[str, int]], list[Comparison]]:
    """Prefill longer and longer prompts; returns peak growth and bound for each, and the judged outputs."""
    rows, found = [], []
    for tokens in (WINDOW, *LENGTHS):
        case = Case(1, 1, HEADS, HEAD_DIM, WINDOW, tokens, tokens, CHUNK)
        before = held(worker)
        _, comparison = feed(context, worker, case)
        found.append(comparison)
        if tokens in LENGTHS:  # the first one only loads code
            growth = held(worker).peak - before.now
            rows.append({"tokens": tokens, "growth": growth, "bound": peak_bound(tokens)})
    return rows, found


def stream(context: Context, worker: Worker) -> tuple[list[list[int]], list[Comparison]]:
    """Feed one long sequence piece by piece; returns [positions so far, resident bytes] and some judged outputs."""
    worker.call("start", timeout=context.within(CALL_SECONDS), sizes=STREAM.sizes, dtype=STREAM.dtype)
    checked = {0, 1, STREAM_PIECES - 1, *context.rng.integers(2, STREAM_PIECES, size=3).tolist()}
    rows, found = [], []
    past = [each[:, :, :, :0] for each in STREAM.draw(context.rng)[1:]]
    for piece in range(STREAM_PIECES):
        q, k, v = STREAM.draw(context.rng)
        out = send(context, worker, (q, k, v), STREAM.prompt, STREAM.chunk)
        keys, values = (
            (k, v) if past is None else (np.concatenate(pair, axis=3) for pair in zip(past, (k, v), strict=True))
        )
        if piece in checked:
            right = windowed(q, keys, values, STREAM.window, keys.shape[3] - STREAM.tokens)
            what = f"positions {piece * STREAM.tokens}.. of a long sequence"
            found.append(compare(what, out, right, relative=0, absolute=error_budget(q, k, v)))
        past = [each[:, :, :, -STREAM.window :].copy() for each in (keys, values)]
        rows.append([(piece + 1) * STREAM.tokens, held(worker).now])
    return rows, found


def feed(context: Context, worker: Worker, case: Case) -> tuple[Any, Comparison]:
    """Run one case on a fresh cache; returns its inputs and the comparison with float64."""
    inputs = case.draw(context.rng)
    worker.call("start", timeout=context.within(CALL_SECONDS), sizes=case.sizes, dtype=case.dtype)
    out = send(context, worker, inputs, case.prompt, case.chunk)
    right = windowed(*inputs, case.window)
    return inputs, compare(str(case), out, right, relative=0, absolute=error_budget(*inputs))


def send(context: Context, worker: Worker, inputs: tuple[Any, Any, Any], prompt: int, chunk: int) -> Any:
    """Send queries, keys and values (L, b, H, T, D) to the cache; returns what came out, NaN where nothing did."""
    arena, mark = worker.arena, worker.arena.mark()
    slots = {name: arena.store(each) for name, each in zip("qkv", inputs, strict=True)}
    slots["out"] = arena.place(inputs[0].dtype.name, inputs[0].shape)
    arena.poison(slots["out"])
    described = {name: slot.describe() for name, slot in slots.items()}
    worker.call("feed", timeout=context.within(CALL_SECONDS), prompt=prompt, chunk=chunk, **described)
    out = arena.view(slots["out"]).copy()
    arena.reset(mark)
    return out
