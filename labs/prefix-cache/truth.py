"""The referee's own prefix cache: blocks are named by all tokens up to their end, so nothing can collide."""

from __future__ import annotations

from dataclasses import dataclass

Extra = str | None
Name = tuple[Extra, tuple[int, ...]]  # extra key and every token from the start of the prompt to the end of the block


@dataclass(frozen=True)
class Operation:
    """``admit`` a request with its tokens and extra key, or ``finish`` it."""

    name: str
    request: int
    tokens: tuple[int, ...] = ()
    extra: Extra = None

    def __str__(self) -> str:
        if self.name == "finish":
            return f"finish({self.request})"
        return f"admit({self.request}, {len(self.tokens)} tokens, extra {self.extra!r})"


@dataclass(frozen=True)
class Expected:
    """What has to come out. ``chain`` numbers the request's blocks, the first ``reused`` of them found in the cache.

    ``evicted`` and ``blanked`` are blocks whose content is given up by this operation. ``chain`` is None when the
    request must be refused: it needs ``needed`` new blocks and only ``available`` can be had.
    """

    operation: Operation
    chain: tuple[int, ...] | None = ()
    reused: int = 0
    evicted: tuple[int, ...] = ()
    blanked: tuple[int, ...] = ()
    needed: int = 0
    available: int = 0


class Truth:
    """Blocks have numbers of their own here, never used twice; the learner's are paired with them elsewhere."""

    def __init__(self, num_blocks: int, block_size: int) -> None:
        self.num_blocks = num_blocks
        self.block_size = block_size
        self.running: dict[int, tuple[int, ...]] = {}
        self.names: dict[int, Name | None] = {}  # of every block that is held or cached; None: nobody can find it
        self._table: dict[Name, int] = {}
        self._holders: dict[int, int] = {}
        self._idle: dict[int, None] = {}  # cached and held by nobody, the first to be evicted in front
        self._numbers = 0

    def apply(self, operation: Operation) -> Expected:
        """Carry out one operation and say what it must lead to."""
        return self._finish(operation) if operation.name == "finish" else self._admit(operation)

    def reusable(self, tokens: tuple[int, ...], extra: Extra) -> int:
        """Blocks at the start that are cached, but never the one with the last token: its logits are needed."""
        size, count = self.block_size, 0
        while (count + 1) * size < len(tokens) and (extra, tokens[: (count + 1) * size]) in self._table:
            count += 1
        return count

    def _admit(self, operation: Operation) -> Expected:
        tokens, extra, size = operation.tokens, operation.extra, self.block_size
        reused = self.reusable(tokens, extra)
        shared = [self._table[extra, tokens[: (i + 1) * size]] for i in range(reused)]
        needed = -(-len(tokens) // size) - reused
        blank = self.num_blocks - len(self.names)
        available = blank + sum(block not in shared for block in self._idle)
        if needed > available:
            return Expected(operation, None, reused, needed=needed, available=available)
        for block in shared:
            self._holders[block] += 1
            self._idle.pop(block, None)
        evicted = tuple(self._idle)[: max(0, needed - blank)]
        for block in evicted:
            self._drop(block)
        fresh = [self._new(tokens, extra, index) for index in range(reused, reused + needed)]
        self.running[operation.request] = (*shared, *fresh)
        return Expected(operation, (*shared, *fresh), reused, evicted, needed=needed, available=available)

    def _finish(self, operation: Operation) -> Expected:
        blanked = []
        for block in reversed(self.running.pop(operation.request)):  # the end of a prompt is evicted before its start
            self._holders[block] -= 1
            if self._holders[block] == 0 and self.names[block] is None:
                self._drop(block)
                blanked.append(block)
            elif self._holders[block] == 0:
                self._idle[block] = None
        return Expected(operation, blanked=tuple(blanked))

    def _new(self, tokens: tuple[int, ...], extra: Extra, index: int) -> int:
        end = (index + 1) * self.block_size
        self._numbers += 1
        name = (extra, tokens[:end]) if end <= len(tokens) else None
        if name is not None and name in self._table:
            name = None
        if name is not None:
            self._table[name] = self._numbers
        self.names[self._numbers], self._holders[self._numbers] = name, 1
        return self._numbers

    def _drop(self, block: int) -> None:
        name = self.names.pop(block)
        if name is not None:
            del self._table[name]
        self._idle.pop(block, None)
        del self._holders[block]
