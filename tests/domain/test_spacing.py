"""Cards that give each other away stand apart wherever that can be done, and none is lost."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.spacing import apart


def same(one: str, other: str) -> bool:
    """Cards of one note."""
    return one[0] == other[0]


def test_a_card_keeps_its_place_where_nothing_is_in_its_way() -> None:
    assert apart(["a1", "b1", "c1", "a2"], same) == ["a1", "b1", "c1", "a2"]


def test_siblings_are_parted_also_at_the_end_and_behind_what_came_before() -> None:
    assert apart(["a1", "a2", "b1"], same) == ["a1", "b1", "a2"]
    assert apart(["b1", "c1", "a1", "a2"], same) == ["b1", "a2", "c1", "a1"]
    assert apart(["a1", "b1"], same, before="a0") == ["b1", "a1"]


@given(st.lists(st.sampled_from("aaabbcd"), max_size=7))
def test_all_cards_stay_and_siblings_touch_only_where_no_order_parts_them(letters: list[str]) -> None:
    cards = [f"{letter}{n}" for n, letter in enumerate(letters)]
    found = apart(cards, same)
    assert Counter(found) == Counter(cards)
    touching = any(same(*pair) for pair in pairwise(found))
    if touching:
        assert all(any(same(*pair) for pair in pairwise(order)) for order in permutations(cards))
