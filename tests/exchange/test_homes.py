"""Cards, memory and log from one home to another: nothing is lost, nothing counts twice, undo takes all of it back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from studyctl.container import Container
from studyctl.domain.cards import CardAct, Memory, Phase, Rating
from studyctl.domain.fitting import Answer, memories
from studyctl.domain.forgetting import DEFAULT_WEIGHTS
from studyctl.errors import DataError, NotFoundError, UsageError
from studyctl.services.exchange import read_collection
from studyctl.storage.repositories.histories import histories
from studyctl.storage.repositories.review_log import card_acts
from tests.exchange.homes import (
    State,
    digest_of,
    exported,
    files_of,
    imported,
    play,
    rebuilt,
    state_of,
    undone_whole,
    with_own_deck,
)
from tests.helpers import FakeClock, House

OpenHome = Callable[[str], House]


@pytest.fixture
def homes(tmp_path: Path, bundle: Path, clock: FakeClock) -> Iterator[OpenHome]:
    """Opens homes by name over one bundle and one clock."""
    opened: list[House] = []

    def home(name: str) -> House:
        opened.append(House(tmp_path / name, bundle, clock))
        return opened[-1]

    yield home
    for house in opened:
        house.close()


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, bundle: Path) -> tuple[Path, datetime]:
    """A home with own cards and a history of some months, and the moment at which it ends."""
    clock = FakeClock()
    house = House(tmp_path_factory.mktemp("history"), bundle, clock)
    with_own_deck(house)
    container = house.open()
    play(container, clock, days=40, seed=3)
    again = next(card for card, memory in state_of(container).memory.items() if memory.phase is Phase.REVIEW)
    container.cards.forget([again])
    clock.advance(seconds=7)
    container.review.answer(again, Rating.AGAIN)
    house.close()
    return house.paths.cards.parent, clock.moment


@pytest.fixture
def played(homes: OpenHome, history: tuple[Path, datetime], clock: FakeClock, tmp_path: Path) -> Container:
    """A copy of that home."""
    home, clock.moment = history
    shutil.copytree(home, tmp_path / "played")
    return homes("played").open()


def rounded(state: State) -> State:
    """As Anki's format keeps it: stability to 4 places, difficulty to 3, the second of a learning step."""

    def near(memory: Memory) -> Memory:
        return replace(
            memory,
            stability=None if memory.stability is None else round(memory.stability, 4),
            difficulty=None if memory.difficulty is None else round(memory.difficulty, 3),
            due_at=None if memory.due_at is None else memory.due_at // 1000 * 1000,
        )

    log = [replace(entry, stability=None, difficulty=None) for entry in state.log]
    return State(state.cards, {card: near(memory) for card, memory in state.memory.items()}, log)


def test_the_history_has_everything_that_can_be_carried(played: Container) -> None:
    state = state_of(played)
    assert {memory.phase for memory in state.memory.values()} >= {Phase.LEARNING, Phase.REVIEW, Phase.RELEARNING}
    assert any(memory.suspended for memory in state.memory.values())
    assert len(state.log) > 150
    with played.context.database.read() as connection:
        acts = {act.act for act in card_acts(connection)}
    assert acts == {CardAct.ANSWER, CardAct.SUSPEND, CardAct.MOVE, CardAct.FORGET}


def test_jsonl_brings_another_home_to_the_same_state(played: Container, homes: OpenHome, tmp_path: Path) -> None:
    path = exported(played, tmp_path / "cards.jsonl")
    other = homes("other").open()
    with undone_whole(other, other.context.paths.cards):
        done = imported(other, path)
        assert (done.new, done.skipped, done.kept_text) == (6, (), 0)
        assert done.answers == len(state_of(played).log)
        assert state_of(other) == state_of(played)
        assert histories_of(other) == histories_of(played)
        again = exported(other, tmp_path / "again.jsonl")
        assert again.read_text().splitlines()[1:] == path.read_text().splitlines()[1:]


def histories_of(container: Container) -> dict[str, list[Answer]]:
    with container.context.database.read() as connection:
        found = histories(connection)
    return {card: [answer for answer in answers if answer.rating] for card, answers in found.items()}


