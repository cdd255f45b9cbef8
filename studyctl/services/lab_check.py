"""Proves labs: starters fail, references pass, mutants fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from studyctl.services.lab_runner import LocalReferee


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
