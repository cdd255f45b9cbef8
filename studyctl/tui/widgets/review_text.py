"""Sentences of the review screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from studyctl.domain.cards import Rating
from studyctl.domain.deadline_choice import countdown
from studyctl.domain.typed_answer import SIGNS, Comparison, Mark, signed
from studyctl.tui.controllers.practice_session import PracticeSession
from studyctl.tui.controllers.review_session import ReviewSession
from studyctl.tui.widgets.progress_text import counted

if TYPE_CHECKING:
    from studyctl.services.prompts import Prompt
    from studyctl.services.review_day import ReviewDay
    from studyctl.tui.controllers.sitting import Sitting

_STYLES = {Mark.SAME: "", Mark.MISSING: "bold underline $text-success", Mark.EXTRA: "bold reverse $text-error"}
PRACTICE = "(practice: the answer is not stored)"


def heading_of(sitting: Sitting, name: str) -> str:
    """`Review  roofline  7/18`; a filter and practice are named."""
    if isinstance(sitting, PracticeSession):
        name = f"Filter {sitting.query}" if sitting.query else "Practice"
    if sitting.current is None:
        return name
    place = len(sitting.answered) + 1
    return f"{name}  {sitting.current.card.deck}  {place}/{len(sitting.answered) + sitting.left}{_ends(sitting)}"


def _ends(sitting: Sitting) -> str:
    days = sitting.deadline_days if isinstance(sitting, ReviewSession) else None
    return f"  {countdown(days)}" if days is not None and days > 0 else ""


def marks_of(prompt: Prompt, counts: bool) -> str:
    """What is known of a card beside its text: practice, its flag, a newer measurement. A line each."""
    return "\n".join([*([] if counts else [PRACTICE]), *prompt.marks])


def labels_of(prompt: Prompt, counts: bool) -> dict[Rating, str]:
    """What each rating leads to; practice leads nowhere, except that a card comes again."""
    if counts:
        return {rating: scheduled.label for rating, scheduled in prompt.preview.items()}
    return {rating: "in a few cards" if rating is Rating.AGAIN else "" for rating in Rating}


def verdict_of(comparison: Comparison | None) -> Content:
    """What came of a typed answer; the diff can be read without colour."""
    if comparison is None:
        return Content("")
    glyph = "[=]" if comparison.right else "[!]"
    verdict = Content.styled(f"{glyph} {comparison.said}", "bold")
    if not comparison.diff:
        return verdict
    pieces = [(signed(piece), _STYLES[piece.mark]) for piece in comparison.diff]
    legend = Content.styled(SIGNS, "$text-muted")
    return Content("\n").join([verdict, Content.assemble(*pieces), legend])


def end_text(day: ReviewDay) -> str:
    """What stands on the screen when no card is left."""
    from studyctl.statistics_text.review_day import day_lines

    lines = ["Nothing is due now.", "", *day_lines(day)]
    lines += [
        "",
        "R practises learnt cards, f asks those of a filter; u takes the last answer back, esc leads to Today.",
    ]
    return "\n".join(lines)


def over_text(session: PracticeSession) -> str:
    """What stands on the screen at the end of practice or of a filter."""
    practised = [card.card.id for card in session.practised]
    stored = len(session.answered) - len(practised)
    again = sum(rating is Rating.AGAIN for _, rating in session.answered)
    lines = [f"Filter {session.query}: no card is left." if session.query else "Practice: no card is left.", ""]
    if stored:
        lines.append(f"{counted(stored, 'answer')} stored.")
    if practised:
        lines.append(f"{counted(len(practised), 'answer')} for practice, not stored.")
    if again:
        lines.append(f"Again: {again}.")
    lines += ["", "R practises, f filters, esc leads back to what is due."]
    return "\n".join(lines)
