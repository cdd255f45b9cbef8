"""What is written is read again: every text, number and date, through each format."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from studyctl.domain.cards import Rating
from studyctl.domain.collection import (
    CardState,
    Collection,
    CollectionCard,
    LoggedReview,
    difficulty_of,
    factor_of,
)
from studyctl.errors import DataError, ExitCode, NotFoundError, UsageError
from studyctl.services.exchange import export_collection, read_collection
from studyctl.storage.exchange.csv_cards import read_csv, write_csv
from studyctl.storage.exchange.jsonl import read_jsonl, write_jsonl
from tests.exchange.samples import rounded, sample
from tests.exchange.strategies import collections
from tests.helpers import REPOSITORY


@given(ours=collections())
def test_jsonl_loses_nothing(ours: Collection, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "cards.jsonl"
    export_collection(path, ours)
    assert read_collection(path) == ours


@given(ours=collections())
def test_csv_loses_no_card_and_no_schedule(ours: Collection, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("csv") / "cards.csv"
    export_collection(path, ours)
    assert read_collection(path).cards == ours.cards


@given(ours=collections())
def test_a_package_loses_what_anki_rounds_and_nothing_else(
    ours: Collection, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("apkg") / "cards.apkg"
    named = replace(ours, cards=tuple(replace(card, state=_with_last(card, ours)) for card in ours.cards))
    export_collection(path, named)
    read = read_collection(path)
    wanted = rounded(named)
    assert tuple(sorted(read.cards, key=lambda card: card.id)) == wanted.cards
    assert (read.reviews, read.created_at, read.changed_at) == (ours.reviews, ours.created_at, ours.changed_at)
    assert (read.rollover_hour, read.zone_offset) == (ours.rollover_hour, ours.zone_offset)


def _with_last(card: CollectionCard, ours: Collection) -> CardState:
    answers = [review.at for review in ours.reviews if review.card_id == card.id and review.rating is not None]
    assert card.state is not None
    leech = card.state.leech or any(tag.casefold() == "leech" for tag in card.tags)
    return replace(card.state, last_ms=max(answers, default=None), leech=leech)


def test_the_sample_comes_back_from_every_format(tmp_path: Path) -> None:
    ours = sample(300)
    for suffix, wanted in ((".apkg", rounded(ours)), (".jsonl", ours), (".csv", Collection(cards=ours.cards))):
        path = tmp_path / f"cards{suffix}"
        export_collection(path, ours)
        read = read_collection(path)
        if suffix == ".apkg":
            read = replace(read, cards=tuple(sorted(read.cards, key=lambda card: card.id)))
        assert read == wanted, suffix


def test_new_cards_keep_their_order_in_a_package(tmp_path: Path) -> None:
    ours = Collection(tuple(CollectionCard(f"c{n}", f"c{n}", "d", f"f{n}", "b") for n in (5, 1, 9, 3)))
    export_collection(tmp_path / "c.apkg", ours)
    assert [card.id for card in read_collection(tmp_path / "c.apkg").cards] == ["c5", "c1", "c9", "c3"]


def test_the_same_collection_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        for suffix in ("apkg", "csv", "jsonl"):
            export_collection(tmp_path / f"{name}.{suffix}", sample(50))
    for suffix in ("apkg", "csv", "jsonl"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


@pytest.mark.parametrize(
    ("write", "read", "suffix"), [(write_csv, read_csv, "csv"), (write_jsonl, read_jsonl, "jsonl")]
)
def test_cards_go_without_their_schedule_where_asked(
    tmp_path: Path, write: Callable[..., None], read: Callable[[Path], Collection], suffix: str
) -> None:
    path = tmp_path / f"cards.{suffix}"
    write(path, sample(20), schedule=False)
    found = read(path)
    assert found.cards == tuple(replace(card, state=None) for card in sample(20).cards)
    assert found.reviews == ()


def test_a_csv_by_hand_needs_only_front_and_back(tmp_path: Path) -> None:
    path = tmp_path / "my deck.csv"
    path.write_text('\ufeffFront;Back;Tags\r\nWhat?;"This;\nand that";one two\r\n\r\nWho?;Me;\r\n', encoding="utf-8")
    first, second = read_csv(path).cards
    assert (first.front, first.back, first.tags, first.deck) == ("What?", "This;\nand that", ("one", "two"), "my deck")
    assert (second.front, second.back, second.tags, second.state) == ("Who?", "Me", (), None)
    assert first.id != second.id
    assert read_csv(path).cards[0].id == first.id


def test_no_cell_of_a_csv_begins_like_a_formula(tmp_path: Path) -> None:
    fronts = ("=1+1", "+49", "-1", "@a", "'=x", "\t=1", "a=b", "'quoted'")
    cards = tuple(CollectionCard(f"c{n}", f"c{n}", "=d", text, "-") for n, text in enumerate(fronts))
    export_collection(tmp_path / "c.csv", Collection(cards))
    with (tmp_path / "c.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in list(csv.reader(file))[1:] for cell in row]
    assert [cell for cell in cells if cell[:1] and cell[0] in "=+-@\t"] == []
    assert read_collection(tmp_path / "c.csv").cards == cards


def test_a_jsonl_of_cards_alone_is_a_collection(tmp_path: Path) -> None:
    path = tmp_path / "deck.jsonl"
    path.write_text(json.dumps({"card": {"front": "a", "back": "b"}}) + "\n\n", encoding="utf-8")
    (card,) = read_jsonl(path).cards
    assert (card.deck, card.front, card.state) == ("deck", "a", None)


def test_answers_in_one_millisecond_stay_apart_in_a_package(tmp_path: Path) -> None:
    card = CollectionCard("c", "c", "d", "f", "b", state=CardState())
    twice = tuple(LoggedReview("c", 1_700_000_000_000, Rating.GOOD) for _ in range(3))
    export_collection(tmp_path / "c.apkg", Collection((card,), twice))
    assert [review.at - twice[0].at for review in read_collection(tmp_path / "c.apkg").reviews] == [0, 1, 2]


@pytest.mark.parametrize("difficulty", [1.0, 2.5, 5.123, 10.0])
def test_a_factor_stands_for_a_difficulty(difficulty: float) -> None:
    assert 100 <= factor_of(difficulty) <= 1100
    assert difficulty_of(factor_of(difficulty)) == pytest.approx(difficulty, abs=0.0046)
    assert difficulty_of(2500) is None


@pytest.mark.parametrize(
    ("collection", "said"),
    [
        (Collection((CollectionCard("c", "c", "d", "f", "b"),) * 2), "Two cards"),
        (Collection((CollectionCard(" c", "c", "d", "f", "b"),)), "cannot be the id"),
        (Collection((CollectionCard("c", "c", "d", "f" * 100_001, "b"),)), "longer than"),
        (Collection((), (LoggedReview("c", 1, Rating.GOOD),)), "no card here"),
    ],
)
def test_a_failed_export_leaves_the_old_file(tmp_path: Path, collection: Collection, said: str) -> None:
    path = tmp_path / "cards.apkg"
    path.write_text("old")
    with pytest.raises(DataError, match=said):
        export_collection(path, collection)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["cards.apkg"]


def test_a_place_that_cannot_be_written_is_a_problem_with_the_data(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written") as caught:
        export_collection(tmp_path / "missing" / "cards.csv", sample(2))
    assert caught.value.exit_code is ExitCode.DATA


def test_other_suffixes_and_missing_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.txt") as caught:
        read_collection(tmp_path / "cards.txt")
    assert ".colpkg" in caught.value.hint
    with pytest.raises(UsageError, match="without suffix"):
        export_collection(tmp_path / "cards", sample(2))
    for suffix in ("apkg", "csv", "jsonl"):
        with pytest.raises(NotFoundError):
            read_collection(tmp_path / f"none.{suffix}")


def test_the_service_alone_loads_neither_zstandard_nor_markdown() -> None:
    code = "import sys, studyctl.services.exchange; print({'zstandard', 'markdown_it'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
