"""A day in lines and an item in full, as Today and the day screen show them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from studyctl.domain.labs import Verdict
from studyctl.domain.plan import Day, Item, ItemKind
from studyctl.domain.ticks import TickStatus
from studyctl.tui.widgets.row_list import Row

if TYPE_CHECKING:
    from studyctl.services.plan import DayView, ItemView, LabView

_GLYPHS = {
    TickStatus.OPEN: "[ ]",
    TickStatus.CLAIMED: "[x]",
    TickStatus.PROVED: "[=]",
    TickStatus.DROPPED: "[-]",
}
LAB = "lab:"
WARMUP, LESSON, LEETCODE = "begin:warmup", "begin:lesson", "begin:leetcode"


def rows_of(view: DayView, next_id: str = "") -> list[Row]:
    """What a day begins with, every item under its heading, then the labs; `next_id` gets the `[>]`."""
    rows = _beginning(view)
    for section in view.sections:
        rows.append(Row(f"heading:{section.heading}", section.heading, heading=True))
        rows.extend(item_row(shown, shown.item.id == next_id) for shown in section.items)
    if view.labs:
        rows.append(Row("heading:Labs", "Labs", heading=True))
        rows.extend(lab_row(shown, f"{LAB}{shown.lab.slug}" == next_id) for shown in view.labs)
    return rows


def _beginning(view: DayView) -> list[Row]:
    day, rows = view.day, []
    if day.warmup is not None:
        rows.append(Row(WARMUP, f" .  Warm-up: {day.warmup.search}"))
    if view.lesson is not None:
        rows.append(Row(LESSON, f" .  Lesson: {view.lesson.title}  {view.lesson.minutes:.0f} min"))
    if day.problems:
        numbers = ", ".join(str(problem.number) for problem in day.problems)
        rows.append(Row(LEETCODE, f" .  LeetCode: {day.leetcode}  {numbers}"))
    return [Row("heading:Begin", "Begin", heading=True), *rows] if rows else []


def beginning_text(view: DayView, row_id: str | None) -> Content | None:
    """The text of a row above the items; None for any other row."""
    day = view.day
    if row_id == WARMUP and day.warmup is not None:
        heard = [Content.assemble("  ", (term, "bold")) for term in day.warmup.listen]
        return Content("\n").join(
            [
                Content.styled("Ten minutes of video before the first heavy block", "bold"),
                Content.assemble("search for  ", (day.warmup.search, "bold")),
                Content(""),
                Content("listen for"),
                *heard,
                Content(""),
                Content("At 10:00 leave the video, wherever it is, and open the lesson."),
            ]
        )
    if row_id == LESSON and view.lesson is not None:
        return Content("\n").join(
            [
                Content.styled(view.lesson.title, "bold"),
                Content(f"about {view.lesson.minutes:.0f} min to read; enter opens it, L from anywhere"),
                *_day_parts(day),
            ]
        )
    if row_id == LEETCODE:
        lines = [Content(f"  {each.number}. {each.title} ({each.level.value})") for each in day.problems]
        return Content("\n").join([Content.styled(day.leetcode, "bold"), *lines])
    return None


def item_row(shown: ItemView, is_next: bool = False) -> Row:
    """`[x] text`; what is only read has a dot, what was carried on says where to."""
    status = shown.tick.status
    glyph = _GLYPHS[status] if shown.item.kind.tickable else " . "
    if is_next and status is TickStatus.OPEN:
        glyph = "[>]"
    where = f"  -> {shown.tick.carried_to}" if shown.elsewhere else ""
    return Row(shown.item.id, f"{glyph} {line_of(shown.item)}{where}", dim=status is not TickStatus.OPEN)


def lab_row(shown: LabView, is_next: bool = False) -> Row:
    """A lab with its newest result."""
    if shown.passed_record is not None:
        glyph = "[=]"
    elif is_next:
        glyph = "[>]"
    else:
        glyph = "[!]" if shown.runs else "[ ]"
    result = f"  last run {shown.last_verdict}" if shown.last_verdict not in (None, Verdict.PASSED) else ""
    return Row(f"{LAB}{shown.lab.slug}", f"{glyph} {shown.lab.title}  {shown.lab.minutes} min{result}")


def line_of(item: Item) -> str:
    """One line; a time block begins with its hours and activity."""
    label = " ".join(item.label.replace("`", "").split())
    if item.kind is ItemKind.BLOCK:
        return f"{item.hours:g}h {item.activity}: {label}" if item.activity else f"{item.hours:g}h {label}"
    return label


def target_of(item: Item) -> str:
    """A micro-target to start from: the item in at most 80 characters."""
    return textwrap.shorten(item.label.replace("`", ""), 80, placeholder="...")


def item_text(day: Day, shown: ItemView) -> Content:
    """Everything about an item."""
    return Content("\n").join(_item_parts(day, shown))


def lab_text(shown: LabView) -> Content:
    """A lab: its question, its standing, and how to open it."""
    lab = shown.lab
    runs = f"{shown.runs} run{'s' if shown.runs != 1 else ''}"
    parts = [
        Content.styled(lab.title, "bold"),
        prose(lab.question),
        Content(""),
        Content(f"about {lab.minutes} min, evidence: {lab.evidence.value}, {runs}"),
    ]
    if shown.last_verdict is not None:
        parts.append(Content(f"last run: {shown.last_verdict.value} ({shown.last_record})"))
    if shown.passed_record is not None:
        parts.append(Content(f"proved by {shown.passed_record}"))
    return Content("\n").join(parts)


def prose(text: str) -> Content:
    """A paragraph; `code` in backticks is painted bold."""
    pieces = " ".join(text.split()).split("`")
    return Content.assemble(*((piece, "bold" if n % 2 else "") for n, piece in enumerate(pieces)))


def _item_parts(day: Day, shown: ItemView) -> Iterator[Content]:
    item, tick = shown.item, shown.tick
    yield Content.styled(f"{item.id}  {tick.status.value if item.kind.tickable else 'to be read'}", "dim")
    if lead := item.name or item.title:
        yield Content.styled(lead, "bold")
    yield prose(item.text)
    if item.code:
        yield Content("")
        yield from (Content.styled(f"  {line}", "bold") for line in item.code.strip("\n").splitlines())
    for name, text in (("measure", item.measure), ("expect", item.expect), ("note", item.note)):
        if text:
            yield Content("")
            yield Content.assemble((f"{name}  ", "bold"), prose(text))
    if tick.evidence:
        yield Content("")
        yield Content.assemble(("evidence  ", "bold"), tick.evidence)
    if shown.elsewhere:
        yield Content(f"carried on to {tick.carried_to}")
    yield from _day_parts(day)


def _day_parts(day: Day) -> Iterator[Content]:
    if day.gathers:
        yield Content("")
        yield Content.assemble(("gathers  ", "bold"), ", ".join(map(str, day.gathers)))
    if day.twins:
        yield Content("")
        yield Content.assemble(("also in  ", "bold"), ", ".join(map(str, day.twins)))
    for erratum in day.errata:
        yield Content("")
        yield Content.assemble(("the plan says  ", "bold"), prose(erratum.says))
        yield Content.assemble(("today  ", "bold"), prose(erratum.today), f"  ({erratum.source})")
