"""The words of the lab screens, made from their data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from studyctl.domain.clock import from_millis
from studyctl.domain.labs import LabRecord, Verdict
from studyctl.errors import CannotRunHereError, StudyError
from studyctl.tui.controllers.interview_session import clock
from studyctl.tui.controllers.run_state import Progress, RunSnapshot
from studyctl.tui.widgets.figure_text import predicted_line
from studyctl.tui.widgets.row_list import Row
from studyctl.tui.widgets.today_text import bar
from studyctl.tui.widgets.verdict import NOT_PASSED, PASSED

if TYPE_CHECKING:
    from datetime import tzinfo

    from studyctl.services.plan import LabView
    from studyctl.services.predictions import Asked

OPEN, NOW, PROVED, MISSED = "[ ]", "[>]", "[=]", "[!]"
BAR_WIDTH = 32


def lab_row(view: LabView, begun: bool, running: bool) -> Row:
    """Two lines of the list: state and title; slug, days, time and how it went so far."""
    lab = view.lab
    glyph = NOW if running else PROVED if view.passed_record else MISSED if view.runs else OPEN
    days = " ".join(str(address) for address in lab.serves)
    first = f"{glyph} {lab.title}"
    second = f"    {lab.slug}   {days}   ~{lab.minutes} min   {lab.evidence.value}   {standing(view, begun, running)}"
    return Row(lab.slug, f"{first}\n{second}")


def standing(view: LabView, begun: bool, running: bool) -> str:
    """How a lab stands in words."""
    if running:
        return "running now"
    if view.last_verdict is None:
        return "begun" if begun else "not begun"
    runs = f"{view.runs} run{'s' if view.runs != 1 else ''}"
    if view.passed_record and view.last_verdict is not Verdict.PASSED:
        return f"passed; last {view.last_verdict.value} ({runs})"
    return f"{view.last_verdict.value} ({runs})"


def facts(view: LabView, path: Path, begun: bool, running: bool, asked: Iterable[Asked] = ()) -> str:
    """What stands above a lab's page."""
    lab = view.lab
    days = ", ".join(str(address) for address in lab.serves)
    file = f"Your file: {path}" if begun else f"Not begun: b copies the starter to {path}"
    return (
        f"{lab.question}\nServes {days}   ~{lab.minutes} min   evidence: {lab.evidence.value}   "
        f"{standing(view, begun, running)}\n{file}{predicted_line(asked)}"
    )


def record_row(record: LabRecord, zone: tzinfo | None) -> Row:
    """One line for a former run."""
    checks = record.document.get("checks", [])
    passed = sum(bool(check.get("passed")) for check in checks)
    glyph = PASSED if record.verdict is Verdict.PASSED else NOT_PASSED
    when = from_millis(record.at, zone).strftime("%Y-%m-%d %H:%M")
    text = f"{glyph} {when}  {record.verdict.value:<7}  {passed} of {len(checks)} checks  {record.seconds:.1f} s"
    return Row(record.id, f"{text}  {record.device}  {record.profile}")


def record_text(record: LabRecord) -> str:
    """Id and place of a record."""
    return f"record {record.id}\n{record.path}"


def phases_text(shot: RunSnapshot, seconds: int | None) -> str:
    """`[ok] load  [>] decode  [ ] 1 more`, the time so far and where it runs."""
    ended = shot.status.ended or shot.verdict is not None
    newest = PASSED if shot.verdict is not None else NOT_PASSED if ended else NOW
    parts = [f"{PASSED if n < len(shot.phases) else newest} {name}" for n, name in enumerate(shot.phases, start=1)]
    left = shot.of - len(shot.phases)
    if left > 0 and not ended:
        parts.append(f"{OPEN} {left} more")
    if not parts and ended:
        return ""
    time = "" if seconds is None else clock(seconds)
    where = ", ".join(text for text in (shot.device, shot.profile) if text)
    return "   ".join(text for text in (*(parts or [f"{NOW} the referee starts"]), time, where) if text)


def bar_text(progress: Progress) -> str:
    """`[########>....] 10/40 rounds`; empty where a phase does not count."""
    if progress.total <= 0:
        return progress.label
    return f"{bar(progress.share, BAR_WIDTH)} {progress.done}/{progress.total} {progress.label}".rstrip()


def log_text(lines: Sequence[str], room: int) -> str:
    """The newest lines that fit."""
    return "\n".join(lines[-max(1, room) :])


def failure_text(error: StudyError) -> Content:
    """Why a run came to no verdict, and what to type next."""
    cannot = isinstance(error, CannotRunHereError)
    head = "This lab cannot run here." if cannot else "The run came to no verdict."
    lines = [Content.styled(f"{NOT_PASSED} {head}", "bold $text-error"), Content(error.message)]
    if error.hint:
        lines += [Content(""), Content("Install it with:" if cannot else "What to do:"), Content(f"  {error.hint}")]
        lines += [Content(""), Content.styled("y copies that line.", "$text-muted")]
    return Content("\n").join(lines)
