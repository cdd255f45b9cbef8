"""Advance, postpone, flatten and breaks: no card is lost, none goes to the past, limits are kept, costs add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from math import ceil

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studyctl.domain.break_moves import MORE, Away
from studyctl.domain.breaks import Break
from studyctl.domain.day_rooms import Rooms, capacity, lowest_limit
from studyctl.domain.due_days import EARLIEST, DueCard, DueDays, Move
from studyctl.domain.due_moves import Advance, Flatten, Postpone
from studyctl.domain.forgetting import Forgetting
from studyctl.domain.load_balance import EVERY_DAY, Spans, day_share, weekday
from studyctl.domain.move_cost import forgotten_by_waiting, move_cost
from studyctl.errors import ConflictError, UsageError

TODAY = 739_000 - weekday(739_000)
RECALL = Forgetting().recall
EASY = st.sampled_from([EVERY_DAY, (1.0, 1.0, 0.5, 1.0, 1.0, 0.0, 0.0), (0.0,) * 7])
CARDS = st.lists(
    st.tuples(st.floats(0.3, 300), st.integers(0, 60), st.integers(1, 90)).map(
        lambda drawn: DueCard("", drawn[0], TODAY - drawn[1], TODAY - drawn[1] + drawn[2])
    ),
    max_size=60,
).map(lambda cards: tuple(card._replace(id=f"c{n:03}") for n, card in enumerate(cards)))
SPANS = st.sampled_from([(), ((TODAY + 3, TODAY + 9),), ((TODAY - 5, TODAY + 2), (TODAY + 20, TODAY + 30))])
WISHES = st.one_of(
    st.builds(Advance, st.none() | st.integers(1, 40), st.none() | st.integers(1, 40)),
    st.builds(Postpone, st.none() | st.integers(1, 40), st.integers(1, 30)),
    st.builds(Flatten, st.integers(1, 60)),
)


def due_days(cards: tuple[DueCard, ...], easy_days: tuple[float, ...] = EVERY_DAY, breaks: Spans = ()) -> DueDays:
    """These cards today."""
    return DueDays(TODAY, cards, RECALL, 0.9, easy_days, breaks)


def cards_on(loads: dict[int, int], interval: int = 30) -> tuple[DueCard, ...]:
    """So many cards due on days from today on, half of their way behind them or more."""
    days = [TODAY + day for day, count in loads.items() for _ in range(count)]
    return tuple(DueCard(f"c{n:03}", interval, day - interval, day) for n, day in enumerate(days))


def loads_after(due: DueDays, moves: tuple[Move, ...]) -> Counter[int]:
    """Cards by day behind the moves."""
    days = {card.id: due.asked_on(card) for card in due.cards}
    days.update({move.card.id: move.day for move in moves})
    return Counter(days.values())


def away(first: int, last: int) -> Away:
    """A break between days from today."""
    return Away(Break(date.fromordinal(TODAY + first), date.fromordinal(TODAY + last)))


@given(CARDS, EASY, SPANS, WISHES | st.tuples(st.integers(0, 20), st.integers(0, 30)))
def test_every_wish_moves_each_card_once_to_another_day_that_is_not_past(cards, easy_days, breaks, wish) -> None:
    if isinstance(wish, tuple):
        wish, breaks = away(wish[0], wish[0] + wish[1]), ()
    due = due_days(cards, easy_days, breaks)
    try:
        moves = wish.moves(due)
    except ConflictError:
        assert isinstance(wish, Flatten)
        assert all(
            not day_share(TODAY + n, EVERY_DAY if not any(easy_days) else easy_days, breaks) for n in range(wish.days)
        )
        return
    assert len({move.card.id for move in moves}) == len(moves)
    assert {move.card for move in moves} <= set(cards)
    assert all(move.day >= TODAY and move.day != due.asked_on(move.card) for move in moves)
    assert sum(loads_after(due, moves).values()) == len(cards)
    assert moves == wish.moves(replace(due, cards=cards[::-1])), "the order of the cards does not matter"


@given(CARDS, EASY, SPANS, st.integers(1, 60), st.integers(0, 5))
def test_flattening_keeps_the_limit_with_as_few_as_the_mean_where_it_can(cards, easy_days, breaks, days, more) -> None:
    due = due_days(cards, easy_days, breaks)
    usable = {day: share for day, share in due.usable(TODAY, days).items() if day < TODAY + days}
    assume(usable)
    inside = [card for card in cards if card.due_day < TODAY + days]
    lowest = lowest_limit(usable, [due.earliest(card) for card in inside])
    for limit in (None, lowest + more):
        moves = Flatten(days, limit).moves(due)
        after = loads_after(due, moves)
        most = lowest if limit is None else limit
        assert all(after[day] <= capacity(most, usable.get(day, 0)) for day in range(TODAY, TODAY + days))
        assert {move.card for move in moves} <= set(inside)
        assert all(move.day < TODAY + days for move in moves)
        assert all(move.day >= min(due.earliest(move.card), max(usable)) for move in moves), "nobody is asked too early"
    if lowest > 1:
        with pytest.raises(ConflictError, match="do not fit"):
            Flatten(days, lowest - 1).moves(due)


def test_flattening_takes_the_mean_rounded_up() -> None:
    due = due_days(cards_on({0: 50, 3: 1, 9: 4}))
    after = loads_after(due, Flatten(10).moves(due))
    assert max(after[TODAY + n] for n in range(10)) == ceil(55 / 10)


def test_flattening_moves_long_intervals_first_and_no_card_of_a_day_that_has_room() -> None:
    short, long = cards_on({1: 3}, interval=5), cards_on({1: 3, 2: 1}, interval=60)
    cards = tuple(card._replace(id=f"{n}") for n, card in enumerate((*short, *long)))
    moves = Flatten(4, limit=3).moves(due_days(cards))
    assert {move.card.interval for move in moves} == {60}
    assert [move.day - TODAY for move in moves] == [0, 0, 0]
    assert all(move.card.due_day == TODAY + 1 for move in moves)


def test_a_card_of_today_is_not_asked_twice_to_even_out_the_days() -> None:
    fresh = tuple(DueCard(f"c{n}", 1.0, TODAY, TODAY + 1) for n in range(6))
    due = due_days(fresh)
    after = loads_after(due, Flatten(3).moves(due))
    assert after == Counter({TODAY + 1: 3, TODAY + 2: 3})


@given(CARDS, st.integers(1, 30))
def test_advancing_takes_those_nearest_to_where_they_are_due(cards, number) -> None:
    due = due_days(cards)
    chosen = [move.card for move in Advance(cards=number).moves(due)]
    left = [card for card in cards if card.due_day > TODAY > card.last_day and card not in chosen]
    assert len(chosen) == min(number, len(chosen) + len(left))
    if chosen and left:
        nearest = min(due.overdueness(card, TODAY) for card in chosen)
        assert nearest >= max(due.overdueness(card, TODAY) for card in left)


@given(CARDS, st.integers(1, 20), st.integers(1, 14))
def test_postponing_takes_those_that_lose_least_and_levels_the_days(cards, number, days) -> None:
    due = due_days(cards)
    moves = Postpone(number, days).moves(due)
    last = TODAY + days

    def loss(card: DueCard) -> float:
        return due.recall_on(card, TODAY) - due.recall_on(card, last)

    left = [card for card in cards if card.due_day <= TODAY and card not in {move.card for move in moves}]
    assert all(TODAY < move.day <= last for move in moves)
    if moves and left:
        assert max(loss(move.card) for move in moves) <= min(map(loss, left)) + 1e-12
    loads, after = due.loads(), loads_after(due, moves)
    fullest = max((after[move.day] for move in moves), default=0)
    room_below = sum(max(0, fullest - 1 - loads[day]) for day in range(TODAY + 1, last + 1))
    assert room_below < len(moves) or not moves, "no lower limit would have had room for all"
    order = sorted(moves, key=lambda move: -loss(move.card))
    assert [move.day for move in order] == sorted(move.day for move in moves), "who loses most comes first"


@given(CARDS, EASY, st.integers(0, 25), st.integers(0, 30))
def test_a_break_becomes_free_and_others_stay(cards, easy_days, first, length) -> None:
    due = due_days(cards, easy_days)
    wish = away(first, first + length)
    moves = wish.moves(due)
    begin, end = wish.planned.span
    inside = {card for card in cards if begin <= due.asked_on(card) <= end}
    assert {move.card for move in moves} == inside
    assert not any(begin <= move.day <= end for move in moves)
    assert all(move.day >= due.earliest(move.card) for move in moves), "nobody is asked too early"
    before = Counter(move.day for move in moves if move.day < begin)
    lead = range(max(TODAY, begin - 7), begin)
    assert set(before) <= set(lead)
    if before:
        loads = due.loads()
        shares = {day: share for day, share in due.usable(lead[0], len(lead)).items() if day < begin}
        there = sum(loads[day] for day in shares)
        usual = max(there / len(shares), (there + len(inside)) / (len(shares) + length + 1))
        assert all(loads[day] + count <= capacity(ceil(MORE * usual), shares[day]) for day, count in before.items())
        early = [move.card for move in moves if move.day < begin]
        sums = [due.overdueness(card, begin - 1) + due.overdueness(card, end + 1) for card in early]
        assert min(sums) >= 2, "those that lie nearer to the day after wait for it"


def test_the_days_before_a_break_get_no_more_than_half_again_of_a_usual_day() -> None:
    due = due_days(cards_on(dict.fromkeys(range(1, 7), 7), interval=10))
    after = loads_after(due, away(1, 6).moves(due))
    assert after[TODAY] == ceil(MORE * 42 / 7)
    assert sum(after[TODAY + n] for n in range(7, 13)) == 42 - after[TODAY]


def test_a_break_costs_less_than_staying_away_and_leaves_no_wave() -> None:
    cards = tuple(
        DueCard(f"c{n:04}", interval, day - interval, day)
        for n, (interval, day) in enumerate((i, TODAY + d) for i in (3, 8, 20, 60) for d in range(60) for _ in range(3))
        if day - interval <= TODAY
    )
    due = due_days(cards)
    wish = away(10, 19)
    moves = wish.moves(due)
    cost = move_cost(due, moves)
    after = loads_after(due, moves)
    assert 0 < cost.earlier < cost.moved
    assert cost.extra_forgotten < 0.7 * forgotten_by_waiting(due, moves, wish.planned.span[1] + 1)
    others = max(due.loads()[TODAY + day] for day in range(3, 10))
    assert max(after[TODAY + day] for day in range(20, 30)) <= 1.5 * others


@given(CARDS, WISHES)
def test_costs_are_those_of_the_moves(cards, wish) -> None:
    due = due_days(cards)
    moves = wish.moves(due)
    cost = move_cost(due, moves)
    assert cost.moved == len(moves) == cost.earlier + cost.later
    assert len(cost.before) == len(cost.after) >= 28
    after = loads_after(due, moves)
    assert list(cost.after) == [after[TODAY + n] for n in range(len(cost.after))]
    assert sum(cost.after) == sum(cost.before) + sum(move.card.due_day >= TODAY + len(cost.before) for move in moves), (
        "every move ends inside what is shown"
    )
    if moves:
        assert cost.extra_forgotten == pytest.approx(len(moves) * (cost.recall_planned - cost.recall_new), abs=1e-9)
        assert abs(cost.worst_days) >= cost.mean_days >= 1
        assert (cost.extra_forgotten > 0) or cost.earlier


def test_the_cost_of_two_moves_by_hand() -> None:
    cards = (DueCard("a", 10, TODAY - 10, TODAY), DueCard("b", 20, TODAY - 30, TODAY - 10))
    due = due_days(cards)
    cost = move_cost(due, (Move(cards[0], TODAY + 10), Move(cards[1], TODAY + 1)))
    assert (cost.moved, cost.earlier, cost.later, cost.worst_days, cost.mean_days) == (2, 0, 2, 10, 5.5)
    assert cost.recall_planned == pytest.approx((0.9 + RECALL(20, 30)) / 2)
    assert cost.recall_new == pytest.approx((RECALL(10, 20) + RECALL(20, 31)) / 2)
    assert cost.before[:2] == (2, 0)
    assert (cost.after[0], cost.after[1], cost.after[10]) == (0, 1, 1)


def test_overdueness_is_that_of_the_power_curve() -> None:
    card = DueCard("a", 10.0, TODAY - 10, TODAY)
    due = due_days((card,))
    assert due.overdueness(card, TODAY) == pytest.approx(1.0, abs=0.01)
    assert due.overdueness(card, TODAY - 10) == 0
    early = due.earliest(card._replace(last_day=TODAY, due_day=TODAY + 10))
    assert due.overdueness(card, early - 10) >= EARLIEST > due.overdueness(card, early - 11)


@given(
    st.dictionaries(st.integers(0, 30), st.integers(0, 4)), st.integers(-5, 40), st.integers(0, 30), st.integers(0, 30)
)
def test_rooms_give_the_nearest_day_until_they_are_full(room, wish, first, width) -> None:
    rooms = Rooms(room)
    given_out = []
    while (day := rooms.take(wish, first, first + width)) is not None:
        given_out.append(day)
    inside = [day for day, count in room.items() if first <= day <= first + width for _ in range(count)]
    assert given_out == sorted(inside, key=lambda day: (abs(day - wish), day))


@pytest.mark.parametrize(
    "wish", [Advance(cards=0), Advance(days=366), Postpone(cards=-1), Postpone(days=0), Flatten(0), Flatten(3, limit=0)]
)
def test_numbers_that_make_no_sense_are_refused(wish) -> None:
    with pytest.raises(UsageError, match="no sense"):
        wish.moves(due_days(cards_on({0: 3})))
