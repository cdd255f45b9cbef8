"""Derives a card's memory from the lines of its log alone, without the memory model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from studyctl.domain.cards import CardAct, Memory, ReviewEntry
from studyctl.domain.scheduling import Moment, transition


def replayed(memory: Memory, entry: ReviewEntry) -> Memory:
    """The memory after one more line: stability, difficulty and interval are those that the line records."""
    match entry.act:
        case CardAct.SUSPEND:
            return replace(memory, suspended=True)
        case CardAct.RESUME:
            return replace(memory, suspended=False)
        case CardAct.MOVE:
            return replace(memory, due_day=entry.day + entry.interval_days)
        case CardAct.FORGET:
            return Memory()
        case CardAct.RESCHEDULE | CardAct.IMPORT:
            return entry.after or memory
    if entry.rating is None or entry.stability is None or entry.difficulty is None:
        return memory
    moment = Moment(entry.at, entry.day)
    return transition(memory, entry.rating, moment, entry.stability, entry.difficulty, entry.interval_days).memory


def replay(entries: Iterable[ReviewEntry]) -> dict[str, Memory]:
    """Memory by card after standing lines, oldest first; a card that is as good as new has no entry."""
    found: dict[str, Memory] = {}
    for entry in entries:
        found[entry.card_id] = replayed(found.get(entry.card_id, Memory()), entry)
    return {card: memory for card, memory in found.items() if memory != Memory()}
