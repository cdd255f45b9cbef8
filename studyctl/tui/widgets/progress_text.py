"""The words and numbers of the progress screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.domain.ticks import TickStatus
from studyctl.tui.widgets.today_text import bar, hours

if TYPE_CHECKING:
    from studyctl.services.progress import Cell, ProgressView, TrackProgress

BAR_WIDTH = 26
STATES = {
    "closed": "closed",
    "today": "the present day",
    "open": "open",
    "unwritten": "not written yet",
}
_GLYPHS = {TickStatus.CLAIMED: "[x]", TickStatus.PROVED: "[=]", TickStatus.DROPPED: "[-]"}


def numbers(view: ProgressView) -> str:
    """Eight lines of at most 20 characters beside the heatmap."""
    closed = sum(cell.state == "closed" for cell in view.cells)
    share = view.retention.share
    retention = "none yet" if share is None else f"{share:.0%} n={view.retention.total}"
    return "\n".join(
        (
            f"{view.track.unit + 's closed':<12} {closed}/{len(view.cells)}",
            f"labs passed  {view.labs_passed}/{len(view.labs)}",
            f"cards seen   {view.cards_seen}/{view.cards_total}",
            f"cards mature {view.cards_mature}",
            f"retention {retention}",
            f"sprints      {view.sprints} {hours(view.sprint_minutes)}",
            f"thoughts     {view.thoughts}",
            f"streak       {counted(view.streak, 'day')}",
        )
    )


def day_line(cell: Cell) -> str:
    """The day under the cursor."""
    share = "" if cell.state == "unwritten" else f", {cell.share:.0%} of its items done"
    title = f": {cell.title}" if cell.title else ""
    return f"{cell.address}{title}  ({STATES[cell.state]}{share})"


def tracks_text(view: ProgressView) -> str:
    """A bar of done items for every track."""
    names = max((len(each.track.id) for each in view.tracks), default=0)
    return "\n".join(_track(each, names) for each in view.tracks)


def _track(each: TrackProgress, names: int) -> str:
    items = f"{each.items.done}/{each.items.total} items {each.items.share:.0%}"
    closed = f"{each.closed}/{each.written} {each.track.unit}s closed"
    return f"{each.track.id:<{names}} {bar(each.items.share, BAR_WIDTH)} {items}, {closed}"


def learning_text(view: ProgressView) -> str:
    """What the numbers beside the heatmap leave out, with where it comes from."""
    score = "no score yet" if view.mean_score is None else f"mean score {view.mean_score:.0%}"
    kept = view.retention
    return "\n".join(
        (
            f"{counted(view.reviews_total, 'card answer')}. Retention: {kept.passed} of {kept.total} review answers "
            f"of the last {kept.days} days passed.",
            f"{counted(view.questions_answered, 'interview question')} answered, {score}.",
        )
    )


def counted(number: int, what: str) -> str:
    """`1 card`, `2 cards`."""
    return f"{number} {what}{'s' if number != 1 else ''}"


def wall_text(view: ProgressView) -> str:
    """The rows of the checklist wall: open, claimed, or proved by a record."""
    if not view.wall:
        return "No checklist wall."
    names = max(len(row.category) for row in view.wall)
    lines = []
    for row in view.wall:
        how = "" if row.tick.status is TickStatus.OPEN else f"  ({row.tick.status.value})"
        evidence = f" {row.tick.evidence}" if row.tick.evidence else ""
        lines.append(f"{_GLYPHS.get(row.tick.status, '[ ]')} {row.category:<{names}}  {row.text}{how}{evidence}")
    return "\n".join(lines)
