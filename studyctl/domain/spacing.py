"""Keeps cards that give each other away from standing beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def apart(cards: Sequence[T], related: Callable[[T, T], bool], before: T | None = None) -> list[T]:
    """The cards in nearly their order, related ones not beside each other where that can be done.

    `before` is what stands in front of the first. Each place takes the first card that is not related to the one
    before; what is left over at the end goes to the last place where it fits.
    """
    rest, placed = list(cards), [] if before is None else [before]
    while rest:
        fitting = next((n for n, card in enumerate(rest) if not placed or not related(placed[-1], card)), None)
        if fitting is not None:
            placed.append(rest.pop(fitting))
            continue
        left = rest.pop(0)
        first = 0 if before is None else 1
        gaps = range(len(placed) - 1, first - 1, -1)
        place = next((n for n in gaps if _fits(placed, n, left, related)), len(placed))
        placed.insert(place, left)
    return placed if before is None else placed[1:]


def _fits(placed: list[T], place: int, card: T, related: Callable[[T, T], bool]) -> bool:
    return not related(placed[place], card) and (place == 0 or not related(placed[place - 1], card))
