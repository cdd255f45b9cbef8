"""When a card is asked next, in words."""

from __future__ import annotations

from studyctl.domain.cards import Memory, Phase
from studyctl.domain.scheduling import Moment

_MINUTE = 60_000


def due_text(memory: Memory, now: Moment) -> str:
    """`new`, `suspended`, `now`, `in 8 min`, `today`, `in 6 d` or `2 d overdue`."""
    if memory.suspended:
        return "suspended"
    if memory.phase is Phase.NEW or memory.due_day is None:
        return "new"
    if memory.due_at is not None and memory.due_day >= now.day:
        minutes = -((now.millis - memory.due_at) // _MINUTE)
        return f"in {minutes} min" if minutes > 0 else "now"
    days = memory.due_day - now.day
    if days == 0:
        return "today"
    return f"in {days} d" if days > 0 else f"{-days} d overdue"
