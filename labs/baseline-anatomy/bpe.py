"""The referee's tokenizer: byte-level BPE, trained on a language that is invented for each run. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALPHABET = "etaoinshrdlucmfw" + "\u00e9\u00df\u00f1\u4e2d\u8a9e"
CODE = 1 << 20  # larger than any id
Pair = tuple[int, int]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Language:
    """A few words that text is made of."""

    words: tuple[str, ...]

    @classmethod
    def invent(cls, rng: np.random.Generator) -> Language:
        """Draw words of 2 to 8 letters, some of them of more than one byte."""
        words = []
        for _ in range(400):
            letters = rng.choice(list(ALPHABET), size=int(rng.integers(2, 9)))
            words.append("".join(str(letter) for letter in letters))
        return cls((*words, "é" + words[0]))

    def text(self, rng: np.random.Generator, nbytes: int) -> str:
        """Return words, separated by spaces, of at least ``nbytes`` bytes; the first begins with a two-byte letter."""
        chosen = [self.words[-1]]
        while len(" ".join(chosen).encode()) < nbytes:
            chosen.append(self.words[int(rng.integers(len(self.words)))])
        return " ".join(chosen)


def train(text: str, merges: int) -> list[Pair]:
    """Return the merges that join, one after the other, the most frequent pair (Sennrich et al. 2016)."""
    ids = np.frombuffer(text.encode(), dtype=np.uint8).astype(np.int64)
    found: list[Pair] = []
    for number in range(256, 256 + merges):
        codes, counts = np.unique(ids[:-1] * CODE + ids[1:], return_counts=True)
        left, right = divmod(int(codes[counts.argmax()]), CODE)
        ids = merge(ids, (left, right), number)
        found.append((left, right))
    return found


def merge(ids: Ids, pair: Pair, number: int) -> Ids:
    """Replace each ``pair``, from left to right, by ``number``."""
    at = np.flatnonzero((ids[:-1] == pair[0]) & (ids[1:] == pair[1]))
    if pair[0] == pair[1]:  # a a a holds the pair twice, and only the first one is joined
        kept: list[int] = []
        for each in at.tolist():
            if not kept or each > kept[-1] + 1:
                kept.append(each)
        at = np.array(kept, dtype=np.int64)
    joined = ids.copy()
    joined[at] = number
    return np.delete(joined, at + 1)


def encode(text: str, merges: Sequence[Pair]) -> list[int]:
    """Return the ids of ``text``: every merge in order, over the bytes of UTF-8."""
    ids = np.frombuffer(text.encode(), dtype=np.uint8).astype(np.int64)
    for number, pair in enumerate(merges, start=256):
        ids = merge(ids, pair, number)
    return [int(each) for each in ids]


def decode(ids: Sequence[int], merges: Sequence[Pair]) -> str:
    """Return the text of ``ids``; what is no UTF-8 becomes U+FFFD."""
    known = [bytes([i]) for i in range(256)]
    for left, right in merges:
        known.append(known[left] + known[right])
    return b"".join(known[i] for i in ids).decode("utf-8", errors="replace")
