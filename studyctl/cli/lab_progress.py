"""A running lab on stderr: a progress bar in a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from studyctl.cli.diagnostics import say

Event = dict[str, Any]


def follow(events: Iterator[Event], *, plain: bool) -> Event:
    """Show events as they come and return the verdict."""
    if plain or not sys.stderr.isatty():
        return _lines(events)
    return _bar(events)


def _lines(events: Iterator[Event]) -> Event:
    verdict: Event = {}
    for event in events:
        if event["event"] == "phase":
            say(f"[{event['index']}/{event['of']}] {event['name']}")
        elif event["event"] == "log":
            say(f"{event['source']}: {event['text']}")
        elif event["event"] == "verdict":
            verdict = event
    return verdict


def _bar(events: Iterator[Event]) -> Event:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    verdict: Event = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        for event in events:
            if event["event"] == "phase":
                bar.update(
                    task, description=f"[{event['index']}/{event['of']}] {event['name']}", total=None, completed=0
                )
            elif event["event"] == "progress":
                bar.update(task, completed=event["done"], total=event["total"])
            elif event["event"] == "log":
                bar.console.print(Text(f"{event['source']}: {event['text']}"))
            elif event["event"] == "verdict":
                verdict = event
    return verdict
