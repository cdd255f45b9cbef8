"""Counts of cards by day, topic and kind, and when they are too few."""

from __future__ import annotations

from pathlib import Path

from studyctl.content.library import Library
from studyctl.domain.cards import CardKind
from studyctl.services.content_check.card_counts import count_cards
from studyctl.services.content_check.cards import problems
from tests.helpers import small_bundle, write


def test_the_days_with_the_fewest_cards_come_first_beside_what_they_need(tmp_path: Path) -> None:
    counts = count_cards(Library(small_bundle(tmp_path)))
    days = [(str(each.address), each.cards, each.least) for each in counts.days]
    assert days[:2] == [("guide/3.1", 0, 8), ("guide/3.2", 0, 8)]
    assert days[-2:] == [("p90/2", 3, 8), ("p90/1", 15, 8)]
    assert ("p28/1", 1, 6) in days
    assert counts.days[-1].kinds == {CardKind.QA: 15}
    assert (counts.total, counts.kinds[CardKind.QA], counts.kinds[CardKind.CLOZE]) == (19, 19, 0)
    assert counts.short


def test_a_topic_counts_its_cards_and_one_that_a_line_names_needs_one(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path)
    deck = bundle / "curriculum" / "decks" / "small.toml"
    write(deck, deck.read_text().replace('id = "one-01"', 'id = "one-01"\ntopics = ["decode"]'))
    topics = [(each.topic, each.cards, each.least) for each in count_cards(Library(bundle)).topics]
    assert topics == [("kv-cache", 0, 1), ("decode", 1, 0)]


def test_what_ships_is_short_exactly_where_the_check_says_so(shipped: Library) -> None:
    counts = count_cards(shipped)
    said = [line for line in problems(shipped) if "wanted" in line or "no card about" in line]
    assert counts.short == bool(said)
    assert sum(each.cards for each in counts.days) <= counts.total == sum(counts.kinds.values())
