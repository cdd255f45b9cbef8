"""The knowledge map as rows, and a topic in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from studyctl.tui.widgets.day_text import prose
from studyctl.tui.widgets.row_list import Row

if TYPE_CHECKING:
    from studyctl.services.coverage import BranchCoverage, MapView, TopicCoverage

BAR = 5
SHOWN = 12


def branch_rows(view: MapView, wanted: str = "") -> list[Row]:
    """A heading for every branch, also an empty one; below it its topics that contain `wanted`."""
    rows: list[Row] = []
    for branch in view.branches:
        topics = [each for each in branch.topics if wanted in f"{each.topic.id} {each.topic.title}".casefold()]
        if topics or not wanted:
            rows.append(Row(f"heading:{branch.branch.id}", _heading(branch), heading=True))
        rows += [topic_row(each) for each in topics]
    return rows


def topic_row(each: TopicCoverage) -> Row:
    """`[###--] Title  2 days, 1 lesson, 12 cards`: the bar is recall; what nothing teaches says so."""
    if each.empty:
        return Row(each.topic.id, f"[ ... ] {each.topic.title}  nothing yet", dim=True)
    counts = [
        f"{len(ids)} {name}{'' if len(ids) == 1 else 's'}"
        for name, ids in (
            ("day", each.days),
            ("lesson", each.lessons),
            ("card", each.cards),
            ("question", each.questions),
            ("lab", each.labs),
        )
        if ids
    ]
    passed = f"  {each.labs_passed} passed" if each.labs_passed else ""
    return Row(each.topic.id, f"[{_bar(each.recall)}] {each.topic.title}  {', '.join(counts)}{passed}")


def topic_text(each: TopicCoverage) -> Content:
    """Everything about a topic."""
    topic = each.topic
    parts = [
        Content.styled(f"{topic.branch} / {topic.id}", "dim"),
        Content.styled(topic.title, "bold"),
        prose(topic.summary),
        Content(""),
        Content.assemble(("know before  ", "bold"), ", ".join(topic.needs) or "nothing"),
    ]
    for name, ids, state in (
        ("days", each.days, f"{each.days_closed} closed"),
        ("lessons", each.lessons, ""),
        ("labs", each.labs, f"{each.labs_passed} passed"),
        ("cards", each.cards, f"{each.cards_seen} seen"),
        ("questions", each.questions, f"{each.questions_answered} answered"),
    ):
        more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
        said = f" ({len(ids)}{', ' + state if state and ids else ''})  "
        parts.append(Content.assemble((name, "bold"), said, ", ".join(ids[:SHOWN]) + more))
    if each.recall is not None:
        parts += [Content(""), Content(f"recall today {each.recall:.0%}; cards that were never seen count as 0")]
    return Content("\n").join(parts)


def _heading(branch: BranchCoverage) -> str:
    return f"{branch.branch.title}  {branch.covered}/{len(branch.topics)}"


def _bar(recall: float | None) -> str:
    filled = round(BAR * (recall or 0.0))
    return "#" * filled + "-" * (BAR - filled)
