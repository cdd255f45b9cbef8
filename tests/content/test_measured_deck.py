"""The deck of measured figures: written as text, read back as cards, and what the user wrote stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.content.cards import read_deck
from studyctl.content.measured_deck import with_card
from studyctl.content.toml_file import parse_toml
from studyctl.domain.cards import Card
from studyctl.domain.measured_cards import MeasuredCard
from studyctl.errors import ContentError

CARD = MeasuredCard(
    *("m-toy-a-cpu", "p90/1", "How many?\n\nMachine: A CPU.", 2.5, "x", 0.02, "Interval [2, 3] x.", "record toy-1"),
    ("kv-cache",),
)
OTHER = replace(CARD, id="m-toy-b-cpu", answer=7, unit="")


def cards(text: str) -> dict[str, Card]:
    return {card.id: card for card in read_deck(parse_toml(text, "measured.toml"), own=True)}


def test_a_card_is_read_back_as_it_was_written() -> None:
    found = cards(with_card(with_card(None, CARD), OTHER))
    read = found[CARD.id]
    assert list(found) == [CARD.id, OTHER.id]
    assert (read.front, read.answer, read.unit, read.tolerance) == (CARD.front, "2.5", "x", 0.02)
    assert read.back == f"2.5 x\n\n{CARD.back}"
    assert (str(read.day), read.source, read.topics) == ("p90/1", "record toy-1", ("kv-cache",))
    assert found[OTHER.id].unit == ""


def test_a_card_that_is_there_is_replaced_in_its_place_and_the_rest_is_kept_to_the_letter() -> None:
    before = with_card(with_card(None, CARD), OTHER)
    mine = before.replace('[[card]]\nid = "m-toy-b', '# my own remark\n\n[[card]]\nid = "m-toy-b')
    after = with_card(mine, replace(CARD, answer=9.0, front="[[card]]\nHow many now?"))
    assert "# my own remark\n\n[[card]]" in after
    found = cards(after)
    assert list(found) == [CARD.id, OTHER.id]
    assert (found[CARD.id].answer, found[CARD.id].front) == ("9.0", "[[card]]\nHow many now?")
    assert with_card(after, CARD) == mine


def test_a_deck_of_another_name_takes_cards_too() -> None:
    text = 'schema = 1\ndeck = "mine"\ntitle = "Mine"\n'
    assert {card.deck for card in cards(with_card(text, CARD)).values()} == {"mine"}


@pytest.mark.parametrize("text", ["broken", 'schema = 1\ndeck = "x"\ncard = 3\n', "schema = 1\n"])
def test_a_text_that_is_no_deck_is_refused(text: str) -> None:
    with pytest.raises(ContentError, match=r"^measured\.toml:"):
        with_card(text, CARD)


@given(st.text(min_size=1), st.text())
def test_any_text_of_a_machine_can_be_written(name: str, back: str) -> None:
    text = with_card(None, replace(CARD, front=f"How many on {name}?", back=f"On {back}."))
    assert list(cards(with_card(text, OTHER))) == [CARD.id, OTHER.id]


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=1))
def test_printable_text_comes_back_as_it_was(name: str) -> None:
    front = f"How many on {name}?"
    assert cards(with_card(None, replace(CARD, front=front)))[CARD.id].front == front
