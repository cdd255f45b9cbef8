"""Lines of the review log for acts that are not answers."""

from __future__ import annotations

from studyctl.domain.cards import CardAct, Memory, Phase, ReviewEntry
from studyctl.domain.scheduling import Moment


def act_line(act: CardAct, card_id: str, before: Memory, moment: Moment, after: Memory | None = None) -> ReviewEntry:
    """The line of an act on a card whose memory was `before`; `after` where the act sets all of it."""
    known = after or before
    return ReviewEntry(
        id=0,
        card_id=card_id,
        rating=None,
        at=moment.millis,
        day=moment.day,
        phase=before.phase,
        elapsed_days=0 if before.last_day is None else max(0, moment.day - before.last_day),
        stability=known.stability,
        difficulty=known.difficulty,
        interval_days=0 if after is None else former_days(after),
        duration_ms=0,
        act=act,
        hour=moment.hour,
        former_days=former_days(before),
        after=after,
    )


def former_days(memory: Memory) -> int:
    """The interval in days that a card waits now; 0 for a new card or a learning step."""
    if memory.phase is not Phase.REVIEW or memory.due_day is None or memory.last_day is None:
        return 0
    return max(0, memory.due_day - memory.last_day)