def test_a_package_brings_it_there_but_for_anki_s_rounding(played: Container, homes: OpenHome, tmp_path: Path) -> None:
    path = exported(played, tmp_path / "cards.apkg")
    other = homes("other").open()
    with undone_whole(other, other.context.paths.cards):
        imported(other, path)
        theirs, ours = state_of(other), state_of(played)
        assert rounded(theirs) == rounded(ours)
        for found, wanted in zip(theirs.log, ours.log, strict=True):
            assert (found.stability, found.difficulty) == (wanted.stability, wanted.difficulty)


def test_csv_carries_texts_and_schedule(played: Container, homes: OpenHome, tmp_path: Path) -> None:
    path = exported(played, tmp_path / "cards.csv")
    other = homes("other").open()
    with undone_whole(other, other.context.paths.cards):
        imported(other, path)
        found, wanted = state_of(other), state_of(played)
        assert (found.cards, found.memory, found.log) == (wanted.cards, wanted.memory, [])


@pytest.mark.parametrize("suffix", [".apkg", ".jsonl", ".csv"])
def test_the_same_file_twice_changes_nothing_more(
    played: Container, homes: OpenHome, tmp_path: Path, suffix: str
) -> None:
    path = exported(played, tmp_path / f"cards{suffix}")
    other = homes("other").open()
    imported(other, path)
    before, files, act = digest_of(other), files_of(other.context.paths.cards), other.undo.last()
    done = imported(other, path)
    assert (done.new, done.changed, done.answers, done.files) == (0, 0, 0, ())
    assert done.same == len(state_of(played).cards)
    assert (digest_of(other), files_of(other.context.paths.cards), other.undo.last()) == (before, files, act)
    home = imported(played, path)
    assert (home.new, home.changed, home.answers) == (0, 0, 0)


def test_without_schedule_only_texts_go(played: Container, homes: OpenHome, tmp_path: Path) -> None:
    path = exported(played, tmp_path / "texts.jsonl", schedule=False)
    other = homes("other").open()
    done = imported(other, path)
    assert (done.new, done.changed, done.answers) == (6, 0, 0)
    found = state_of(other)
    assert (found.cards, found.memory, found.log) == (state_of(played).cards, {}, [])


def test_a_look_changes_nothing_and_says_the_same(played: Container, homes: OpenHome, tmp_path: Path) -> None:
    path = exported(played, tmp_path / "cards.jsonl")
    other = homes("other").open()
    before = digest_of(other)
    looked = imported(other, path, look_only=True)
    assert digest_of(other) == before
    assert not other.context.paths.cards.exists()
    assert replace(looked, stored=True) == imported(other, path)


def test_answers_of_two_homes_come_together(
    played: Container, homes: OpenHome, clock: FakeClock, tmp_path: Path
) -> None:
    other = homes("other").open()
    imported(other, exported(played, tmp_path / "there.apkg"))
    play(other, clock, days=6, seed=8)
    clock.next_day()
    done = imported(played, exported(other, tmp_path / "back.jsonl"))
    assert done.new == 0
    assert done.changed > 0
    assert rebuilt(played) == []
    found, wanted = rounded(state_of(played)), rounded(state_of(other))
    assert found.log == wanted.log
    fresh = {entry.card_id for entry in found.log[-done.answers :]}
    assert {card: found.memory.get(card) for card in fresh} == {card: wanted.memory.get(card) for card in fresh}


def test_where_both_homes_answered_the_memory_follows_from_all_answers(
    homes: OpenHome, clock: FakeClock, tmp_path: Path
) -> None:
    here, there = homes("here").open(), homes("there").open()
    for container in (here, there):
        container.review.answer("one-01", Rating.EASY)
        clock.next_day(9)
    path = exported(there, tmp_path / "there.jsonl")
    with undone_whole(here, here.context.paths.cards):
        done = imported(here, path)
        assert (done.changed, done.answers) == (1, 1)
        state, theirs = state_of(here), state_of(there).memory["one-01"]
        days = [entry.day for entry in state.log]
        (wanted,) = memories([[Answer(day, 4) for day in days]], DEFAULT_WEIGHTS)
        memory = state.memory["one-01"]
        assert (memory.stability, memory.difficulty) == wanted
        assert (memory.reps, memory.due_day, memory.last_day) == (2, theirs.due_day, days[1])
    assert imported(there, exported(here, tmp_path / "here.jsonl")).answers == 1
    assert state_of(there).memory["one-01"].due_day == theirs.due_day, "an older answer moves no date"


