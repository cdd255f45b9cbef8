"""`studyctl lab predict`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import output
from studyctl.cli.commands.lab import JsonOption, LabArgument, say_choice
from studyctl.cli.diagnostics import say
from studyctl.cli.lab_figures import asked_lines
from studyctl.cli.state import state_of
from studyctl.domain.predictions import amount, told_unit, value_in
from studyctl.errors import UsageError

if TYPE_CHECKING:
    from studyctl.services.predictions import Asked

NONE = "-"


def register(group: typer.Typer) -> None:
    """Add to `studyctl lab`."""
    group.command("predict")(predict)


def predict(
    context: typer.Context,
    lab: LabArgument,
    pairs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FIGURE VALUE]...", help="What you expect, e.g. ratio_200 4x; - takes it away."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what you expect of a lab's figures before it runs. Without figures: asks for each in a terminal."""
    container = state_of(context).container
    choice = container.resolve.lab(lab, "studyctl lab predict")
    say_choice(choice)
    asked = container.predictions.asked(choice.lab)
    if pairs:
        asked = container.predictions.predict(choice.lab, _typed(pairs)).value
    elif not as_json and asked and sys.stdin.isatty():
        typed = _ask(asked)
        asked = container.predictions.predict(choice.lab, typed).value if typed else asked
    if as_json:
        output.document(
            {
                "lab": choice.lab.slug,
                "figures": [{**output.plain(each.figure), "predicted": each.predicted} for each in asked],
            }
        )
        return
    for text in asked_lines(asked):
        output.line(text)
    say("The next run that passes settles these." if asked else f"Lab {choice.lab.slug} has no figures to predict.")


def _typed(pairs: list[str]) -> dict[str, str]:
    if len(pairs) % 2:
        raise UsageError(f"{pairs[-1]!r} has no value.", "Figures and values come in pairs: ratio_200 4x ratio_50 2x")
    names = pairs[::2]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"{twice!r} has two values.", "Each figure is predicted once.")
    return {name: "" if value == NONE else value for name, value in zip(names, pairs[1::2], strict=True)}


def _ask(asked: tuple[Asked, ...]) -> dict[str, str]:
    """What is typed for each figure; the end of the input or `q` ends it, and what was typed counts."""
    output.line("A number, with or without its unit. enter: skip, -: no prediction, q: stop.")
    typed: dict[str, str] = {}
    for each in asked:
        output.line(each.figure.ask)
        answer = _answer(each)
        if answer is None:
            break
        if answer:
            typed[each.figure.name] = "" if answer == NONE else answer
    return typed


def _answer(asked: Asked) -> str | None:
    now = "" if asked.predicted is None else f", now {amount(asked.predicted)}"
    while True:
        sys.stdout.write(f"in {told_unit(asked.figure)}{now} > ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        answer = line.strip()
        if not line or answer == "q":
            return None
        if answer in ("", NONE):
            return answer
        try:
            value_in(answer, asked.figure)
        except UsageError as error:
            output.line(f"{error.message} {error.hint}".strip())
        else:
            return answer
