"""A card of the user's own of any kind is the same card behind a file, whatever stands in it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from studyctl.content.cards import read_deck
from studyctl.content.cloze import gaps_of
from studyctl.content.deck_writer import card_table, deck_head
from studyctl.content.toml_file import parse_toml
from studyctl.domain.cards import Card
from studyctl.errors import UsageError
from studyctl.services.card_import.notes import place
from studyctl.services.card_import.tables import table_of, topic_of
from studyctl.services.carried_cards import carried_card
from studyctl.storage.repositories.cards import PlacedCard
from tests.exchange.strategies import TEXT as ANY

TEXT = ANY.filter(str.strip).map(str.strip)
LINE = TEXT.filter(lambda text: "\n" not in text)
NAME = st.text(st.sampled_from("abcdefgh0123456789-"), min_size=1, max_size=20).map(lambda name: f"a{name}")
NUMBER = st.integers(-(10**12), 10**12) | st.floats(0.0001, 1e12)


def with_gaps(pieces: list[str]) -> str:
    """Every second piece is a gap."""
    return "".join(f"{{{{{piece}}}}}" if n % 2 else piece for n, piece in enumerate(pieces))


def readable(text: str) -> bool:
    try:
        return all(gap.answer and gap.front.strip() for gap in gaps_of(text))
    except UsageError:
        return False


CLOZE = st.lists(TEXT, min_size=2, max_size=6).map(with_gaps).filter(readable)
COMMON: dict[str, Any] = {
    "day": st.sampled_from(["p90/1", "guide/3.2"]),
    "source": TEXT,
    "topics": st.lists(LINE, max_size=3, unique=True),
    "near": st.lists(NAME, max_size=2, unique=True),
}


def kind(name: str, optional: dict[str, Any], **needed: Any) -> st.SearchStrategy[dict[str, Any]]:
    """The table of a card of a kind."""
    common = {key: value for key, value in COMMON.items() if key != "source"}
    required = {"kind": st.just(name), "source": COMMON["source"], **needed}
    return st.fixed_dictionaries(required, optional={**common, **optional})


TABLE = st.one_of(
    kind("qa", {}, front=TEXT, back=TEXT),
    kind("code", {}, front=TEXT, back=TEXT),
    kind("cloze", {"back": TEXT}, text=CLOZE),
    kind("type", {"back": TEXT}, front=TEXT, answer=LINE),
    kind("numeric", {"back": TEXT, "unit": LINE, "tolerance": st.floats(0, 1)}, front=TEXT, answer=NUMBER),
)


def cards_of(tables: list[dict[str, Any]]) -> list[Card]:
    text = deck_head("mine") + "".join(map(card_table, tables))
    return read_deck(parse_toml(text, "mine.toml"), own=True)


@given(tables=st.lists(TABLE, min_size=1, max_size=4))
def test_own_cards_come_back_as_they_were(tables: list[dict[str, Any]]) -> None:
    named = [{"id": f"note-{n}", **table} for n, table in enumerate(tables)]
    texts = {table["id"]: table["text"].strip() for table in named if "text" in table}
    ours = cards_of(named)
    there = [carried_card(PlacedCard(card, "", "cards/mine.toml"), texts.get(card.note, ""), None) for card in ours]
    found = place(there, lambda ids: set())
    assert found.skipped == []
    assert [each.id for each in found.placed] == [card.id for card in ours]
    made = [table_of(note, "a file", lambda day: bool(day)) for note in found.notes]
    assert cards_of([table for table in made if isinstance(table, dict)]) == ours
    again = place(there, lambda ids: {card.id for card in ours} & set(ids))
    assert (again.notes, again.skipped, all(each.known for each in again.placed)) == ([], [], True)


def test_tags_as_topics() -> None:
    tags = ("GPU::Tensor cores", "Größe", "__x__", "::", "kv-cache", "a  b")
    assert [topic_of(tag) for tag in tags] == ["gpu-tensor-cores", "größe", "__x__", "", "kv-cache", "a-b"]
