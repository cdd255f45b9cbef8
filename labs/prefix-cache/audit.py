"""Compares what the learner's cache answers with the truth, block by block."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from truth import Expected, Operation, Truth

RULES = (
    "refusal",
    "reused-tokens",
    "no-false-hit",
    "extra-key",
    "last-token",
    "no-overlap",
    "eviction-order",
    "capacity",
)


@dataclass
class Audit:
    """One pool. ``broken`` maps a rule to the sentence about its first violation.

    Every living block of the truth (held or cached) is paired with one block number of the learner's.
    """

    truth: Truth
    broken: dict[str, str] = field(default_factory=dict)
    _physical: dict[int, int] = field(default_factory=dict)
    _living: dict[int, int] = field(default_factory=dict)

    def judge(self, operation: Operation, answer: dict[str, Any]) -> Expected:
        """Carry the operation out in the truth and compare; ``answer`` has ``blocks`` (or None) and ``reused``."""
        expected = self.truth.apply(operation)
        if operation.name == "finish":
            self._forget(expected.blanked)
        else:
            self._judge_admission(expected, answer)
        return expected

    def _judge_admission(self, expected: Expected, answer: dict[str, Any]) -> None:
        blocks = answer["blocks"]
        if (blocks is None) != (expected.chain is None):
            word = "refused" if blocks is None else "admitted"
            self._break(
                "refusal",
                f"{expected.operation} was {word}; it needs {expected.needed} new blocks, "
                f"{expected.available} are blank or cached and unused",
            )
        elif blocks is not None and expected.chain is not None:
            self._admitted(expected, expected.chain, blocks, answer["reused"])

    def _admitted(self, expected: Expected, chain: tuple[int, ...], blocks: list[int], told: int) -> None:
        operation, size, limit = expected.operation, self.truth.block_size, self.truth.num_blocks
        if len(blocks) != len(chain) or any(not 0 <= block < limit for block in blocks):
            text = f"{operation} got blocks {blocks}; {len(chain)} of 0..{limit - 1} hold its tokens"
            self._break("capacity", text)
            return
        if told != expected.reused * size:
            self._wrong_count(expected, blocks, told)
            return
        shared, fresh = blocks[: expected.reused], blocks[expected.reused :]
        for index, (block, number) in enumerate(zip(chain, shared, strict=False)):
            if self._physical[block] != number:
                text = f"{operation}: tokens {index * size}.. lie in block {self._physical[block]}, not in {number}"
                self._break("no-false-hit", text)
        running = [block for others in self.truth.running.values() for block in others]
        held = {self._physical[block] for block in running if block in self._physical}
        self._forget(expected.evicted)
        for position, number in enumerate(fresh):
            if number in held or number in shared or number in fresh[:position]:
                self._break("no-overlap", f"{operation} got block {number} for new tokens, but it is in use")
            elif number in self._living:
                self._break("eviction-order", self._too_early(expected, number))
        for block, number in zip(chain[expected.reused :], fresh, strict=True):
            self._physical[block], self._living[number] = number, block

    def _wrong_count(self, expected: Expected, blocks: list[int], told: int) -> None:
        operation, size = expected.operation, self.truth.block_size
        right = expected.reused * size
        text = f"{operation} reused {told} tokens, the longest cached prefix of whole blocks has {right}"
        if told < right:
            self._break("reused-tokens", text)
        elif told >= len(operation.tokens) and self._holds(blocks[-1], operation.tokens) == operation.extra:
            self._break("last-token", f"{operation} reused all of its tokens: nothing is left to compute logits from")
        elif self._other_key(expected, blocks):
            self._break("extra-key", f"{text}; the block reused too many belongs to another extra key")
        else:
            self._break("no-false-hit", f"{text}; the block reused too many has another prefix, or other tokens")

    def _other_key(self, expected: Expected, blocks: list[int]) -> bool:
        """Whether the first block that was reused wrongly holds the right tokens under another extra key."""
        index = expected.reused
        if index >= len(blocks):
            return False
        extra = self._holds(blocks[index], expected.operation.tokens[: (index + 1) * self.truth.block_size])
        return extra != expected.operation.extra and extra != "nothing"

    def _holds(self, number: int, tokens: tuple[int, ...]) -> str | None:
        """Return the extra key under which block ``number`` holds exactly this prefix, else "nothing"."""
        name = self.truth.names.get(self._living.get(number, -1))
        return name[0] if name is not None and name[1] == tokens else "nothing"

    def _too_early(self, expected: Expected, number: int) -> str:
        block = self._living[number]
        name = self.truth.names[block]
        kept = f"a cached prefix of {len(name[1])} tokens" if name else "tokens"
        due = f"{len(expected.evicted)} blocks that were due" if expected.evicted else "no block, blank ones suffice"
        return f"{expected.operation} took block {number} with {kept}; to be evicted: {due}"

    def _forget(self, blocks: Iterable[int]) -> None:
        for block in blocks:
            number = self._physical.pop(block, None)
            if number is not None and self._living.get(number) == block:
                del self._living[number]

    def _break(self, rule: str, text: str) -> None:
        self.broken.setdefault(rule, text)
