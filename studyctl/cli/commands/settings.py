"""`studyctl settings`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import completion, output
from studyctl.cli.commands.review_deadline import set_deadline
from studyctl.cli.diagnostics import say
from studyctl.cli.state import state_of
from studyctl.domain.setting_rules import DEFAULT, deadline_and_minutes

if TYPE_CHECKING:
    from studyctl.services.settings import Setting

app = typer.Typer(help="Your choices: list them, set one, take its default.", invoke_without_command=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
NameArgument = Annotated[str, typer.Argument(help="Name of the setting.", autocompletion=completion.settings)]
_DATES_STAY = "Cards that have a date keep it; `studyctl review reschedule` moves them."
_MOVES_DATES = ("desired_retention", "maximum_interval", "fsrs_weights", "easy_days")


@app.callback()
def settings(context: typer.Context, as_json: JsonOption = False) -> None:
    """List all settings with value, default, unit and meaning."""
    if context.invoked_subcommand is not None:
        return
    found = state_of(context).container.settings.all()
    if as_json:
        output.document({each.name: _document(each) for each in found})
        return
    heading, *rows = output.aligned(
        ("name", "value", "default", "unit"),
        [(each.name, each.shown, each.shown_default, each.unit) for each in found],
    )
    output.line(heading)
    for row, each in zip(rows, found, strict=True):
        output.line(row)
        output.line(f"  {each.meaning}")  # in the row it would not fit 80 columns


@app.command("set")
def set_one(
    context: typer.Context,
    name: NameArgument,
    value: Annotated[str, typer.Argument(help="E.g. 0.92, 2026-12-01, sat=0.5,sun=0, default.")],
    as_json: JsonOption = False,
) -> None:
    """Set one; `studyctl undo` takes it back."""
    if name == "deadline" and value.strip().lower() != DEFAULT:
        set_deadline(context, *deadline_and_minutes(value), look=False, as_json=as_json)
        return
    _tell(state_of(context).container.settings.change(name, value).value, as_json)


@app.command("reset")
def reset(context: typer.Context, name: NameArgument, as_json: JsonOption = False) -> None:
    """Take the default again."""
    _tell(state_of(context).container.settings.reset(name).value, as_json)


def _tell(changed: Setting, as_json: bool) -> None:
    if as_json:
        output.document(_document(changed))
        return
    output.line(f"{changed.name}: {changed.shown}")
    if changed.name in _MOVES_DATES:
        say(_DATES_STAY)


def _document(setting: Setting) -> dict[str, object]:
    return {"name": setting.name, "value": setting.value, "default": setting.default} | {
        "unit": setting.unit,
        "meaning": setting.meaning,
    }
