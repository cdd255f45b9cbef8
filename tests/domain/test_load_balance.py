"""Dates inside the fuzz range: days fill evenly, easy days stay easy, and the same question gets the same answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.cards import Memory, Phase, Rating
from studyctl.domain.load_balance import EVERY_DAY, Spans, day_share, past_breaks, reach, weekday, weighted_choice
from studyctl.domain.scheduling import BALANCED_DAYS, Moment, Scheduler, fuzz_bounds

DAY = 739_000 - weekday(739_000)  # a Monday
LOADS = st.dictionaries(st.integers(DAY, DAY + 120), st.integers(1, 300), max_size=60)
EASY = st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=7, max_size=7).map(tuple)
MEMORIES = st.builds(
    Memory,
    phase=st.just(Phase.REVIEW),
    stability=st.floats(0.5, 400),
    difficulty=st.floats(1, 10),
    last_day=st.integers(DAY - 400, DAY - 1),
    due_day=st.integers(DAY - 5, DAY),
    reps=st.integers(1, 50),
)


def study(
    easy_days: tuple[float, ...], days: int, new_a_day: int, balance: bool = True, away: Spans = (), told: bool = True
) -> Counter[int]:
    """Cards asked on each day by a learner who takes so many new cards a day and answers Good.

    Nothing is done while `away`; `told`: the scheduler knows of it.
    """
    scheduler = Scheduler(easy_days=easy_days, breaks=away if told else ())
    cards: dict[str, Memory] = {}
    asked: Counter[int] = Counter()
    load: Counter[int] = Counter()
    for day in range(DAY, DAY + days):
        if not day_share(day, EVERY_DAY, away):
            continue
        for n in range(new_a_day):
            cards[f"{day}-{n}"] = Memory()
        for key, memory in cards.items():
            if memory.phase is Phase.NEW or (memory.due_day or 0) <= day:
                rating = Rating.EASY if memory.phase is Phase.NEW else Rating.GOOD
                if memory.phase is Phase.REVIEW:
                    asked[day] += 1
                    load[memory.due_day or 0] -= 1
                loads = (lambda first, last: {d: load[d] for d in range(first, last + 1)}) if balance else None
                cards[key] = scheduler.answer(key, memory, rating, Moment(day, day), loads).memory
                load[cards[key].due_day or 0] += 1
    return asked


def test_an_easy_sunday_is_easy_and_no_wave_follows_it() -> None:
    asked = study((1, 1, 1, 1, 1, 1, 0), days=180, new_a_day=8)
    settled = {day: count for day, count in asked.items() if day >= DAY + 60}
    mean = sum(settled.values()) / 120
    by_weekday = [[count for day, count in settled.items() if weekday(day) == n] for n in range(7)]
    means = [sum(counts) / len(counts) if counts else 0 for counts in by_weekday]
    assert means[6] <= 0.15 * mean
    assert means[0] <= 1.3 * mean
    assert max(means) <= 1.3 * mean


def test_a_half_day_gets_about_half() -> None:
    asked = study((1, 1, 0.5, 1, 1, 1, 1), days=180, new_a_day=8)
    settled = {day: count for day, count in asked.items() if day >= DAY + 60}
    half = sum(count for day, count in settled.items() if weekday(day) == 2)
    others = sum(count for day, count in settled.items() if weekday(day) != 2) / 6
    assert 0.35 <= half / others <= 0.75


def test_balancing_levels_the_days() -> None:
    def spread(balance: bool) -> float:
        asked = study(EVERY_DAY, days=150, new_a_day=8, balance=balance)
        counts = [asked[day] for day in range(DAY + 60, DAY + 150)]
        mean = sum(counts) / len(counts)
        return sum((count - mean) ** 2 for count in counts) / mean

    assert spread(balance=True) < 0.6 * spread(balance=False)


@pytest.mark.parametrize("length", [3, 14, 28])
def test_a_planned_break_stays_free_and_no_wave_follows_it(length: int) -> None:
    away = ((DAY + 100, DAY + 100 + length - 1),)

    def busiest(told: bool) -> tuple[float, int]:
        asked = study(EVERY_DAY, days=100 + length + 30, new_a_day=8, away=away, told=told)
        return sum(asked[day] for day in range(DAY + 60, DAY + 100)) / 40, max(
            asked[day] for day in range(DAY + 100 + length, DAY + 130 + length)
        )

    usual, after = busiest(told=True)
    assert after <= 2.7 * usual
    assert after <= 0.45 * busiest(told=False)[1]


@given(MEMORIES, LOADS, st.integers(1, 60), st.integers(0, 40), st.sampled_from(list(Rating)[1:]), st.text(max_size=6))
def test_no_date_lies_in_a_break_and_the_order_of_ratings_stays(
    memory: Memory, loads: dict[int, int], begins: int, length: int, rating: Rating, key: str
) -> None:
    away = ((DAY + begins, DAY + begins + length), (DAY + begins + length + 1, DAY + begins + length + 5))
    asked: list[int] = []

    def due(first: int, last: int) -> dict[int, int]:
        asked.append(last)
        return {day: count for day, count in loads.items() if first <= day <= last}

    shown = Scheduler(breaks=away).preview(key, memory, Moment(0, DAY), due)
    days = [shown[each].interval_days for each in (Rating.HARD, Rating.GOOD, Rating.EASY)]
    assert days == sorted(set(days))
    assert day_share(DAY + shown[rating].interval_days, EVERY_DAY, away)
    balanced = [wanted for wanted in days if wanted <= BALANCED_DAYS // 2]
    assert all(DAY + wanted <= asked[0] for wanted in balanced), "the loads of all these dates were read"
    untouched = Scheduler().preview(key, memory, Moment(0, DAY), due)[rating]
    far = DAY + fuzz_bounds(untouched.interval_days * 1.3 + 3, 36500)[1] < away[0][0]
    assert not far or shown[rating] == untouched, "a break that is far away changes nothing"


@given(st.integers(1, 40), st.integers(0, 10), st.integers(1, 40), st.integers(0, 40))
def test_intervals_are_put_off_only_where_all_of_them_end_in_breaks(
    low: int, width: int, begin: int, days: int
) -> None:
    away = ((DAY + begin, DAY + begin + days),)
    late = past_breaks(DAY, low, low + width, away)
    free = [day for day in range(DAY + low, DAY + low + width + 1) if day_share(day, EVERY_DAY, away)]
    assert (late == 0) == bool(free)
    assert free or DAY + low + late == DAY + begin + days + 1
    assert reach(DAY, low + width, away) >= DAY + low + width + late


@given(MEMORIES, LOADS, EASY, st.sampled_from(Rating), st.text(max_size=6))
def test_dates_keep_their_bounds_and_order_whatever_the_load(
    memory: Memory, loads: dict[int, int], easy: tuple[float, ...], rating: Rating, key: str
) -> None:
    now = Moment(0, DAY)

    def due(first: int, last: int) -> dict[int, int]:
        return {day: count for day, count in loads.items() if first <= day <= last}

    balanced = Scheduler(easy_days=easy)
    shown = balanced.preview(key, memory, now, due)
    assert shown[rating] == balanced.answer(key, memory, rating, now, due)
    hard, good, easiest = (shown[each].interval_days for each in (Rating.HARD, Rating.GOOD, Rating.EASY))
    assert 1 <= hard < good < easiest
    wanted = Scheduler().preview(key, memory, now)
    for each in (Rating.HARD, Rating.GOOD, Rating.EASY):
        reached = shown[each].interval_days
        low, high = fuzz_bounds(max(1.0, wanted[each].memory.stability or 1.0), 36_500)
        assert low - 1 <= reached <= high + 3


@given(MEMORIES, LOADS, st.text(max_size=6))
def test_rescheduling_an_answered_card_gives_the_same_date(memory: Memory, loads: dict[int, int], key: str) -> None:
    """The card itself is counted in the load the second time, on the day that the first time gave."""
    now, scheduler = Moment(0, DAY), Scheduler()
    first = scheduler.answer(key, memory, Rating.GOOD, now, lambda _first, _last: loads).memory.due_day
    assert first is not None
    counted = loads | {first: loads.get(first, 0) + 1}
    again = replace(memory, due_day=first)
    assert scheduler.answer(key, again, Rating.GOOD, now, lambda _first, _last: counted).memory.due_day == first


def test_load_counts_for_short_intervals_only() -> None:
    long = Memory(Phase.REVIEW, stability=300.0, difficulty=5.0, last_day=DAY - 300, due_day=DAY, reps=3)
    asked: list[tuple[int, int]] = []

    def loads(first: int, last: int) -> dict[int, int]:
        asked.append((first, last))
        return {}

    Scheduler().answer("card", long, Rating.GOOD, Moment(0, DAY), loads)
    assert asked == []
    Scheduler().answer("card", replace(long, stability=20.0, last_day=DAY - 20), Rating.GOOD, Moment(0, DAY), loads)
    ((first, last),) = asked
    assert DAY < first < last < DAY + 3 * BALANCED_DAYS


@pytest.mark.parametrize("draw", [0.0, 0.3, 0.999_999])
def test_where_every_day_is_closed_all_are_alike(draw: float) -> None:
    assert weighted_choice(range(3, 6), draw, lambda _value: 0.0) == 3 + int(draw * 3)


def test_a_closed_day_is_never_drawn_beside_an_open_one() -> None:
    drawn = {weighted_choice(range(1, 4), n / 1000, lambda value: float(value == 2)) for n in range(1000)}
    assert drawn == {2}
