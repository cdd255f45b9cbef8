"""From one home through the real Anki into another: the databases are equal. Skipped where Anki is not installed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from studyctl.container import Container
from studyctl.content.library import Library
from studyctl.domain.cards import CardKind, Memory, Phase, Rating
from studyctl.domain.clock import LocalZone
from tests.exchange.homes import exported, imported, play, rebuilt, state_of, undone_whole, with_own_deck
from tests.helpers import REPOSITORY, FakeClock, House

pytest.importorskip("zstandard")
anki = pytest.importorskip("anki.collection")

_LEFTOVER = re.compile(r"&lt;(?:p|code|strong|pre)&gt;|```|\*\*\w|<script|\{\{(?:Front|Back)|<textarea")
_ID = re.compile(r'"id": "([^"]+)"')


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Anki takes the machine's zone; it looks for a new one once a second."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    time.sleep(1.1)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Any]:
    """A collection of Anki's."""
    opened = anki.Collection(str(tmp_path / "theirs.anki2"))
    yield opened
    opened.close()


def through(theirs: Any, path: Path, *, legacy: bool) -> Path:
    """Imported by Anki and exported again."""
    options = anki.ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True, merge_notetypes=True)
    theirs.import_anki_package(anki.ImportAnkiPackageRequest(package_path=str(path), options=options))
    return export(theirs, path.with_name("theirs.apkg"), legacy=legacy)


def export(theirs: Any, path: Path, *, legacy: bool = True) -> Path:
    """What Anki exports."""
    options = anki.ExportAnkiPackageOptions(
        with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy
    )
    theirs.export_anki_package(out_path=str(path), options=options, limit=None)
    return path


def near(found: Memory, wanted: Memory) -> Memory:
    """The memory found, with the wanted numbers where Anki's rounding and single precision account for the rest."""
    assert found.stability == pytest.approx(wanted.stability, abs=1e-4, rel=1e-6)
    assert found.difficulty == pytest.approx(wanted.difficulty, abs=1e-3)
    assert found.due_at == (None if wanted.due_at is None else wanted.due_at // 1000 * 1000)
    return replace(found, stability=wanted.stability, difficulty=wanted.difficulty, due_at=wanted.due_at)


def card_id(theirs: Any, number: int) -> str:
    """Our id of a card of Anki's."""
    found = _ID.search(theirs.get_card(number).note()["studyctl"])
    assert found is not None
    return found[1]


@pytest.mark.parametrize("legacy", [True, False], ids=["schema-11", "newest"])
def test_a_home_comes_back_from_anki_in_another_home(tmp_path: Path, bundle: Path, theirs: Any, legacy: bool) -> None:
    clock = FakeClock(datetime(2026, 2, 2, 9, 0, tzinfo=LocalZone()))
    here, there = House(tmp_path / "here", bundle, clock), House(tmp_path / "there", bundle, clock)
    with_own_deck(here)
    ours = here.open()
    play(ours, clock, days=30, seed=5)
    back = through(theirs, exported(ours, tmp_path / "ours.apkg"), legacy=legacy)
    other = there.open()
    with undone_whole(other, there.paths.cards):
        done = imported(other, back)
        assert (done.skipped, done.kept_text, done.answers) == ((), 0, len(state_of(ours).log))
        found, wanted = state_of(other), state_of(ours)
        assert found.cards == wanted.cards
        assert found.log == wanted.log
        assert found.memory.keys() == wanted.memory.keys()
        assert {card: near(memory, wanted.memory[card]) for card, memory in found.memory.items()} == wanted.memory
    done = imported(ours, back)
    assert (done.new, done.changed, done.same) == (0, 0, len(wanted.cards))
    here.close()
    there.close()


def test_every_card_that_ships_is_shown_by_anki(tmp_path: Path, theirs: Any, shipped: Library) -> None:
    house = House(tmp_path / "here", REPOSITORY, FakeClock())
    path = exported(house.open(), tmp_path / "all.apkg")
    house.close()
    through(theirs, path, legacy=True)
    numbers = theirs.find_cards("")
    assert len(numbers) == len(shipped.cards)
    assert "studyctl::p90::16" in {deck.name for deck in theirs.decks.all_names_and_ids()}
    for number in numbers:
        card = theirs.get_card(number)
        shown = card.question() + card.answer()
        assert not _LEFTOVER.search(shown), card.note()["studyctl"]
    fenced = {card.id for card in shipped.cards.values() if "```" in card.front}
    assert fenced
    assert {card_id(theirs, n) for n in numbers if "<pre><code" in theirs.get_card(n).question()} == fenced


def test_notes_made_in_anki_become_own_cards_with_their_schedule(
    tmp_path: Path, theirs: Any, container: Container
) -> None:
    made = {
        "Basic": ("What is <b>warp</b>?", "32 threads<br>in lockstep"),
        "Basic (and reversed card)": ("HBM", "<ul><li>fast</li><li>dear</li></ul>"),
        "Basic (type in the answer)": ("Bytes of fp16?", "2"),
        "Cloze": ("A {{c2::warp::group}} has <b>{{c1::32}}</b> threads.", "Volta <code>a_b</code>"),
    }
    for name, (front, back) in made.items():
        note = theirs.new_note(theirs.models.by_name(name))
        note.fields[0], note.fields[1] = front, back
        note.tags = ["gpu::sm"]
        theirs.add_note(note, theirs.decks.id("Hardware::GPU"))
    theirs.set_config("fsrs", True)
    theirs.decks.select(theirs.decks.id("Hardware::GPU"))
    for _ in made:
        card = theirs.sched.getCard()
        theirs.sched.answerCard(card, 4)
    path = export(theirs, tmp_path / "theirs.apkg")
    with undone_whole(container, container.context.paths.cards):
        done = imported(container, path)
        assert (done.new, done.files, done.skipped) == (6, ("imported-hardware-gpu.toml",), ())
        state = state_of(container)
        own = {(card.kind, card.front, card.back, card.answer) for card in state.cards.values() if card.deck != "small"}
        assert own == {
            (CardKind.QA, "What is **warp**?", "32 threads  \nin lockstep", ""),
            (CardKind.QA, "HBM", "- fast\n- dear", ""),
            (CardKind.QA, "- fast\n- dear", "HBM", ""),
            (CardKind.TYPE, "Bytes of fp16?", "`2`", "2"),
            (CardKind.CLOZE, "A [group] has **32** threads.", "**warp**\n\nVolta `a_b`", "warp"),
            (CardKind.CLOZE, "A warp has **[...]** threads.", "**32**\n\nVolta `a_b`", "32"),
        }
        assert {memory.phase for memory in state.memory.values()} == {Phase.REVIEW}
        assert all(memory.stability and memory.due_day for memory in state.memory.values())
        assert [entry.rating for entry in state.log] == [Rating.EASY] * len(state.memory)
        for card, memory in state.memory.items():
            (entry,) = [entry for entry in state.log if entry.card_id == card]
            assert memory.stability == pytest.approx(entry.stability, abs=1e-4)
            assert memory.due_day == entry.day + entry.interval_days
        again = imported(container, path)
        assert (again.new, again.changed, again.same) == (0, 0, 6)
        assert rebuilt(container) == []
