"""The real Anki as a judge: what it imports, counts and exports again. Skipped where it is not installed."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from studyctl.domain.cards import CardKind, Phase
from studyctl.domain.clock import LocalZone, study_day
from studyctl.domain.collection import Collection
from studyctl.services.exchange import export_collection, read_collection
from tests.exchange.samples import differences, rounded, sample

pytest.importorskip("zstandard")

collection = pytest.importorskip("anki.collection")
ExportAnkiPackageOptions = collection.ExportAnkiPackageOptions
ImportAnkiPackageOptions = collection.ImportAnkiPackageOptions
ImportAnkiPackageRequest = collection.ImportAnkiPackageRequest

OpenAnki = Callable[..., Any]


@pytest.fixture(scope="module", params=["Europe/Berlin", "America/New_York", "UTC", "Pacific/Auckland"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The machine's zone. Anki looks for a new one once a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        time.sleep(1.1)
        yield request.param
    time.tzset()


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[OpenAnki]:
    """Opens collections of Anki's; all are closed at the end."""
    opened: list[Any] = []

    def open_one(path: Path | None = None) -> Any:
        opened.append(collection.Collection(str(path or tmp_path / f"anki{len(opened)}.anki2")))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def imported(anki: Any, path: Path) -> Any:
    """Anki's report of an import with schedules."""
    options = ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True, merge_notetypes=True)
    return anki.import_anki_package(ImportAnkiPackageRequest(package_path=str(path), options=options)).log


def exported(anki: Any, path: Path, *, legacy: bool = True) -> Collection:
    """What Anki exports, read by us."""
    options = ExportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy)
    if path.suffix == ".apkg":
        anki.export_anki_package(out_path=str(path), options=options, limit=None)
    else:
        anki.export_collection_package(str(path), include_media=True, legacy=legacy)
    return read_collection(path)


@pytest.mark.parametrize("legacy", [True, False], ids=["schema-11", "newest"])
@pytest.mark.parametrize("suffix", ["apkg", "colpkg"])
def test_cards_schedules_and_log_come_back_from_anki(
    tmp_path: Path, anki: OpenAnki, zone: str, suffix: str, legacy: bool
) -> None:
    ours = sample(300)
    phases = {card.state.phase for card in ours.cards if card.state is not None}
    assert phases == set(Phase)
    assert any(card.state.leech and card.state.suspended for card in ours.cards if card.state is not None)
    export_collection(tmp_path / "ours.apkg", ours)
    theirs = anki()
    report = imported(theirs, tmp_path / "ours.apkg")
    assert (len(report.new), report.found_notes) == (300, 300)
    again = exported(theirs, tmp_path / f"theirs.{suffix}", legacy=legacy)
    assert differences(rounded(ours), again) == [], zone


def test_twice_to_anki_and_back_changes_nothing_more(tmp_path: Path, anki: OpenAnki) -> None:
    ours = sample(120, seed=3)
    for lap in range(3):
        path = tmp_path / f"lap{lap}.apkg"
        export_collection(path, ours)
        theirs = anki()
        imported(theirs, path)
        again = exported(theirs, tmp_path / f"back{lap}.apkg")
        assert differences(rounded(ours), again) == []
        ours = again


def unpacked(path: Path, folder: Path) -> Path:
    """The database of a package of ours, as a collection that Anki opens."""
    with zipfile.ZipFile(path) as archive:
        archive.extract("collection.anki2", folder)
    return folder / "collection.anki2"


@pytest.mark.parametrize(
    "created", [(2026, 1, 15, 3, 59), (2026, 7, 15, 4, 0), (2025, 10, 26, 2, 30), (2026, 3, 29, 12, 0)]
)
@pytest.mark.parametrize("rollover", [0, 4, 11, 23])
def test_anki_counts_the_same_study_days(
    tmp_path: Path, anki: OpenAnki, zone: str, created: tuple[int, ...], rollover: int
) -> None:
    moment = datetime(*created, tzinfo=LocalZone())  # type: ignore[misc,arg-type]
    offset = moment.utcoffset()
    assert offset is not None
    ours = replace(
        sample(60),
        created_at=round(moment.timestamp() * 1000),
        rollover_hour=rollover,
        zone_offset=round(offset.total_seconds() / 60),
    )
    export_collection(tmp_path / "ours.apkg", ours)
    theirs = anki(unpacked(tmp_path / "ours.apkg", tmp_path))
    before = study_day(datetime.now(LocalZone()), rollover)
    counted = ours.first_day + theirs.sched.today
    assert before <= counted <= study_day(datetime.now(LocalZone()), rollover), zone
    due = {
        card.id
        for card in ours.cards
        if card.state
        and card.state.phase is Phase.REVIEW
        and not card.state.suspended
        and (card.state.due_day or 0) <= counted
    }
    found = theirs.db.list(
        "select flds from notes where id in (select nid from cards where queue=2 and due<=?)", theirs.sched.today
    )
    assert {fields.split('"id": "')[1].split('"')[0] for fields in found} == due
    assert len(theirs.find_cards("is:due is:review -is:learn")) == len(due)


