"""Runs in the referee: who holds which pages, and one walk through a file cold and warm."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from bench import MEMORY_SIZE, TENSORS, Bench
from correctness import CALL_SECONDS, HOWS
from residency import evict, peak, reset_peak, residency
from shelf import Stored

from graders.arena import Slot
from graders.context import Context
from graders.outcome import Samples
from graders.process import Worker


@dataclass
class Watch:
    """One worker, the file that it loads, and a slot into which touched tensors are copied."""

    context: Context
    worker: Worker
    stored: Stored
    slot: Slot
    wrong: list[str]

    def ask(self, op: str, **fields: object) -> None:
        """One request whose answer says nothing."""
        self.worker.call(op, timeout=self.context.within(CALL_SECONDS), **fields)

    def snap(self) -> dict[str, int]:
        """What the worker holds now."""
        return residency(self.worker.pid, self.stored.inode).as_dict()

    def touch(self, names: list[str]) -> None:
        """Let the worker copy the tensors out, and compare the last one."""
        self.worker.arena.poison(self.slot)
        self.ask("touch", names=names, out=self.slot.describe())
        if self.worker.arena.view(self.slot).tobytes() != self.stored.tensor_bytes(names[-1]):
            self.wrong.append(names[-1])


def hold(bench: Bench) -> Samples:
    """Resident sets of one worker that reads and of two that map one file, as the kernel counts them."""
    stored = bench.files[MEMORY_SIZE]
    some = next(iter(stored.entries.values()))
    each = some.end - some.begin
    wrong: list[str] = []
    own, twin = (
        Watch(bench.context, worker, stored, worker.arena.place("uint8", (each,)), wrong)
        for worker in (bench.solution, bench.twin)
    )
    told: Samples = {"page": os.sysconf("SC_PAGE_SIZE"), "file_bytes": stored.nbytes, "tensor_bytes": each}
    names = [str(key) for key in bench.context.rng.permutation(list(stored.entries))]
    for watch in (own, twin):
        watch.ask("fill", out=watch.slot.describe())
    told["before"], told["twin_before"] = own.snap(), twin.snap()
    with stored.lent(own.worker) as (path,), stored.lent(twin.worker) as (other,):
        own.ask("open", how="mmap", path=path)
        told["opened"] = own.snap()
        own.touch(names[:1])
        told["one_touched"] = own.snap()
        own.touch(names)
        twin.ask("open", how="mmap", path=other)
        twin.touch(names)
        told["all_touched"], told["twin_touched"] = own.snap(), twin.snap()
        own.ask("drop")
        twin.ask("drop")
        told["dropped"], told["peak_known"] = own.snap(), reset_peak(own.worker.pid)
        own.ask("open", how="read", path=path)
        told["read"], told["read_peak"] = own.snap(), peak(own.worker.pid)
        own.ask("drop")
    return {**told, "tensors": TENSORS, "wrong": wrong}


def walk(bench: Bench) -> list[Samples]:
    """Open, take the first byte, then everything: once with the file in the page cache and once without."""
    context, stored = bench.context, bench.files[MEMORY_SIZE]
    right = 0
    for key in stored.entries:
        right ^= int(np.bitwise_xor.reduce(np.frombuffer(stored.tensor_bytes(key), dtype="<u4")))
    first = next(iter(stored.entries))
    right ^= int.from_bytes(stored.tensor_bytes(first)[:4], "little")
    told = []
    for state in ("cold", "warm"):
        for how in HOWS:
            if state == "cold" and not evict(stored.fd, stored.nbytes):
                continue
            with stored.lent(bench.solution) as (path,):
                reply = bench.solution.call("walk", timeout=context.within(CALL_SECONDS), how=how, path=path)
            if reply.body.get("total") != right:
                bench.wrong.append(f"load_{how}, file {state}")
            marks = [reply.started, *(item.at for item in reply.items), reply.finished]
            told.append({"state": state, "how": how, "seconds": [mark - marks[0] for mark in marks[1:]]})
    return told
