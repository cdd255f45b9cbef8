"""Compares what the learner's allocator says with the plan, and owns the memory that its block tables point into."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from answer import Answer, Written
from numpy.typing import NDArray
from plan import Expected, Plan

from graders.checks import Comparison, compare

HEADS, HEAD_DIM = 2, 8
EPSILON = float(np.finfo(np.float32).eps)

Floats = NDArray[Any]


def attention(query: Floats, keys: Floats, values: Floats) -> tuple[Floats, Floats]:
    """One query (H, D) over keys and values (T, H, D): softmax(q k / sqrt(D)) v.

    Returns the output (H, D) and what float32 may miss it by, (H, D).
    """
    scale = np.sqrt(np.asarray(HEAD_DIM, query.dtype))
    scores = np.einsum("hd,thd->ht", query, keys) / scale
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    # A score is a sum of D products; its error reaches the weight as a factor. The output is a sum of T products.
    largest = np.einsum("hd,thd->ht", np.abs(query), np.abs(keys)).max(axis=1) / scale
    units = HEAD_DIM * (1 + largest) + np.sqrt(len(keys))
    budget = EPSILON * units[:, None] * np.einsum("ht,thd->hd", weights, np.abs(values))
    return np.asarray(np.einsum("ht,thd->hd", weights, values)), np.asarray(budget)


class Memory:
    """Keys and values of one pool in float32, written only where the learner's slots and copies say."""

    def __init__(self, blocks: int, block_size: int, rng: np.random.Generator) -> None:
        self._pool = np.full((blocks * block_size, 2, HEADS, HEAD_DIM), np.nan, dtype=np.float32)
        self._blocks = blocks
        self._block_size = block_size
        self._rng = rng
        self._written: dict[int, list[Floats]] = {}

    def write(self, sequence: int, copies: list[list[int]], slots: list[int]) -> None:
        """Copy blocks, then write one fresh token into each slot; both in order, both within bounds."""
        size = self._block_size
        for source, target in copies:
            self._pool[target * size : (target + 1) * size] = self._pool[source * size : (source + 1) * size]
        if slots:
            tokens = self._rng.standard_normal((len(slots), 2, HEADS, HEAD_DIM)).astype(np.float32)
            self._pool[slots] = tokens
            self._written.setdefault(sequence, []).append(tokens)

    def fork(self, parent: int, child: int) -> None:
        """The child has read what its parent has."""
        self._written[child] = list(self._written[parent])

    def forget(self, sequence: int, freed: list[int]) -> None:
        """Drop a sequence and poison the blocks that nobody references any more."""
        del self._written[sequence]
        for block in freed:
            self._pool[block * self._block_size : (block + 1) * self._block_size] = np.nan

    def attention(self, case: str, sequence: int, table: list[int]) -> Comparison:
        """Compare attention gathered through ``table`` (float32) with attention over the tokens in a row (float64).

        Infinitely wrong when the table does not reach far enough or memory was never written.
        """
        told = np.concatenate(self._written[sequence]).astype(np.float64)
        places = np.arange(len(told))
        if len(told) > len(table) * self._block_size or not all(0 <= b < self._blocks for b in table):
            return Comparison(f"{case}, whose table does not reach {len(told)} tokens", math.inf)
        blocks = np.asarray(table)[places // self._block_size]
        found = self._pool[blocks * self._block_size + places % self._block_size]
        query = self._rng.standard_normal((HEADS, HEAD_DIM)).astype(np.float32)
        right, budget = attention(query.astype(np.float64), told[:, 0], told[:, 1])
        seen, _ = attention(query, found[:, 0], found[:, 1])
        return compare(case, seen, right, relative=0.0, absolute=budget)


@dataclass
class Audit:
    """One pool. ``broken`` maps a rule to the sentence about its first violation."""

    plan: Plan
    memory: Memory
    broken: dict[str, str] = field(default_factory=dict)
    judged: int = 0
    most_waste: int = 0
    tables: dict[int, list[int]] = field(default_factory=dict)
    _physical: dict[int, int] = field(default_factory=dict)
    _logical: dict[int, int] = field(default_factory=dict)

    def judge(self, expected: Expected, seen: Answer) -> None:
        """Compare the answer to one operation with what the plan says."""
        self.judged += 1
        operation, result = expected.operation, seen.result
        if (result is None) != expected.refused:
            self._refusal_broken(expected)
            return
        if result is None:
            self._unchanged(expected, seen)
            return
        if operation.name == "free":
            self._release(expected)
        else:
            self._map(expected, seen.table)
            self._write(expected, seen.table, result)
        if not self.broken:  # else the counts differ too, and the cause is already named
            self._count(expected, seen)

    def judge_all(self, sequences: list[int], tables: list[list[int]], refs: list[int]) -> None:
        """Compare every block table and every reference count with what the single operations have shown."""
        for sequence, table in zip(sequences, tables, strict=True):
            if table != self.tables[sequence]:
                self._break("no-overlap", f"the table of sequence {sequence} changed while others were at work")
        for block, count in enumerate(refs):
            right = self.plan.refs.get(self._logical.get(block, -1), 0)
            if count != right:
                self._break("ref-counts", f"ref_count({block}) = {count}, but {right} sequences hold the block")

    def _refusal_broken(self, expected: Expected) -> None:
        if expected.refused:
            text = f"{expected.operation} was served, although it needs more than the {expected.free} free blocks"
        else:
            text = f"{expected.operation} was refused, although there are enough free blocks for it"
        self._break("refusal", text)

    def _unchanged(self, expected: Expected, seen: Answer) -> None:
        sequence = expected.operation.sequence
        if seen.free != expected.free:
            text = f"the refused {expected.operation} changed num_free() from {expected.free} to {seen.free}"
            self._break("refusal", text)
        if seen.table != self.tables.get(sequence, []):
            self._break("refusal", f"the refused {expected.operation} changed the block table")

    def _release(self, expected: Expected) -> None:
        freed = [self._physical[block] for block, count in expected.refs.items() if count == 0]
        for block, count in expected.refs.items():
            if count == 0:
                del self._logical[self._physical.pop(block)]
        del self.tables[expected.operation.sequence]
        self.memory.forget(expected.operation.sequence, freed)

    def _map(self, expected: Expected, table: list[int]) -> None:
        """Pair the plan's blocks with the learner's: the same pairs as before, and an unused block for each new one."""
        operation, size = expected.operation, self.plan.block_size
        shown = operation.argument if operation.name == "fork" else operation.sequence
        self.tables[shown] = table
        if len(table) > len(expected.table):
            text = f"{operation}: {len(table)} blocks of {size} are held, {len(expected.table)} suffice"
            self._break("waste", text)
        if len(table) < len(expected.table):
            self._break("slots", f"{operation}: {len(table)} blocks of {size}, {len(expected.table)} are needed")
        for index, (logical, physical) in enumerate(zip(expected.table, table, strict=False)):
            self._pair(expected, index, logical, physical)

    def _pair(self, expected: Expected, index: int, logical: int, physical: int) -> None:
        operation = expected.operation
        if not 0 <= physical < self.plan.num_blocks:
            self._break("slots", f"{operation}: block {physical} is outside the pool of {self.plan.num_blocks}")
            return
        known, owner = self._physical.get(logical), self._logical.get(physical)
        if known == physical:
            return
        if known is not None:
            text = f"{operation}: entry {index} of the block table became {physical}, it must stay {known}"
            self._break("no-overlap", text)
        elif expected.copied is not None and index == expected.copied[0] and owner == expected.copied[1]:
            text = f"{operation} wrote into block {physical}, which another sequence shares"
            self._break("copy-on-write", text)
        elif owner is not None:
            self._break("no-overlap", f"{operation} was given block {physical}, which another sequence still holds")
        else:
            self._physical[logical], self._logical[physical] = physical, logical

    def _write(self, expected: Expected, table: list[int], result: Written) -> None:
        """Judge slots and copies of a write, and carry it out in memory."""
        operation, size = expected.operation, self.plan.block_size
        if operation.name == "fork":
            self.memory.fork(operation.sequence, operation.argument)
            return
        places = range(expected.start, expected.end)
        right = [table[p // size] * size + p % size for p in places if p // size < len(table)]
        copies, slots = result.copies, result.slots
        if slots != right:
            text = f"{operation} wrote to slots {_short(slots)}, positions {expected.start}.. lie at {_short(right)}"
            self._break("slots", text)
        due = [] if expected.copied is None else [[self._physical.get(block) for block in expected.copied[1:]]]
        if copies != due and not self.broken:
            text = f"{operation} asked for block copies (source, target) {copies}, due are {due}"
            self._break("copy-on-write", text)
        blocks, total = range(self.plan.num_blocks), self.plan.num_blocks * size
        if len(slots) == len(places) and all(0 <= slot < total for slot in slots):
            safe = [copy for copy in copies if all(block in blocks for block in copy)]
            self.memory.write(operation.sequence, safe, slots)
        if len(table) == len(expected.table):
            self.most_waste = max(self.most_waste, len(table) * size - expected.end)

    def _count(self, expected: Expected, seen: Answer) -> None:
        operation, free = expected.operation, seen.free
        if free > expected.free:
            text = f"after {operation} num_free() = {free}, but only {expected.free} blocks are held by no sequence"
            self._break("no-overlap", text)
        if free < expected.free:
            text = f"after {operation} num_free() = {free}, but {expected.free} blocks are held by no sequence"
            self._break("no-leak", text)
        for block, count in seen.refs:
            right = expected.refs.get(self._logical.get(block, -1), 0)
            if count != right and block in range(self.plan.num_blocks):
                self._break("ref-counts", f"after {operation} ref_count({block}) = {count}, {right} sequences hold it")

    def _break(self, rule: str, text: str) -> None:
        self.broken.setdefault(rule, f"operation {self.judged}: {text}")


def _short(values: list[int]) -> str:
    return str(values) if len(values) <= 6 else f"[{', '.join(map(str, values[:5]))}, ...] ({len(values)})"
