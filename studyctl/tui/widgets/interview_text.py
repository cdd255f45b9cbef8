"""The words of the interview screen, made from its data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from studyctl.domain.interview import AnswerMode, Attempt, Question, calibration
from studyctl.tui.controllers.interview_session import InterviewSession, clock
from studyctl.tui.widgets.row_list import Row

if TYPE_CHECKING:
    from studyctl.services.interview import Interview, Scored

SURE = ("guessing", "doubtful", "half sure", "fairly sure", "certain")
SPOKEN = "Speak your answer aloud, as you would to an interviewer.\n\nf5 when you are finished; f4 to type instead."
RUBRIC = "Which of these did your answer contain? space ticks, enter scores."
CALIBRATED = 0.15


def idle_text(ahead: Interview | None) -> str:
    """No question is for today: when the next one is, and that it can be taken already."""
    if ahead is None:
        return "No interview question yet.\n\nQuestions come with the days of the plan."
    if ahead.due_in is None:
        when = "A new question is waiting; today's new ones have been asked."
    elif ahead.due_in == 1:
        when = "The next question is due tomorrow."
    else:
        when = f"The next question is due in {ahead.due_in} days."
    return f"No question is scheduled for now.\n\n{when}\n\nenter takes it already today, esc leads to Today."


def clock_text(seconds: int, minutes: int) -> str:
    """`04:12 of 06:00`."""
    return f"{clock(seconds)} of {clock(minutes * 60)}"


def confidence_text() -> str:
    """The question before the rubric."""
    choices = "\n".join(f"  {n}  {word}" for n, word in enumerate(SURE, start=1))
    return f"How sure are you that the answer holds what counts? The key points come after this.\n\n{choices}"


def rubric_rows(session: InterviewSession, width: int) -> list[Row]:
    """Key points with tick and weight; a long one goes on in the next line."""
    if session.interview is None:
        return []
    rows = []
    for n, point in enumerate(session.interview.question.key_points):
        tick = "[x]" if n in session.ticked else "[ ]"
        rows.append(Row(str(n), wrapped(f"{tick} {point.text}  ({points(point.weight)})", width)))
    return rows


def wrapped(text: str, width: int) -> str:
    """Text in lines of at most `width`, those after the first indented below the words of the first."""
    from textwrap import fill

    return fill(text, max(16, width), subsequent_indent="    ", break_long_words=False)


def points(weight: int) -> str:
    """`1 point`, `2 points`."""
    return f"{weight} point{'s' if weight != 1 else ''}"


def score_text(scored: Scored) -> str:
    """Score, rating, next date, and how well confidence fitted."""
    attempt, question = scored.attempt, scored.question
    reached = sum(question.key_points[n].weight for n in attempt.ticked)
    days = f"{scored.next_in_days} day{'s' if scored.next_in_days != 1 else ''}"
    gap = calibration(attempt.confidence, attempt.score)
    fit = "well judged" if abs(gap) <= CALIBRATED else "overconfident" if gap > 0 else "better than you thought"
    return (
        f"Score {attempt.score:.0%} ({reached} of {points(question.weight)}), {attempt.rating.label}. "
        f"Comes back in {days}.\n"
        f"Confidence {attempt.confidence} of 5 ({SURE[attempt.confidence - 1]}): {fit}. "
        f"Time {clock_text(attempt.seconds, question.minutes)}."
    )


def model_page(scored: Scored) -> str:
    """Markdown: the key points with their ticks, the model answer, the sources."""
    question = scored.question
    ticks = [
        f"- {'[x]' if n in scored.attempt.ticked else '[ ]'} {point.text}"
        for n, point in enumerate(question.key_points)
    ]
    lines = ["**Model answer**", "", question.model_answer.strip(), "", "**Key points**", "", *ticks]
    if question.sources:
        lines += ["", "**Sources**", "", *(f"- {source}" for source in question.sources)]
    return "\n".join(lines)


def attempts_text(question: Question, previous: Sequence[Attempt], unfolded: bool) -> str:
    """Earlier attempts: one line while folded; unfolded, and that is for after the answer, with what was missed."""
    if not previous:
        return "First attempt at this question."
    last = previous[-1]
    count = f"{len(previous)} earlier attempt{'s' if len(previous) != 1 else ''}"
    if not unfolded:
        return f"{count}, the last one {last.score:.0%} on {_day(last)}."
    lines = [f"{count}:"]
    for attempt in reversed(previous):
        missed = [point.text for n, point in enumerate(question.key_points) if n not in attempt.ticked]
        lines.append(f"{_day(attempt)}  {attempt.score:.0%}  confidence {attempt.confidence}  {clock(attempt.seconds)}")
        lines += [f"    missed: {text}" for text in missed]
        if attempt.mode is AnswerMode.TYPED and attempt.answer.strip():
            lines.append(f"    answer: {attempt.answer.strip().splitlines()[0][:200]}")
    return "\n".join(lines)


def _day(attempt: Attempt) -> str:
    return date.fromordinal(attempt.day).isoformat()
