"""Views as lines of plain text; meaning is in words and marks, never in colour."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from studyctl.domain.ticks import TickStatus

if TYPE_CHECKING:
    from studyctl.services.plan import DayView, ItemView, LabView

_MARKS = {
    TickStatus.OPEN: "[ ]",
    TickStatus.CLAIMED: "[x]",
    TickStatus.PROVED: "[=]",
    TickStatus.DROPPED: "[-]",
}


def break_line(until: date) -> str:
    """What a planned break is announced with."""
    return f"A break is planned until {until}; cards can be answered all the same."


def day_lines(view: DayView) -> list[str]:
    """A day with all its items."""
    day = view.day
    done = view.completion
    lines = [f"{day.address}  {day.title}  ({view.state.value}, {done.done} of {done.total} items done)", day.summary]
    if day.warmup:
        lines += ["", f"Warm-up, 10 min: {day.warmup.search}", f"  listen for: {'; '.join(day.warmup.listen)}"]
    if view.lesson:
        lines += ["", f"Lesson: {view.lesson.title} ({view.lesson.minutes:.0f} min): studyctl lesson {day.address}"]
    for section in view.sections:
        hours = sum(shown.item.hours for shown in section.items)
        lines += ["", section.heading + (f" ({hours:g} h)" if hours else "")]
        for shown in section.items:
            lines += item_lines(shown)
    if day.leetcode:
        lines += ["", f"LeetCode: {day.leetcode}"]
        lines += [f"  {each.number}. {each.title} ({each.level.value})" for each in day.problems]
    if day.gathers:
        lines += ["", "Gathers: " + ", ".join(str(other) for other in day.gathers)]
    for erratum in day.errata:
        lines += [
            "",
            f"Erratum: the plan says: {erratum.says}",
            f"  Today: {erratum.today}",
            f"  Source: {erratum.source}",
        ]
    if day.twins:
        lines += ["", "Meets the same subject: " + ", ".join(str(twin) for twin in day.twins)]
    lines += ["", *(lab_line(lab) for lab in view.labs)] if view.labs else []
    return lines


def item_lines(shown: ItemView) -> list[str]:
    """An item with its mark, id, evidence and details."""
    item = shown.item
    mark = _MARKS[shown.tick.status] if item.kind.tickable else "   "
    if shown.elsewhere:
        mark = "[>]"
    hours = f"{item.hours:g} h  " if item.hours else ""
    lines = [f"  {mark} {item.id}  {hours}{item.label}"]
    if shown.elsewhere:
        lines.append(f"        carried to {shown.tick.carried_to}")
    if item.code:
        lines += [f"        {line}" for line in item.code.strip("\n").splitlines()]
    if item.measure:
        lines.append(f"        measure: {item.measure}")
    if item.expect:
        lines.append(f"        expect: {item.expect}")
    if item.note:
        lines.append(f"        note: {item.note}")
    if shown.tick.evidence:
        lines.append(f"        evidence: {shown.tick.evidence_kind.value} {shown.tick.evidence}")
    return lines


def lab_line(view: LabView) -> str:
    """A lab in one line."""
    if view.passed_record:
        state = f"passed, record {view.passed_record}"
    elif view.last_verdict:
        state = f"last run: {view.last_verdict.value}"
    else:
        state = "not run yet"
    return f"  Lab {view.lab.slug}: {view.lab.title} ({view.lab.minutes} min, {state})"
