"""A mock interview line by line."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from studyctl.cli.output import line
from studyctl.domain.interview import AnswerMode, Question

if TYPE_CHECKING:
    from studyctl.container import Container


def interview_line_by_line(container: Container) -> None:
    """Ask today's question, or one ahead; nothing is stored unless every step was answered."""
    drawn = container.interview.next() or container.interview.next(ahead=True)
    if drawn is None:
        line("There is no question for the days that you have reached.")
        return
    question = drawn.question
    line(f"{question.id}  {question.minutes} minutes")
    line(question.prompt)
    began = time.monotonic()
    answer = _answer()
    seconds = round(time.monotonic() - began)
    confidence = None if answer is None else _choice("Confidence, 1 guessing to 5 certain > ", "12345")
    if answer is None or confidence is None:
        line("Nothing was stored.")
        return
    ticked = _rubric(question)
    if ticked is None:
        line("Nothing was stored.")
        return
    line("Model answer:")
    line(question.model_answer)
    for source in question.sources:
        line(f"source: {source}")
    scored = container.interview.answer(
        question.id,
        ticked=ticked,
        confidence=int(confidence),
        seconds=seconds,
        mode=AnswerMode.TYPED if answer else AnswerMode.SPOKEN,
        answer=answer,
    ).value
    line(f"Score {scored.attempt.score:.0%} after {seconds} s; it returns in {scored.next_in_days} days.")


def _answer() -> str | None:
    """Typed lines up to a single dot; empty for an answer given aloud; None at the end of the input."""
    line("Type your answer and end it with a single dot, or answer aloud and type just the dot.")
    lines: list[str] = []
    while typed := sys.stdin.readline():
        if typed.strip() == ".":
            return "\n".join(lines).strip()
        lines.append(typed.rstrip("\n"))
    return None


def _rubric(question: Question) -> frozenset[int] | None:
    ticked = set()
    for number, point in enumerate(question.key_points):
        typed = _choice(f"Did you say: {point.text} (y/n) > ", "yn")
        if typed is None:
            return None
        if typed == "y":
            ticked.add(number)
    return frozenset(ticked)


def _choice(question: str, allowed: str) -> str | None:
    while True:
        sys.stdout.write(question)
        sys.stdout.flush()
        typed = sys.stdin.readline()
        if not typed:
            return None
        answer = typed.strip().lower()
        if len(answer) == 1 and answer in allowed:
            return answer
        line(f"Type one of {', '.join(allowed)}.")