def test_a_suspension_here_is_not_undone_by_a_file_without_newer_answers(homes: OpenHome, tmp_path: Path) -> None:
    here = homes("here").open()
    here.review.answer("one-01", Rating.EASY)
    path = exported(here, tmp_path / "before.apkg")
    here.cards.suspend(["one-01"])
    assert imported(here, path).changed == 0
    assert state_of(here).memory["one-01"].suspended


def test_a_card_with_another_text_keeps_the_text_here(homes: OpenHome, clock: FakeClock, tmp_path: Path) -> None:
    there = homes("there").open()
    there.review.answer("one-01", Rating.EASY)
    path = exported(there, tmp_path / "cards.jsonl")
    path.write_text(path.read_text().replace("What is one-01?", "What else?"))
    here = homes("here").open()
    done = imported(here, path)
    assert (done.kept_text, done.changed, done.new) == (1, 1, 0)
    assert state_of(here).cards["one-01"].front == "What is one-01?"
    assert state_of(here).memory == state_of(there).memory


def test_own_decks_that_cannot_be_read_stop_the_import(played: Container, homes: OpenHome, tmp_path: Path) -> None:
    path = exported(played, tmp_path / "cards.jsonl")
    house = homes("other")
    with_own_deck(house).write_text("schema = 1\n[[card]]\n")
    other = house.open()
    before, files = digest_of(other), files_of(house.paths.cards)
    with pytest.raises(DataError, match=r"mine\.toml:1"):
        imported(other, path)
    assert (digest_of(other), files_of(house.paths.cards)) == (before, files)


def test_an_undo_after_an_edit_by_hand_is_refused(played: Container, homes: OpenHome, tmp_path: Path) -> None:
    other = homes("other").open()
    imported(other, exported(played, tmp_path / "cards.jsonl"))
    deck = other.context.paths.cards / "imported-mine.toml"
    deck.write_text(deck.read_text() + "# by hand\n")
    before = digest_of(other)
    with pytest.raises(UsageError, match="later changed"):
        other.undo.undo()
    assert digest_of(other) == before


def test_only_a_deck_is_exported(played: Container, tmp_path: Path) -> None:
    def ids(deck: str) -> set[str]:
        return {card.id for card in read_collection(exported(played, tmp_path / "deck.jsonl", deck=deck)).cards}

    own = {"own-qa", "own-cloze.1", "own-cloze.2", "own-type", "own-numeric", "own-code"}
    assert ids("mine") == ids("studyctl::OWN") == own
    assert ids("p90/2") == ids("studyctl::p90::2") == {"two-01", "two-02", "two-03", "own-numeric"} - ({"own-numeric"})
    assert ids("p90/16") == {"own-numeric"}
    assert len(ids("studyctl")) == len(state_of(played).cards)
    with pytest.raises(NotFoundError, match="'p90'"):
        ids("p90")


def test_the_same_database_gives_the_same_bytes(played: Container, tmp_path: Path) -> None:
    for name in ("cards.apkg", "cards.jsonl", "cards.csv"):
        first = exported(played, tmp_path / name).read_bytes()
        played.review.queue()
        if not name.endswith(".apkg"):
            assert exported(played, tmp_path / name).read_bytes() == first
        else:
            exported(played, tmp_path / name)
            assert read_collection(tmp_path / name) == read_collection(_copy(first, tmp_path))


def _copy(content: bytes, folder: Path) -> Path:
    (folder / "copy.apkg").write_bytes(content)
    return folder / "copy.apkg"
