"""What Anki's backend makes of some histories. Runs where the `anki` package is installed; imports nothing of ours.

    python anki_states.py FILE < HISTORIES > STATES

reads a JSON list of histories, each a list of [epoch milliseconds, rating], and writes for each one
stability, difficulty and the intervals in days that Hard, Good and Easy would get today, fuzz included.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from anki.collection import Collection  # first: anki.cards alone ends in a circle of imports

from anki.cards import FSRSMemoryState  # isort: skip


def states(path: str, histories: list[list[list[int]]]) -> list[dict[str, Any]]:
    """One card for each history, in a fresh collection."""
    col = Collection(path)
    col.set_config("fsrs", True)
    kind = col.models.by_name("Basic")
    found = []
    for number, history in enumerate(histories):
        note = col.new_note(kind)
        note["Front"] = f"card {number}"
        col.add_note(note, 1)
        card = note.cards()[0]
        for place, (at, rating) in enumerate(history):
            col.db.execute(
                "INSERT INTO revlog VALUES (?, ?, -1, ?, 1, 1, 2500, 7000, ?)", at, card.id, rating, 1 if place else 0
            )
        state = col.compute_memory_state(card.id)
        card.memory_state = FSRSMemoryState(stability=state.stability, difficulty=state.difficulty)
        card.desired_retention = 0.9
        card.type = card.queue = 2
        card.ivl = 1
        card.due = col.sched.today
        card.reps = len(history)
        card.last_review_time = history[-1][0] // 1000
        col.update_card(card)
        offered = col._backend.get_scheduling_states(card.id)
        days = [getattr(offered, name).normal.review.scheduled_days for name in ("hard", "good", "easy")]
        found.append({"stability": state.stability, "difficulty": state.difficulty, "days": days})
    col.close()
    return found


if __name__ == "__main__":
    answers, sys.stdout = sys.stdout, sys.stderr  # anki prints warnings
    answers.write(json.dumps(states(sys.argv[1], json.load(sys.stdin))))
