"""Planned breaks as dates: what can be planned, and what they do to a streak."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.breaks import (
    MAX_AHEAD,
    MAX_DAYS,
    Break,
    break_on,
    find_break,
    new_break,
    parse_breaks,
    stored_breaks,
    with_break,
)
from studyctl.errors import ConflictError, NotFoundError, UsageError
from studyctl.services.today import streak

TODAY = date(2026, 11, 2)
PLANNED = (Break(date(2026, 12, 20), date(2027, 1, 2)), Break(date(2027, 3, 1), date(2027, 3, 1)))


def shifted(days: int) -> str:
    """An ISO date so many days from today."""
    return (TODAY + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("first", "last", "error", "message"),
    [
        ("2026-12-05", "2026-12-04", UsageError, "before"),
        (shifted(-1), shifted(3), UsageError, "past"),
        ("soon", "2026-12-04", UsageError, "not a date"),
        ("2026-12-04", "2026-12-32", UsageError, "not a date"),
        (shifted(1), shifted(MAX_DAYS + 1), UsageError, "too long"),
        (shifted(MAX_AHEAD + 1), shifted(MAX_AHEAD + 2), UsageError, "too far"),
        ("2026-12-01", "2026-12-20", ConflictError, "overlaps"),
        ("2027-01-02", "2027-01-05", ConflictError, "overlaps"),
        ("2026-12-24", "2026-12-26", ConflictError, "overlaps"),
        ("2026-12-01", "2027-02-01", ConflictError, "overlaps"),
    ],
)
def test_a_break_that_cannot_be_planned_is_refused(first: str, last: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        new_break(first, last, TODAY, PLANNED)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-12-01", "2026-12-19"), ("2027-01-03", "2027-02-28"), (shifted(0), shifted(0))],
)
def test_a_break_beside_others_can_be_planned_and_stays_in_order(first: str, last: str) -> None:
    planned = with_break(PLANNED, new_break(first, last, TODAY, PLANNED))
    assert len(planned) == 3
    assert list(planned) == sorted(planned)
    assert parse_breaks(stored_breaks(planned)) == planned


def test_the_longest_break_may_be_planned() -> None:
    assert new_break(shifted(1), shifted(MAX_DAYS), TODAY, ()).days == MAX_DAYS


def test_a_break_is_found_by_its_first_day_and_by_any_day_in_it() -> None:
    assert find_break("2027-03-01", PLANNED) == PLANNED[1]
    with pytest.raises(NotFoundError, match="2026-12-21"):
        find_break("2026-12-21", PLANNED)
    first, last = PLANNED[0].span
    assert [break_on(PLANNED, day) for day in (first - 1, first, last, last + 1)] == [
        None,
        PLANNED[0],
        PLANNED[0],
        None,
    ]


@given(st.sets(st.integers(700, 760)), st.integers(700, 760), st.integers(0, 20), st.integers(700, 770))
def test_a_streak_passes_over_break_days_and_counts_active_ones(
    active: set[int], first: int, length: int, today: int
) -> None:
    away = Break(date.fromordinal(first), date.fromordinal(first + length))
    free = {day for day in range(first, first + length + 1) if day not in active}
    found = streak(active, today, (away,))
    # The same days with those without activity in the break cut out are an ordinary streak.
    squeezed = {day + sum(day < gone <= today for gone in free) for day in active if day <= today}
    assert found == streak(squeezed, today) if today not in free else found == streak(squeezed, today + 1)
    assert found >= streak(active, today)
    assert found <= len(active)
