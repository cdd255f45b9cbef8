"""What was reviewed today, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.statistics_text.layout import counted

if TYPE_CHECKING:
    from studyctl.services.review_day import ReviewDay


def day_lines(day: ReviewDay) -> list[str]:
    """A line on the answers of this study day, and one on each thing that comes next."""
    lines = ["Today: no answer yet."]
    if day.total:
        parts = ", ".join(f"{count} {rating.label}" for rating, count in day.answers.items() if count)
        lines = [f"Today: {counted(day.total, 'answer')} in {day.minutes:.1f} min ({parts})."]
    if day.next_step is not None:
        lines.append(f"Later today: the next learning step at {day.next_step:%H:%M}.")
    if day.next_day is not None:
        when = "tomorrow" if day.next_day == 1 else f"in {day.next_day} days"
        lines.append(f"Next: {counted(day.next_day_cards, 'card')} {when}.")
    if day.break_until is not None:
        lines.append(f"A break is planned until {day.break_until}.")
    if day.next_step is None and day.next_day is None:
        lines.append("New cards come with the days of the plan.")
    return lines
