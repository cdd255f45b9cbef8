"""A card's memory as it travels between programs, and back."""

from __future__ import annotations

from dataclasses import replace

from studyctl.domain.card_lines import former_days
from studyctl.domain.cards import Memory, Phase
from studyctl.domain.collection import CardState
from studyctl.domain.scheduling import (
    LEARNING_STEPS_MINUTES,
    RELEARNING_STEPS_MINUTES,
    STABILITY_MAX,
    STABILITY_MIN,
    Moment,
)
from studyctl.domain.study_days import StudyDays


def state_of(memory: Memory, last_ms: int | None, days: StudyDays, retention: float, decay: float) -> CardState:
    """The state of a memory; `last_ms` is the newest answer that the log has, in epoch milliseconds.

    Where the last study day has no answer in the log, the middle of that day stands for it.
    """
    if memory.phase is Phase.NEW:
        return CardState(suspended=memory.suspended, leech=memory.leech)
    if memory.last_day is not None and (last_ms is None or days.moment(last_ms).day != memory.last_day):
        last_ms = days.middle(memory.last_day)
    state = CardState(
        phase=memory.phase,
        stability=memory.stability,
        difficulty=memory.difficulty,
        reps=memory.reps,
        lapses=memory.lapses,
        suspended=memory.suspended,
        leech=memory.leech,
        last_ms=last_ms,
        retention=retention,
        decay=decay,
    )
    if memory.phase is Phase.REVIEW:
        return replace(state, due_day=memory.due_day, interval=former_days(memory))
    return replace(state, due_ms=memory.due_at, steps_left=_steps(memory.phase) - memory.step)


def memory_of(state: CardState, days: StudyDays, now: Moment) -> Memory:
    """The memory in a state; stability and difficulty are None where the state does not tell them.

    What is missing to know when a card is due makes it due now.
    """
    if state.phase is Phase.NEW:
        return Memory(suspended=state.suspended, leech=state.leech)
    memory = Memory(
        phase=state.phase,
        reps=state.reps,
        lapses=state.lapses,
        suspended=state.suspended,
        leech=state.leech,
        last_day=None if state.last_ms is None else days.moment(state.last_ms).day,
    )
    if state.stability is not None and state.difficulty is not None:
        stability = min(STABILITY_MAX, max(STABILITY_MIN, state.stability))
        memory = replace(memory, stability=stability, difficulty=state.difficulty)
    if state.phase is Phase.REVIEW:
        due = now.day if state.due_day is None else state.due_day
        return replace(
            memory, due_day=due, last_day=due - state.interval if memory.last_day is None else memory.last_day
        )
    return _in_steps(memory, state, days, now)


def _in_steps(memory: Memory, state: CardState, days: StudyDays, now: Moment) -> Memory:
    """A step that waits for a day waits for its beginning; one for a moment belongs to the day of the last answer."""
    count = _steps(state.phase)
    step = min(max(count - state.steps_left, 0), count - 1)
    if state.due_ms is None and state.due_day is not None:
        return replace(memory, step=step, due_day=state.due_day, due_at=days.begin(state.due_day))
    due_at = now.millis if state.due_ms is None else state.due_ms
    due_day = days.moment(due_at).day if memory.last_day is None else memory.last_day
    return replace(memory, step=step, due_day=due_day, due_at=due_at)


def _steps(phase: Phase) -> int:
    return len(RELEARNING_STEPS_MINUTES if phase is Phase.RELEARNING else LEARNING_STEPS_MINUTES)
