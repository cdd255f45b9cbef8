"""A lab has all its files, and serves and proves what exists."""

from __future__ import annotations

from collections.abc import Iterator

from studyctl.content.library import Library
from studyctl.domain.labs import Lab

FILES = ("README.md", "starter.py", "reference.py", "driver.py", "experiment.py", "judge.py")
LEAST_MUTANTS = LEAST_HINTS = 3


def problems(library: Library) -> Iterator[str]:
    """What is wrong, a line each."""
    days = {day.address: day for track in library.tracks for day in library.days(track)}
    items = {item.id for day in days.values() for item in day.items}
    for lab in library.labs.values():
        yield from (f"lab {lab.slug}: no day {address}" for address in lab.serves if address not in days)
        yield from (f"lab {lab.slug}: no item {item}" for item in lab.proves if item not in items)
        yield from _files(library, lab)


def _files(library: Library, lab: Lab) -> Iterator[str]:
    folder = library.lab_folder(lab.slug)
    yield from (f"lab {lab.slug}: {name} is missing" for name in FILES if not (folder / name).is_file())
    mutants = len(list((folder / "mutants").glob("*.py")))
    if mutants < LEAST_MUTANTS:
        yield f"lab {lab.slug}: {mutants} mutants, at least {LEAST_MUTANTS} are needed"
    if len(lab.hints) < LEAST_HINTS:
        yield f"lab {lab.slug}: {len(lab.hints)} hints, at least {LEAST_HINTS} are needed"
