"""Merges what two places know of one card: nothing is counted twice, and the newer line says when it is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from studyctl.domain.cards import Memory, Phase
from studyctl.domain.collection import LoggedReview

_APART_MS = 1_000
_RESETS_APART_MS = 60_000


@dataclass(frozen=True, slots=True)
class Progress:
    """One place's memory and log (answers and resets, oldest first) of a card."""

    memory: Memory
    log: tuple[LoggedReview, ...] = ()

    @property
    def last_ms(self) -> int | None:
        """Epoch milliseconds of the newest line; None without any."""
        return self.log[-1].at if self.log else None

    @property
    def untouched(self) -> bool:
        """True where nothing was ever done with the card."""
        return self.memory == Memory() and not self.log


@dataclass(frozen=True, slots=True)
class Merged:
    """What comes of two places: `fresh` is what the log here lacks, `memory` the side that counts.

    `theirs` is True where that is the other place's. `diverged`: both have answers that the other lacks, so that
    stability and difficulty follow from all of them only.
    """

    memory: Memory
    fresh: tuple[LoggedReview, ...]
    theirs: bool
    diverged: bool


def merge(here: Progress, there: Progress) -> Merged | None:
    """What `there` adds to `here`; None where that is nothing.

    Where the other log has nothing more, what is known here stays: also a suspension or a date set by hand.
    """
    fresh, lacking = unknown(there.log, here.log)
    if not fresh and here.log and there.log:
        return None
    something = there.memory != Memory() or bool(fresh)
    theirs = something if here.untouched else _newer(there, here)
    if not theirs and not fresh:
        return None
    memory = there.memory if theirs else here.memory
    return Merged(memory, tuple(fresh), theirs, diverged=lacking and bool(fresh) and memory.phase is not Phase.NEW)


def _newer(there: Progress, here: Progress) -> bool:
    """Whether the other place knows of something later; by the day where one of the two has no log."""
    if there.last_ms is not None and here.last_ms is not None:
        return there.last_ms >= here.last_ms + _APART_MS
    day, known = there.memory.last_day, here.memory.last_day
    return day is not None and (known is None or day > known)


def unknown(found: Sequence[LoggedReview], known: Sequence[LoggedReview]) -> tuple[list[LoggedReview], bool]:
    """Lines of one card that are not among the known ones, and whether some of those were not found.

    Programs that key answers by the millisecond move them apart: a second counts as the same moment, a minute where
    cards were made new again, since many of them may be at once.
    """
    left = Counter((review.at, review.rating) for review in known)
    moved = []
    for review in found:
        if left[review.at, review.rating]:
            left[review.at, review.rating] -= 1
        else:
            moved.append(review)
    spare = list(left.elements())
    fresh = []
    for review in moved:
        limit = _RESETS_APART_MS if review.reset else _APART_MS
        same = next((one for one in spare if one[1] == review.rating and abs(one[0] - review.at) < limit), None)
        if same is None:
            fresh.append(review)
        else:
            spare.remove(same)
    return fresh, bool(spare)
