"""Merges what two places know of one card: nothing is counted twice, and the newer answer says when it is due."""

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
    """One place's memory and log (oldest first) of a card."""

    memory: Memory
    log: tuple[LoggedReview, ...] = ()

    @property
    def answered(self) -> int | None:
        """Epoch milliseconds of the newest answer in the log."""
        return next((review.at for review in reversed(self.log) if review.answer), None)

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

    Where the newest answers are the same, what is known here stays: also a suspension or a date set by hand.
    """
    fresh, lacking = unknown(there.log, here.log)
    something = there.memory != Memory() or bool(fresh)
    theirs = something if here.untouched else _newer(there, here)
    if not theirs and not fresh:
        return None
    memory = there.memory if theirs else here.memory
    return Merged(memory, tuple(fresh), theirs, diverged=lacking and bool(fresh) and memory.phase is not Phase.NEW)


def _newer(there: Progress, here: Progress) -> bool:
    """Whether the other place knows of a later answer; by the day where one of the two has no log."""
    if there.answered is not None and here.answered is not None:
        return there.answered >= here.answered + _APART_MS
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
