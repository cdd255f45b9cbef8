"""Dates that are counted again: the same each time, off easy days and breaks, inside the fuzz range otherwise."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.breaks import Break
from studyctl.domain.load_balance import weekday
from studyctl.domain.new_dates import new_due_day
from studyctl.domain.scheduling import fuzz_bounds
from studyctl.domain.settings import Settings

LAST = date(2026, 11, 2).toordinal()
CARDS = st.text("abcdef", min_size=1, max_size=6)


@given(card=CARDS, reps=st.integers(1, 60), interval=st.floats(1, 400))
def test_without_wishes_the_day_lies_inside_the_fuzz_range(card: str, reps: int, interval: float) -> None:
    day = new_due_day(card, reps, LAST, interval, Settings())
    low, high = fuzz_bounds(interval, 36500)
    assert low <= day - LAST <= max(1, high)
    assert day == new_due_day(card, reps, LAST, interval, Settings())


@given(card=CARDS, reps=st.integers(1, 60), interval=st.floats(8, 400))
def test_a_free_weekday_gets_no_card(card: str, reps: int, interval: float) -> None:
    settings = Settings(easy_days=(1, 1, 1, 1, 1, 1, 0))
    assert weekday(new_due_day(card, reps, LAST, interval, settings)) != 6


@given(card=CARDS, reps=st.integers(1, 60), interval=st.floats(1, 60))
def test_no_card_comes_in_a_planned_break(card: str, reps: int, interval: float) -> None:
    away = Break(date.fromordinal(LAST + 5), date.fromordinal(LAST + 20))
    day = new_due_day(card, reps, LAST, interval, Settings(breaks=(away,)))
    assert not LAST + 5 <= day <= LAST + 20