def test_anki_finds_nothing_to_repair_and_reads_the_memory_state(tmp_path: Path, anki: OpenAnki) -> None:
    ours = sample(80)
    export_collection(tmp_path / "ours.apkg", ours)
    theirs = anki()
    imported(theirs, tmp_path / "ours.apkg")
    report, sound = theirs.fix_integrity()
    assert sound, report
    states = {card.id: card.state for card in ours.cards}
    known = 0
    for number in theirs.find_cards(""):
        card = theirs.get_card(number)
        state = states[card.note()["studyctl"].split('"id": "')[1].split('"')[0]]
        assert state is not None
        if state.stability is not None:
            known += 1
            assert card.memory_state.stability == pytest.approx(state.stability, rel=1e-6, abs=6e-5)
            assert card.memory_state.difficulty == pytest.approx(state.difficulty, abs=6e-4)
    assert known == sum(state is not None and state.stability is not None for state in states.values()) > 50


def test_an_edit_in_anki_is_taken_over_and_the_rest_stays(tmp_path: Path, anki: OpenAnki) -> None:
    ours = sample(12)
    export_collection(tmp_path / "ours.apkg", ours)
    theirs = anki()
    imported(theirs, tmp_path / "ours.apkg")
    note = theirs.get_note(theirs.find_notes('"Front:No 0:*"')[0])
    note["Front"] = "What is <i>it</i> <b>now</b>?<br>2*3 &lt; 7"
    note.tags = ["new-tag"]
    theirs.update_note(note)
    theirs.set_deck([note.cards()[0].id], theirs.decks.id("Elsewhere"))
    again = exported(theirs, tmp_path / "theirs.apkg")
    card = next(card for card in again.cards if card.id == "card-0.1")
    assert card.front == "What is *it* **now**?  \n2\\*3 < 7"
    assert (card.deck, card.tags, card.kind) == ("Elsewhere", ("new-tag",), CardKind.QA)
    untouched = replace(ours, cards=tuple(card for card in ours.cards if card.id != "card-0.1"))
    others = replace(again, cards=tuple(card for card in again.cards if card.id != "card-0.1"))
    assert differences(rounded(untouched), others) == []


def test_a_newer_text_of_ours_replaces_the_older_one_in_anki(tmp_path: Path, anki: OpenAnki) -> None:
    ours = sample(6)
    export_collection(tmp_path / "one.apkg", ours)
    theirs = anki()
    imported(theirs, tmp_path / "one.apkg")
    newer = replace(
        ours,
        cards=(replace(ours.cards[0], front="A new question?"), *ours.cards[1:]),
        changed_at=(ours.changed_at or 0) + 60_000,
    )
    export_collection(tmp_path / "two.apkg", newer)
    report = imported(theirs, tmp_path / "two.apkg")
    assert (len(report.new), len(report.updated)) == (0, 6)
    assert differences(rounded(newer), exported(theirs, tmp_path / "theirs.apkg")) == []


@pytest.mark.parametrize("legacy", [True, False], ids=["schema-11", "newest"])
def test_notes_made_in_anki_become_cards(tmp_path: Path, anki: OpenAnki, legacy: bool) -> None:
    theirs = anki()
    made = {
        "Basic": ("What is <b>warp</b>?", "32 threads<br>in lockstep"),
        "Basic (and reversed card)": ("HBM", "<ul><li>fast</li><li>dear</li></ul>"),
        "Basic (type in the answer)": ("Bytes of fp16?", "2"),
        "Cloze": ("A {{c1::warp::group}} has {{c2::32}} threads.", "Volta <code>a_b</code>"),
    }
    for name, (front, back) in made.items():
        note = theirs.new_note(theirs.models.by_name(name))
        note.fields[0], note.fields[1] = front, back
        note.tags = ["gpu::sm"]
        theirs.add_note(note, theirs.decks.id("Hardware::GPU"))
    read = exported(theirs, tmp_path / "theirs.apkg", legacy=legacy)
    shown = {(card.kind, card.front, card.back) for card in read.cards}
    assert shown == {
        (CardKind.QA, "What is **warp**?", "32 threads  \nin lockstep"),
        (CardKind.QA, "HBM", "- fast\n- dear"),
        (CardKind.QA, "- fast\n- dear", "HBM"),
        (CardKind.TYPE, "Bytes of fp16?", "2"),
        (CardKind.CLOZE, "A \\[group\\] has 32 threads.", "A **warp** has 32 threads.  \nVolta `a_b`"),
        (CardKind.CLOZE, "A warp has \\[...\\] threads.", "A warp has **32** threads.  \nVolta `a_b`"),
    }
    assert {card.deck for card in read.cards} == {"Hardware::GPU"}
    assert {card.tags for card in read.cards} == {("gpu::sm",)}
    assert len({card.id for card in read.cards}) == 6
    assert len({card.note_id for card in read.cards}) == 4
    assert {card.state.phase for card in read.cards if card.state} == {Phase.NEW}


def test_answers_given_in_anki_are_read_with_their_schedule(tmp_path: Path, anki: OpenAnki) -> None:
    export_collection(tmp_path / "ours.apkg", replace(sample(30), reviews=(), cards=sample(30).cards[:1]))
    theirs = anki()
    imported(theirs, tmp_path / "ours.apkg")
    theirs.set_config("fsrs", True)
    theirs.db.execute("update cards set queue = 0")
    theirs.decks.select(theirs.db.scalar("select did from cards"))
    card = theirs.sched.getCard()
    theirs.sched.answerCard(card, 4)
    again = exported(theirs, tmp_path / "theirs.apkg")
    state = again.cards[0].state
    assert state is not None
    assert (state.phase, state.reps, len(again.reviews)) == (Phase.REVIEW, 1, 1)
    assert state.stability is not None
    assert state.due_day == study_day(datetime.now(LocalZone())) + state.interval
    assert again.reviews[0].rating == 4
    assert again.reviews[0].at == state.last_ms
