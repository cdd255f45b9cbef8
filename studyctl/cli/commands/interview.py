"""`studyctl interview`."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli import output
from studyctl.cli.plain_interview import interview_line_by_line
from studyctl.cli.state import state_of
from studyctl.domain.interview import AnswerMode
from studyctl.errors import UsageError

app = typer.Typer(help="Mock-interview questions, scheduled like cards.", invoke_without_command=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AheadOption = Annotated[bool, typer.Option("--ahead", help="Draw one although none is scheduled for today.")]


@app.callback()
def interview(
    context: typer.Context,
    plain: Annotated[bool, typer.Option("--plain", help="Line by line on stdin and stdout.")] = False,
) -> None:
    """Open today's question."""
    if context.invoked_subcommand is not None:
        return
    if plain:
        interview_line_by_line(state_of(context).container)
    else:
        state_of(context).open_tui("interview")


@app.command("next")
def next_question(context: typer.Context, ahead: AheadOption = False, as_json: JsonOption = False) -> None:
    """Show today's question; the JSON also holds its key points and model answer."""
    drawn = state_of(context).container.interview.next(ahead)
    if as_json:
        output.document(drawn)
        return
    if drawn is None:
        output.line("No question is scheduled for today. `studyctl interview next --ahead` draws one all the same.")
        return
    output.line(f"{drawn.question.id}  ({drawn.question.minutes} min)")
    output.line(drawn.question.prompt)


@app.command("answer")
def answer(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="Question id, e.g. p90/16/question/3.")],
    points: Annotated[str, typer.Option("--points", help="Key points you covered, e.g. 1,3,4; empty for none.")],
    confidence: Annotated[int, typer.Option("--confidence", help="1 guessing to 5 certain, before you saw them.")],
    seconds: Annotated[int, typer.Option("--seconds", help="Speaking time.")] = 0,
    spoken: Annotated[bool, typer.Option("--spoken", help="Answered aloud.")] = False,
    text: Annotated[str, typer.Option("--text", help="The typed answer.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Store an attempt and schedule the question again."""
    scored = (
        state_of(context)
        .container.interview.answer(
            question,
            ticked=frozenset(_points(points)),
            confidence=confidence,
            seconds=seconds,
            mode=AnswerMode.SPOKEN if spoken else AnswerMode.TYPED,
            answer=text,
        )
        .value
    )
    if as_json:
        output.document(
            {
                "question": question,
                "score": scored.attempt.score,
                "rating": int(scored.attempt.rating),
                "next_in_days": scored.next_in_days,
            }
        )
        return
    output.line(f"{question}: {scored.attempt.score:.0%}, next in {scored.next_in_days} d")


def _points(text: str) -> list[int]:
    try:
        return [int(part) - 1 for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not a list of key points.", "Write their numbers, e.g. --points 1,3,4."
        ) from error
