"""Puts the commands together and runs one."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from studyctl import __version__
from studyctl.cli.commands import (
    backup,
    card_edit,
    card_lint,
    cards,
    cards_export,
    cards_import,
    curriculum,
    day,
    dev,
    dev_cards,
    doctor,
    export,
    glossary,
    imports,
    inbox,
    interview,
    knowledge_map,
    lab,
    lab_cards,
    lab_hint,
    lab_predict,
    lab_trust,
    lab_watch,
    lesson,
    plan,
    protocol,
    review,
    review_break,
    review_deadline,
    review_fit,
    review_moves,
    review_reschedule,
    review_simulate,
    review_stats,
    search,
    settings,
    sprint,
    ticks,
    today,
    track,
    undo,
)
from studyctl.cli.diagnostics import report
from studyctl.cli.output import line
from studyctl.cli.state import OpenTui, State, state_of
from studyctl.cli.text_streams import take_every_character
from studyctl.errors import ExitCode

app = typer.Typer(
    name="studyctl",
    help="Study AI infrastructure day by day: plan, sprints, cards, mock interviews, and labs that are measured.",
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        line(f"studyctl {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Without a command: open the TUI on Today."""
    if context.invoked_subcommand is None:
        state_of(context).open_tui("today")


for module in (today, ticks, lesson, search, knowledge_map, glossary, doctor, undo):
    module.register(app)
for module in (lab_hint, lab_predict, lab_cards, lab_watch, lab_trust):
    module.register(lab.app)
for module in (card_edit, card_lint):
    module.register(cards.app)
for module in (
    review_deadline,
    review_fit,
    review_reschedule,
    review_simulate,
    review_stats,
    review_moves,
    review_break,
):
    module.register(review.app)
dev_cards.register(dev.app)
for module in (backup, cards_export):
    module.register(export.app)
cards_import.register(imports.app)
for name, group in (
    ("track", track.app),
    ("plan", plan.app),
    ("day", day.app),
    ("lab", lab.app),
    ("review", review.app),
    ("cards", cards.app),
    ("interview", interview.app),
    ("sprint", sprint.app),
    ("inbox", inbox.app),
    ("protocol", protocol.app),
    ("export", export.app),
    ("import", imports.app),
    ("curriculum", curriculum.app),
    ("settings", settings.app),
    ("dev", dev.app),
):
    app.add_typer(group, name=name)


def run(open_tui: OpenTui, arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; every explained error becomes a message on stderr."""
    take_every_character()
    state = State(open_tui)
    try:
        result = app(args=arguments, prog_name="studyctl", standalone_mode=False, obj=state)
        sys.stdout.flush()
        return int(result) if isinstance(result, int) else int(ExitCode.OK)
    except BrokenPipeError:
        return _unread()
    except SystemExit as end:  # typer's way to end where it meets that error itself
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        return _unread()
    except (Exception, KeyboardInterrupt) as error:
        return report(error)
    finally:
        state.close()


def _unread() -> int:
    """The reader of a pipe has left; there is nobody to tell, and flushing again at exit would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(ExitCode.OK)
