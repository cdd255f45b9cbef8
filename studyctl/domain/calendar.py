"""Where the calendar would have the learner, at the hours they have."""

from __future__ import annotations

from datetime import date


def expected_done(start: date, today: date, hours_per_day: float, plan_hours: float, length: int) -> int:
    """Entries that would be finished before `today`, 0 to `length`.

    An entry of `plan_hours` takes plan_hours / hours_per_day calendar days, never less than one; entries without
    planned hours take one.
    """
    elapsed = (today - start).days
    if elapsed <= 0:
        return 0
    pace = max(1.0, plan_hours / hours_per_day) if plan_hours else 1.0
    return min(length, int(elapsed / pace))


def drift_text(drift: int, unit: str) -> str:
    """`on pace`, `2 days ahead` or `1 day behind`."""
    if drift == 0:
        return "on pace"
    count = abs(drift)
    return f"{count} {unit}{'s' if count != 1 else ''} {'ahead' if drift > 0 else 'behind'}"
