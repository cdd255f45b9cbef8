"""When a card is asked next, in words."""

from __future__ import annotations

import pytest

from studyctl.domain.cards import Memory, Phase
from studyctl.domain.due_text import due_text
from studyctl.domain.scheduling import Moment

NOW = Moment(1_000_000_000, 100)


@pytest.mark.parametrize(
    ("memory", "text"),
    [
        (Memory(), "new"),
        (Memory(suspended=True), "suspended"),
        (Memory(Phase.REVIEW, due_day=94), "6 d overdue"),
        (Memory(Phase.REVIEW, due_day=100), "today"),
        (Memory(Phase.REVIEW, due_day=106), "in 6 d"),
        (Memory(Phase.REVIEW, due_day=100, suspended=True), "suspended"),
        (Memory(Phase.LEARNING, due_day=100, due_at=NOW.millis), "now"),
        (Memory(Phase.LEARNING, due_day=100, due_at=NOW.millis + 1), "in 1 min"),
        (Memory(Phase.RELEARNING, due_day=100, due_at=NOW.millis + 600_000), "in 10 min"),
        (Memory(Phase.LEARNING, due_day=99, due_at=NOW.millis + 600_000), "1 d overdue"),
    ],
)
def test_when_a_card_is_due(memory: Memory, text: str) -> None:
    assert due_text(memory, NOW) == text
