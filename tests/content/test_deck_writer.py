"""Decks that are written are read again with the same texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studyctl.content.cards import read_deck
from studyctl.content.deck_writer import card_table, deck_head
from studyctl.content.toml_file import parse_toml

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\r")
TEXT = st.one_of(st.text(CHARACTERS), st.text(st.sampled_from("\"'\\\n#[]={}\x00\x7f\tab"))).map(
    lambda text: f"x{text}x"
)


@given(name=TEXT, front=TEXT, back=TEXT, topics=st.lists(TEXT, max_size=3), answer=st.integers() | st.floats(0.1, 1e9))
def test_any_text_is_read_as_it_was_written(
    name: str, front: str, back: str, topics: list[str], answer: int | float
) -> None:
    cards = [
        {"id": "one", "front": front, "back": back, "source": name, "topics": topics},
        {"id": "two", "kind": "numeric", "front": back, "answer": answer, "source": "me"},
    ]
    text = deck_head(name) + "".join(map(card_table, cards))
    one, two = read_deck(parse_toml(text, "deck.toml"), own=True)
    assert (one.deck, one.front, one.back, one.source, list(one.topics)) == (name, front, back, name, topics)
    assert (two.front, two.answer) == (back, repr(answer))


def test_texts_of_several_lines_are_written_as_such() -> None:
    assert card_table({"id": "one", "back": 'a\n"""b"""\n\\c'}) == (
        '\n[[card]]\nid = "one"\nback = """\na\n\\"\\"\\"b\\"\\"\\"\n\\\\c\n"""\n'
    )
