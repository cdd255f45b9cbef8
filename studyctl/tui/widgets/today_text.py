"""Today's header and queues in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.domain.calendar import drift_text
from studyctl.domain.deadline_choice import countdown

if TYPE_CHECKING:
    from studyctl.services.today import TodayView


def head_line(view: TodayView, width: int) -> str:
    """`Day 23/90  [####>...] 26%  streak 11 d  today 2h05 of 4h  1 day behind`, or `break to 5 Mar` during one."""
    position = view.position
    label = view.view.day.address.label if view.view else str(position.length)
    share = position.closed / position.length if position.length else 0.0
    until = view.break_until
    return "  ".join(
        (
            f"{view.track.unit.capitalize()} {label}/{position.length}",
            f"{bar(share, width)} {share:.0%}",
            f"streak {view.streak} d",
            f"today {hours(view.minutes_today)} of {view.settings.hours_per_day:g}h",
            f"break to {until.day} {until:%b}" if until else drift_text(position.drift, view.track.unit),
        )
    )


def bar(share: float, width: int) -> str:
    """A progress bar in ASCII, `width` characters between its brackets."""
    filled = min(width, int(share * width))
    tip = ">" if filled < width else ""
    return f"[{'#' * filled}{tip}{'.' * (width - filled - len(tip))}]"


def hours(minutes: int) -> str:
    """Minutes as `2h05`."""
    return f"{minutes // 60}h{minutes % 60:02}"


def queue_lines(view: TodayView) -> str:
    """What else waits, with the key that opens it."""
    cards, interviews = view.cards, view.interviews
    due = cards.learning + cards.review
    later = f", {cards.later} later" if cards.later else ""
    ends = () if cards.deadline_days is None else (f"  {countdown(cards.deadline_days)}",)
    return "\n".join(
        (
            "QUEUES",
            f"r Cards     {due:>3} due +{cards.new} new{later}",
            *ends,
            f"v Interview {interviews.due:>3} due +{interviews.new} new",
            f"i Inbox     {view.inbox:>3} open",
        )
    )
