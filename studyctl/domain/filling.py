"""Stability and difficulty of cards whose files do not tell them: from the answers, else from interval and ease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from studyctl.domain.card_lines import former_days
from studyctl.domain.cards import Memory, Phase
from studyctl.domain.fitting import Answer, memories
from studyctl.domain.scheduling import STABILITY_MAX, STABILITY_MIN
from studyctl.domain.weights import memory_model

_EASE = 2.5
_SM2_RETENTION = 0.9


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A memory with the card's answers from its first sight on (none where they are not all there) and its ease."""

    memory: Memory
    answers: tuple[Answer, ...]
    ease: float | None = None


def filled(cards: Mapping[str, Unfilled], weights: Sequence[float]) -> dict[str, Memory]:
    """The memories, with stability (days) and difficulty.

    Without answers they follow from interval and ease as in fsrs-rs' `memory_state_from_sm2`, at a retention of 90 %;
    a card that never had an interval keeps none.
    """
    told = {card: each for card, each in cards.items() if each.answers}
    states = memories((each.answers for each in told.values()), weights)
    found = {card: _with(each.memory, *state) for (card, each), state in zip(told.items(), states, strict=True)}
    model = memory_model(weights)
    for card, each in cards.items():
        if card in told:
            continue
        interval = former_days(each.memory)
        if each.memory.phase is not Phase.REVIEW or interval < 1:
            found[card] = each.memory
            continue
        state = model.memory_state_from_sm2(each.ease or _EASE, float(interval), _SM2_RETENTION)
        found[card] = _with(each.memory, float(state.stability), float(state.difficulty))
    return found


def _with(memory: Memory, stability: float, difficulty: float) -> Memory:
    return replace(memory, stability=min(STABILITY_MAX, max(STABILITY_MIN, stability)), difficulty=difficulty)
