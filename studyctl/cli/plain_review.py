"""Reviewing line by line, for screen readers, pipes and slow connections."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from studyctl.cli.diagnostics import say
from studyctl.cli.output import line
from studyctl.cli.session_end import fit_after_session
from studyctl.domain.cards import Rating
from studyctl.domain.deadline_choice import OVER, countdown
from studyctl.errors import StudyError

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.review import Prompt


def review_line_by_line(container: Container) -> None:
    """Ask every card that is due until the queue is empty, `q` is typed or the input ends."""
    answered = 0
    days = container.review.queue().counts.deadline_days
    if days is not None and days <= 0:
        say(OVER)
    while (prompt := container.review.next()) is not None:
        counts = container.review.queue().counts
        ends = "" if counts.deadline_days is None else f", {countdown(counts.deadline_days)}"
        line(f"[{prompt.card.deck}] {counts.total} left{ends}")
        line(prompt.card.front)
        began = time.monotonic()
        reveal = _ask("enter: reveal, u: undo, q: stop > ")
        if reveal in (None, "q"):
            break
        if reveal == "u":
            _undo(container)
            continue
        line(prompt.card.back)
        line(f"source: {prompt.card.source}")
        rating = _rating(prompt)
        if rating is None:
            break
        if isinstance(rating, str):
            _undo(container)
            continue
        stored = container.review.answer(prompt.card.id, rating, round((time.monotonic() - began) * 1000)).value
        line(f"{rating.label}: next in {stored.scheduled.label}")
        line()
        answered += 1
    later = container.review.queue().counts.later
    line(f"{answered} answered." + (f" {later} come back later today." if later else ""))
    if answered:
        fit_after_session(container)


def _rating(prompt: Prompt) -> Rating | str | None:
    choices = ", ".join(f"{int(rating)} {rating.label} {prompt.preview[rating].label}" for rating in Rating)
    while True:
        typed = _ask(f"{choices}, u: undo, q: stop (enter: Good) > ")
        if typed in (None, "q"):
            return None
        if typed == "u":
            return "undo"
        if typed in ("", "1", "2", "3", "4"):
            return Rating(int(typed or 3))
        line("Type 1, 2, 3, 4, u or q.")


def _undo(container: Container) -> None:
    try:
        line(f"Undone: {container.undo.undo('review').value.summary}")
    except StudyError as error:
        line(error.message)


def _ask(question: str) -> str | None:
    """A typed line in lower case, or None at the end of the input."""
    sys.stdout.write(question)
    sys.stdout.flush()
    typed = sys.stdin.readline()
    if not sys.stdin.isatty():
        line()
    return typed.strip().lower() if typed else None
