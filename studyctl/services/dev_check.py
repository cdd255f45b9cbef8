"""Proves content and labs: references resolve, starters fail, references pass, mutants fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from studyctl.content.library import Library
from studyctl.domain.address import Address
from studyctl.errors import StudyError
from studyctl.services.lab_runner import LocalReferee

LEAST_MUTANTS = LEAST_HINTS = 3


@dataclass(frozen=True)
class Case:
    """One file of a lab and how it came out; `ok` is None where this machine cannot run the lab, or is too busy."""

    lab: str
    case: str
    expected: str
    verdict: str
    failed_checks: tuple[str, ...]
    ok: bool | None
    seconds: float
    reason: str

    @property
    def line(self) -> str:
        """One line for people."""
        mark = {True: "ok  ", False: "BAD ", None: "open"}[self.ok]
        failed = f"  {', '.join(self.failed_checks)}" if self.failed_checks else ""
        reason = "" if self.ok else f"  ({self.reason})"
        return f"{mark} {self.lab:22} {self.case:32} {self.verdict:11} {self.seconds:5.1f} s{failed}{reason}"


def check_content(library: Library) -> list[str]:
    """Everything loads, and every reference from one file to another resolves. Returns what is wrong."""
    problems: list[str] = []
    try:
        days = {day.address: day for track in library.tracks for day in library.days(track)}
        items = {item.id for day in days.values() for item in day.items}
        asked = {item.id for day in days.values() for item in day.items if item.kind.asked}
        problems += [f"card {card.id}: no day {card.day}" for card in library.cards.values() if card.day not in days]
        problems += [f"question {name}: no such prompt in the plan" for name in library.questions if name not in asked]
        for lab in library.labs.values():
            problems += _lab_problems(lab.slug, lab.serves, lab.proves, set(days), items, library)
        for day in days.values():
            problems += [
                f"{day.address}: twin {twin} is outside its track"
                for twin in day.twins
                if twin.track not in library.tracks
            ]
        _ = (library.protocols, library.template)
    except StudyError as error:
        problems.append(error.message)
    return problems


def _lab_problems(
    slug: str,
    serves: tuple[Address, ...],
    proves: tuple[str, ...],
    days: set[Address],
    items: set[str],
    library: Library,
) -> list[str]:
    problems = [f"lab {slug}: no track {address.track}" for address in serves if address.track not in library.tracks]
    written = {str(address) for address in days}
    problems += [
        f"lab {slug}: no item {item}" for item in proves if item.rsplit("/", 2)[0] in written and item not in items
    ]
    folder = library.lab_folder(slug)
    wanted = ("README.md", "starter.py", "reference.py", "driver.py", "experiment.py", "judge.py")
    problems += [f"lab {slug}: {name} is missing" for name in wanted if not (folder / name).is_file()]
    mutants = len(list((folder / "mutants").glob("*.py")))
    if mutants < LEAST_MUTANTS:
        problems.append(f"lab {slug}: {mutants} mutants, at least {LEAST_MUTANTS} are needed")
    hints = len(library.labs[slug].hints)
    if hints < LEAST_HINTS:
        problems.append(f"lab {slug}: {hints} hints, at least {LEAST_HINTS} are needed")
    return problems


def check_labs(bundle: Path, slugs: list[str]) -> Iterator[Case]:
    """Grade starter, reference and mutants of the labs (all by default), one case after another.

    Raises:
        UsageError: no such lab.
    """
    for event in LocalReferee(bundle, ["check", "--json", *slugs]).events():
        yield Case(
            lab=event["lab"],
            case=event["case"],
            expected=event["expected"],
            verdict=event["verdict"],
            failed_checks=tuple(event["failed_checks"]),
            ok=event["ok"],
            seconds=event["seconds"],
            reason=event["reason"],
        )
