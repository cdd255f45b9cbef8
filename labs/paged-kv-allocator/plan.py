"""Draws operations and keeps what must come of each, with block numbers of its own that are never used twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Name = Literal["allocate", "append", "fork", "free"]
SHARES: dict[Name, float] = {"allocate": 0.16, "append": 0.58, "fork": 0.12, "free": 0.14}
MOST_SEQUENCES = 24


@dataclass(frozen=True)
class Operation:
    """``argument`` is a number of tokens (allocate, append), the child (fork) or 0 (free)."""

    name: Name
    sequence: int
    argument: int

    def __str__(self) -> str:
        if self.name == "fork":
            return f"fork(parent={self.sequence}, child={self.argument})"
        return f"{self.name}({self.sequence}{f', {self.argument}' if self.argument else ''})"


@dataclass(frozen=True)
class Expected:
    """What must be true after an operation. Blocks are logical; ``refs`` covers those of the table before and after.

    ``copied`` is (index in the table, the shared block, its private copy). ``start`` and ``end`` are the positions of
    the tokens that were written; ``filled`` counts the slots in use of the whole pool that hold a token.
    """

    operation: Operation
    refused: bool
    table: tuple[int, ...]
    start: int
    end: int
    copied: tuple[int, int, int] | None
    refs: dict[int, int]
    free: int
    filled: int


@dataclass
class Plan:
    """The truth about one pool."""

    num_blocks: int
    block_size: int
    tables: dict[int, list[int]] = field(default_factory=dict)
    lengths: dict[int, int] = field(default_factory=dict)
    refs: Counter[int] = field(default_factory=Counter)
    _next_block: int = 0
    _next_sequence: int = 0

    @property
    def free(self) -> int:
        """Blocks that no sequence references."""
        return self.num_blocks - len(self.refs)

    def draw(self, rng: np.random.Generator) -> Operation:
        """Draw an operation on a random sequence, often enough one that the pool cannot serve."""
        alive = sorted(self.tables)
        shares = dict(SHARES)
        if self.free < self.num_blocks // 10:
            shares["free"] *= 3  # else a small pool spends most of its time refusing
        if not alive:
            shares = {"allocate": 1.0}
        elif len(alive) >= MOST_SEQUENCES:
            shares = {"append": 0.5, "free": 0.5}
        names = list(shares)
        weights = np.array([shares[name] for name in names])
        name = names[int(rng.choice(len(names), p=weights / weights.sum()))]
        if name == "allocate":
            return Operation("allocate", self._new_sequence(), self._tokens(rng, 4 * self.block_size))
        sequence = alive[int(rng.integers(len(alive)))]
        if name == "append":
            one = rng.random() < 0.7
            return Operation("append", sequence, 1 if one else self._tokens(rng, 2 * self.block_size))
        return Operation(name, sequence, self._new_sequence() if name == "fork" else 0)

    def apply(self, operation: Operation) -> Expected:
        """Carry the operation out and return what must be seen."""
        before = list(self.tables.get(operation.sequence, []))
        shown = operation.argument if operation.name == "fork" else operation.sequence
        start = self.lengths.get(operation.sequence, 0) if operation.name == "append" else 0
        refused, copied = False, None
        if operation.name in {"allocate", "append"}:
            refused, copied = self._write(operation.sequence, operation.argument)
        elif operation.name == "fork":
            self._fork(operation.sequence, operation.argument)
        else:
            self._free(operation.sequence)
        after = self.tables.get(shown, [])
        writes = operation.name in {"allocate", "append"} and not refused
        return Expected(
            operation=operation,
            refused=refused,
            table=tuple(after),
            start=start,
            end=start + operation.argument if writes else start,
            copied=copied,
            refs={block: self.refs.get(block, 0) for block in [*before, *after]},
            free=self.free,
            filled=self.filled(),
        )

    def filled(self) -> int:
        """Slots that hold a token; a shared block counts once."""
        size, last = self.block_size, {}
        for sequence, table in self.tables.items():
            last[table[-1]] = self.lengths[sequence] - (len(table) - 1) * size
        return (len(self.refs) - len(last)) * size + sum(last.values())

    def _write(self, sequence: int, tokens: int) -> tuple[bool, tuple[int, int, int] | None]:
        table, length = self.tables.get(sequence, []), self.lengths.get(sequence, 0)
        partial = length % self.block_size != 0
        shared = partial and self.refs[table[-1]] > 1
        new = -(-(length + tokens) // self.block_size) - len(table)
        if new + shared > self.free:
            return True, None
        copied = None
        if shared:
            old, index = table[-1], len(table) - 1
            self.refs[old] -= 1
            table[index] = self._new_block()
            copied = (index, old, table[index])
        self.tables[sequence] = table + [self._new_block() for _ in range(new)]
        self.lengths[sequence] = length + tokens
        return False, copied

    def _fork(self, parent: int, child: int) -> None:
        self.tables[child] = list(self.tables[parent])
        self.lengths[child] = self.lengths[parent]
        self.refs.update(self.tables[child])

    def _free(self, sequence: int) -> None:
        del self.lengths[sequence]
        for block in self.tables.pop(sequence):
            self.refs[block] -= 1
            if self.refs[block] == 0:
                del self.refs[block]

    def _new_block(self) -> int:
        self._next_block += 1
        self.refs[self._next_block] = 1
        return self._next_block

    def _new_sequence(self) -> int:
        self._next_sequence += 1
        return self._next_sequence

    def _tokens(self, rng: np.random.Generator, most: int) -> int:
        # Now and then as much as the whole pool, which must be refused unless it is nearly empty.
        return self.num_blocks * self.block_size if rng.random() < 0.01 else int(rng.integers(1, most + 1))
