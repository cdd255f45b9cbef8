"""Counts what one warp access costs: sectors, lines, passes of the shared memory's banks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.simt.launch import BANKS, LINE_BYTES, SECTOR_BYTES, WORD_BYTES

Counts = NDArray[np.int64]
FAR = np.iinfo(np.int64).max  # stands for a lane that takes no part


def sectors(words: NDArray[Any], active: NDArray[np.bool_]) -> Counts:
    """Distinct 32-byte sectors of each access; ``words`` are 4-byte offsets from an aligned base, (accesses, 32)."""
    return _distinct(words.astype(np.int64) * WORD_BYTES // SECTOR_BYTES, active)


def lines(words: NDArray[Any], active: NDArray[np.bool_]) -> Counts:
    """Distinct 128-byte lines of each access."""
    return _distinct(words.astype(np.int64) * WORD_BYTES // LINE_BYTES, active)


def bank_degrees(words: NDArray[Any], active: NDArray[np.bool_]) -> Counts:
    """Passes that each access to shared memory takes: the most distinct words that lie in one bank.

    Lanes that read the same word are served together (CUDA C++ Programming Guide, Shared Memory).
    """
    ordered = _ordered(words.astype(np.int64), active)
    first = _first_of_equal(ordered)
    rows, places = np.nonzero(first)
    counts = np.zeros((len(ordered), BANKS), np.int64)
    np.add.at(counts, (rows, ordered[rows, places] % BANKS), 1)
    most: Counts = counts.max(axis=1, initial=0)
    return most


def _distinct(keys: Counts, active: NDArray[np.bool_]) -> Counts:
    found: Counts = _first_of_equal(_ordered(keys, active)).sum(axis=1)
    return found


def _ordered(keys: Counts, active: NDArray[np.bool_]) -> Counts:
    return np.sort(np.where(active, keys, FAR), axis=1)


def _first_of_equal(ordered: Counts) -> NDArray[np.bool_]:
    first = np.asarray(ordered != FAR)
    first[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
    return first
