"""A card's block in a deck file: found whatever stands in its strings, and put back without touching the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.content.deck_text import block_of, with_block, with_card
from studyctl.content.toml_file import parse_toml
from studyctl.errors import ContentError

HEAD = 'schema = 1\ndeck = "d"\ntitle = "D"\n'
STRINGS = st.one_of(
    st.text("ab \\\"'[]#=\n").map(lambda text: '"""\n' + text.replace("\\", "\\\\").replace('"', '\\"') + '"""'),
    st.text('ab \\"[]#=\n').map(lambda text: f"'''\n{text}'''"),
    st.text("ab []#='").map(lambda text: f'"{text}"'),
    st.text('ab []#="').map(lambda text: f"'{text}'"),
    st.just('"""\n[[card]]\nid = "c0"\n"""'),
    st.just("['[[card]]', # [[card]]\n '#']"),
)
GAPS = st.sampled_from(["", "\n", "\n# [[card]]\n", "  # a ' and a \"\n", '\n# """\n\n'])


@st.composite
def decks(draw: st.DrawFn) -> tuple[str, int]:
    """A deck of a few cards with awkward values, and how many it has."""
    count = draw(st.integers(1, 4))
    text = HEAD
    for number in range(count):
        text += f"{draw(GAPS)}[[card]]{draw(st.sampled_from(['', ' # x', '  ']))}\n"
        text += f'id = "c{number}"\nvalue = {draw(STRINGS)}{draw(st.sampled_from(["", " # it is"]))}\n'
    return text + draw(GAPS), count


@given(decks())
def test_putting_a_block_back_changes_nothing(deck: tuple[str, int]) -> None:
    text, count = deck
    for number in range(count):
        block = block_of(text, f"c{number}", "deck")
        assert block is not None
        assert with_block(text, block, block.text) == text
        (alone,) = parse_toml(block.text, "").tables("card")
        assert alone.values["id"] == f"c{number}"
        assert text.splitlines()[block.line - 1].startswith("[[card]]")


@given(decks(), st.integers(0, 3))
def test_another_text_changes_its_card_alone(deck: tuple[str, int], chosen: int) -> None:
    text, count = deck
    name = f"c{chosen % count}"
    block = block_of(text, name, "deck")
    assert block is not None
    now = with_block(text, block, f'[[card]]\nid = "{name}"\nvalue = "other"\n\n')
    assert now[: block.start] == text[: block.start]
    assert now.endswith(text[block.end :])
    before, after = ([each.values for each in parse_toml(each, "").tables("card")] for each in (text, now))
    assert [card for card in after if card["id"] != name] == [card for card in before if card["id"] != name]
    assert next(card["value"] for card in after if card["id"] == name) == "other"


@given(decks())
def test_a_card_more_comes_last(deck: tuple[str, int]) -> None:
    text, count = deck
    now = with_card(text, '[[card]]\nid = "last"\nvalue = ""')
    assert now.startswith(text)
    assert [each.values["id"] for each in parse_toml(now, "").tables("card")][count:] == ["last"]


def test_a_card_that_is_not_there_is_none() -> None:
    assert block_of(HEAD, "c0", "deck") is None


@pytest.mark.parametrize("cards", ['card = [{id = "c0"}]\n', '[["card"]]\nid = "c0"\n'])
def test_cards_that_cannot_be_told_apart_are_refused(cards: str) -> None:
    with pytest.raises(ContentError, match="deck:1: the cards cannot be told apart"):
        block_of(f"{HEAD}{cards}", "c0", "deck")
