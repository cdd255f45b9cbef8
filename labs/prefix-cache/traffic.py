"""Operations to run: scripted cases that each test one rule, and random traffic made to look alike."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from truth import Extra, Operation, Truth

VOCAB = 50_000
EXTRAS: tuple[Extra, ...] = (None, "", "adapter-a", "adapter-b")
REMEMBERED = 30  # prompts that later ones may resemble
MOST_BLOCKS, MOST_TOKENS = 8, 110


@dataclass(frozen=True)
class Script:
    """A case on a pool of its own."""

    name: str
    num_blocks: int
    operations: tuple[Operation, ...]


class Writer:
    """Builds scripts out of blocks with random, different tokens; single letters name blocks, ``.`` a lone token."""

    def __init__(self, block_size: int, rng: np.random.Generator) -> None:
        tokens = rng.choice(VOCAB, size=64 * (block_size + 1), replace=False).tolist()
        self._size = block_size
        self._blocks: dict[str, list[int]] = {
            chr(65 + i): tokens[i * block_size : (i + 1) * block_size] for i in range(26)
        }
        self._lone = deque(tokens[26 * block_size :])

    def script(self, name: str, num_blocks: int, steps: str) -> Script:
        """``steps`` like "1 AB. | -1 | 2 AB.@adapter-a": admit 1 with blocks A, B and a token, finish 1, admit 2 ..."""
        return Script(name, num_blocks, tuple(self._operation(step.strip()) for step in steps.split("|")))

    def _operation(self, step: str) -> Operation:
        if step.startswith("-"):
            return Operation("finish", int(step[1:]))
        number, content = step.split()
        letters, _, extra = content.partition("@")
        tokens: list[int] = []
        for letter in letters:
            tokens += [self._lone.popleft()] if letter == "." else self._tokens(letter)
        return Operation("admit", int(number), tuple(tokens), extra or None)

    def _tokens(self, letter: str) -> list[int]:
        block = self._blocks[letter.upper()]
        return block[::-1] if letter.islower() else block


def scripts(block_size: int, rng: np.random.Generator) -> list[Script]:
    """Cases in the order of difficulty. A lower-case letter is the same block backwards."""
    write = Writer(block_size, rng).script
    return [
        write("a finished request's blocks stay", 8, "1 AB. | -1 | 2 AB. | -2 | 3 A. | 4 AB"),
        write("two running requests share", 6, "1 AB. | 2 AB. | -1 | 3 PQRS | 4 PQR | -2 | 5 AB. | -4 | 6 AB."),
        write("a prompt that is cached whole", 8, "1 AB | -1 | 2 AB | -2 | 3 AB. | -3 | 4 ABC"),
        write("the same block behind another one", 9, "1 AX. | -1 | 2 BY. | -2 | 3 BX. | -3 | 4 XA. | -4 | 5 BX."),
        write("the same tokens in another order", 8, "1 AB. | -1 | 2 aB. | -2 | 3 Ab. | -3 | 4 BA."),
        write("another extra key", 12, "1 AB. | -1 | 2 AB.@adapter-a | -2 | 3 AB.@adapter-b | 4 AB.@adapter-a"),
        write("the end of a prompt goes first", 6, "1 ABC | -1 | 2 DE | -2 | 3 PQR | 4 A. | -3 | -4 | 5 AB."),
        write("the least recently used goes first", 5, "1 A. | -1 | 2 B. | -2 | 3 A. | -3 | 4 PQRS | -4 | 5 A."),
        write("the request's own prefix is not evicted for it", 4, "1 AB | -1 | 2 CD | -2 | 3 ABP. | -3 | 4 AB."),
        write("a refused request changes nothing", 4, "1 AB | 2 PQR | 3 PQ | -1 | -3 | 4 ABRST | 5 QR | -5 | 6 PQ."),
    ]


@dataclass
class Traffic:
    """Random prompts that repeat, extend, cut, alter and shuffle earlier ones, under the same or another extra key."""

    truth: Truth
    vocab: int
    rng: np.random.Generator
    requests: int = 0
    seen: deque[tuple[list[int], Extra]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def draw(self) -> Operation:
        """Return the next operation; requests are numbered from 1 and never admitted twice."""
        running = sorted(self.truth.running)
        if running and self.rng.random() < 0.48:
            return Operation("finish", int(self.rng.choice(running)))
        tokens, extra = self._prompt()
        self.seen.append((tokens, extra))
        self.requests += 1
        return Operation("admit", self.requests, tuple(tokens), extra)

    def _prompt(self) -> tuple[list[int], Extra]:
        rng, longest = self.rng, min(MOST_TOKENS, MOST_BLOCKS * self.truth.block_size)
        if not self.seen or rng.random() < 0.15:
            tokens = self._fresh(int(rng.integers(1, longest + 1)))
            return tokens, EXTRAS[int(rng.integers(len(EXTRAS)))]
        tokens, extra = self.seen[int(rng.integers(len(self.seen)))]
        tokens = self._alter(list(tokens))
        if rng.random() < 0.7:
            tokens += self._fresh(int(rng.integers(0, max(1, longest - len(tokens)))))
        if rng.random() < 0.2:
            extra = EXTRAS[int(rng.integers(len(EXTRAS)))]
        return tokens[:longest], extra

    def _alter(self, tokens: list[int]) -> list[int]:
        """Keep, cut (half of the times at the end of a block), change one token, or shuffle one block."""
        rng, size = self.rng, self.truth.block_size
        way = rng.random()
        if way < 0.2:
            return tokens
        if way < 0.7:
            cut = int(rng.integers(1, len(tokens) + 1))
            return tokens[: max(1, cut // size * size) if rng.random() < 0.5 else cut]
        if way < 0.85:
            tokens[int(rng.integers(len(tokens)))] = int(rng.integers(self.vocab))
            return tokens
        start = int(rng.integers(len(tokens))) // size * size
        block = tokens[start : start + size]
        tokens[start : start + size] = [block[i] for i in rng.permutation(len(block))]
        return tokens

    def _fresh(self, count: int) -> list[int]:
        return [int(token) for token in self.rng.integers(0, self.vocab, size=count)]
