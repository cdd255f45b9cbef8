"""Predictions and cards of a lab: settled with the record, added on a yes, stale when a later run says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.domain.labs import LabRecord, Verdict
from studyctl.domain.measured_cards import LabCard, Reason
from studyctl.domain.outcome import Area
from studyctl.errors import ConflictError, ContentError, NotFoundError, UsageError
from studyctl.storage.rebuild import compare
from studyctl.storage.repositories.lab_cards import find_lab_cards
from studyctl.storage.undo import digest
from tests.helpers import FakeClock, House
from tests.lab_figures import SLUG, bundle_with_figures, graded

RATIO, WAIT, SHARE, BYTES = (f"m-{SLUG}-{name}-cpu" for name in ("ratio", "wait", "share", "bytes"))


@pytest.fixture(scope="module")
def figured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle whose lab has figures."""
    return bundle_with_figures(tmp_path_factory.mktemp("figured"))


@pytest.fixture
def house(tmp_path: Path, figured: Path, clock: FakeClock) -> Iterator[House]:
    """A home over that bundle."""
    house = House(tmp_path / "learner", figured, clock)
    yield house
    house.close()


def digest_of(container: Container) -> str:
    with container.context.database.read() as connection:
        return digest(connection)


def wrong(container: Container) -> int:
    """Rows that are not what the log says."""
    with container.context.database.read() as connection:
        return sum(each.differ for each in compare(connection))


def kept(container: Container, *cards: str) -> list[LabCard | None]:
    with container.context.database.read() as connection:
        found = find_lab_cards(connection, cards)
    return [found.get(card) for card in cards]


def predicted(container: Container) -> dict[str, float | None]:
    return {each.figure.name: each.predicted for each in container.predictions.asked(container.library.labs[SLUG])}


def predict(container: Container, **typed: str) -> None:
    container.predictions.predict(container.library.labs[SLUG], typed)


def proposed(container: Container, record: LabRecord) -> list[tuple[str, Reason]]:
    return [(each.card_id, each.reason) for each in container.lab_cards.proposals(record)]


def texts(house: House) -> str:
    return (house.paths.cards / "measured.toml").read_text(encoding="utf-8")


def test_predictions_wait_change_and_are_taken_away(container: Container) -> None:
    assert predicted(container) == {"ratio": None, "wait": None, "share": None, "bytes": None}
    outcome = container.predictions.predict(container.library.labs[SLUG], {"ratio": "4x", "bytes": "4 KiB"})
    assert outcome.changes == {Area.LABS}
    assert [each.predicted for each in outcome.value] == [4.0, None, None, 4096.0]
    predict(container, ratio="5")
    assert predicted(container)["ratio"] == 5.0
    predict(container, ratio="")
    assert predicted(container) == {"ratio": None, "wait": None, "share": None, "bytes": 4096.0}


def test_a_wrong_prediction_changes_nothing(container: Container) -> None:
    before = digest_of(container)
    with pytest.raises(UsageError, match="another unit"):
        predict(container, wait="9 ms", ratio="4 ms")
    with pytest.raises(NotFoundError, match="no figure 'speed'") as caught:
        predict(container, speed="4")
    assert "ratio, wait, share, bytes" in caught.value.hint
    assert digest_of(container) == before


def test_a_run_that_passed_settles_what_it_measured(container: Container) -> None:
    predict(container, ratio="4x", wait="11", bytes="5000")
    record = graded(container)
    assert predicted(container) == {"ratio": None, "wait": None, "share": None, "bytes": None}
    results = {each.figure.name: each for each in container.predictions.results(record)}
    assert {name: (each.predicted, each.surprise) for name, each in results.items()} == {
        "ratio": (4.0, True),
        "wait": (11.0, False),
        "share": (None, False),
        "bytes": (5000.0, True),
    }
    assert (results["wait"].measured.low, results["wait"].measured.high) == pytest.approx((9.0, 12.0))
    predict(container, ratio="3")
    assert [each.predicted for each in container.predictions.results(record)] == [4.0, 11.0, None, 5000.0]


@pytest.mark.parametrize("verdict", [each.value for each in Verdict if each is not Verdict.PASSED])
def test_a_run_that_did_not_pass_settles_nothing_and_gives_no_card(container: Container, verdict: str) -> None:
    predict(container, ratio="4x")
    before = digest_of(container)
    record = graded(container, verdict=verdict)
    assert digest_of(container) == before
    assert container.predictions.results(record) == ()
    assert container.lab_cards.proposals(record) == ()
    with pytest.raises(NotFoundError, match="no run that passed"):
        container.lab_cards.newest(container.library.labs[SLUG])


def test_surprises_come_first_and_the_newest_pass_is_taken(container: Container, clock: FakeClock) -> None:
    predict(container, bytes="5000", wait="10")
    record = graded(container)
    assert proposed(container, record) == [
        (BYTES, Reason.SURPRISE),
        (RATIO, Reason.FIGURE),
        (WAIT, Reason.FIGURE),
        (SHARE, Reason.FIGURE),
    ]
    clock.advance(minutes=1)
    graded(container, verdict="failed")
    assert container.lab_cards.newest(container.library.labs[SLUG]) == record


def test_nothing_is_added_without_a_yes_and_taking_adds_what_was_chosen(house: House) -> None:
    container = house.open()
    record = graded(container)
    container.lab_cards.proposals(record)
    assert not house.paths.cards.exists()
    outcome = container.lab_cards.take(record, [SHARE, RATIO])
    assert outcome.value == (SHARE, RATIO)
    assert outcome.changes == {Area.LABS, Area.CARDS}
    cards = container.review.cards([RATIO, SHARE])
    assert cards[RATIO].answer == "2.5"
    assert 'Machine: Toy "9000"\\CPU (cpu); profile quick; lab redis-toy.' in cards[RATIO].front
    assert cards[RATIO].source == f"record {record.id}"
    assert str(cards[RATIO].day) == record.address
    assert proposed(container, record) == [(WAIT, Reason.FIGURE), (BYTES, Reason.FIGURE)]
    with pytest.raises(ConflictError, match="proposes no card"):
        container.lab_cards.take(record, [RATIO])


def test_a_deck_that_cannot_be_read_keeps_its_text_and_nothing_is_stored(house: House) -> None:
    container = house.open()
    record = graded(container)
    house.paths.cards.mkdir()
    (house.paths.cards / "measured.toml").write_text("half an edit")
    before = digest_of(container)
    with pytest.raises(ContentError, match=r"measured\.toml:1"):
        container.lab_cards.take(record, [RATIO])
    assert texts(house) == "half an edit"
    assert digest_of(container) == before


ACTS: dict[str, Callable[[Container, FakeClock], object]] = {
    "predict": lambda container, clock: predict(container, ratio="4x", share="0.3"),
    "change": lambda container, clock: predict(container, wait="3"),
    "take away": lambda container, clock: predict(container, wait=""),
    "run that settles and leaves an interval": lambda container, clock: graded(container, ratio=9.0),
    "take": lambda container, clock: container.lab_cards.take(
        container.lab_cards.newest(container.library.labs[SLUG]), [WAIT, BYTES]
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_undo_takes_each_act_back_whole_also_after_a_restart(
    house: House, clock: FakeClock, act: Callable[[Container, FakeClock], object]
) -> None:
    container = house.open()
    container.lab_cards.take(graded(container), [RATIO])
    predict(container, wait="9")
    clock.advance(minutes=1)
    rows, file = digest_of(container), texts(house)
    act(container, clock)
    assert digest_of(container) != rows
    container = house.reopened()
    container.undo.undo("labs")
    assert (digest_of(container), texts(house)) == (rows, file)
    assert wrong(container) == 0


def test_undoing_everything_takes_the_file_away_and_its_cards(house: House) -> None:
    container = house.open()
    before = digest_of(container)
    container.lab_cards.take(graded(container), [RATIO])
    container = house.reopened()
    container.undo.undo()
    container.undo.undo()
    assert digest_of(container) == before
    assert not (house.paths.cards / "measured.toml").exists()
    assert container.review.cards([RATIO]) == {}


def taken(container: Container, **measured: object) -> LabRecord:
    """A run whose cards were all taken."""
    record = graded(container, **measured)
    container.lab_cards.take(record, [each.card_id for each in container.lab_cards.proposals(record)])
    return record


def test_a_later_run_outside_the_interval_makes_the_card_stale(container: Container, clock: FakeClock) -> None:
    first = taken(container)
    clock.next_day()
    later = graded(container, ratio=2.65, share=0.54, size=4097.0)
    cards = kept(container, RATIO, WAIT, SHARE, BYTES)
    assert [card.stale for card in cards if card] == [later.id, None, None, later.id]
    assert container.lab_cards.stale_note(RATIO) == f"stale: measured 2.65 x on 2026-11-03, record {later.id}"
    assert container.lab_cards.stale_note(WAIT) == ""
    assert container.lab_cards.stale_note("one-01") == ""
    assert proposed(container, later) == [(RATIO, Reason.STALE), (BYTES, Reason.STALE)]
    assert proposed(container, first) == []


def test_taking_the_new_value_clears_stale_and_keeps_the_progress(container: Container, clock: FakeClock) -> None:
    taken(container)
    memory = container.review.answer(RATIO, Rating.EASY).value.scheduled.memory
    clock.next_day()
    later = graded(container, ratio=9.0)
    assert container.lab_cards.take(later, [RATIO]).value == (RATIO,)
    (card,) = kept(container, RATIO)
    assert card is not None
    assert (card.stale, card.record, card.low, card.high) == (None, later.id, 8.9, 9.1)
    assert container.lab_cards.stale_note(RATIO) == ""
    prompt = container.review.prompt(RATIO)
    assert (prompt.card.answer, prompt.memory) == ("9", memory)
    assert len(container.review.cards([RATIO, WAIT, SHARE, BYTES])) == 4
    assert wrong(container) == 0


@pytest.mark.parametrize(
    "other", [{"verdict": "failed"}, {"verdict": "noisy"}, {"device": "cuda:0"}, {"profile": "full"}]
)
def test_a_run_of_another_kind_makes_nothing_stale(
    container: Container, clock: FakeClock, other: dict[str, str]
) -> None:
    taken(container)
    clock.next_day()
    graded(container, ratio=9.0, **other)
    assert [card.stale for card in kept(container, RATIO, BYTES) if card] == [None, None]


def test_a_run_back_inside_makes_the_card_good_again(container: Container, clock: FakeClock) -> None:
    taken(container)
    for ratio, stale in ((9.0, True), (2.55, False)):
        clock.advance(minutes=1)
        graded(container, ratio=ratio)
        (card,) = kept(container, RATIO)
        assert card is not None
        assert (card.stale is not None) is stale


def test_the_other_profile_has_a_card_of_its_own(container: Container, clock: FakeClock) -> None:
    taken(container)
    clock.advance(minutes=1)
    full = graded(container, profile="full")
    assert proposed(container, full)[0] == (f"{RATIO}-full", Reason.FIGURE)


def test_a_card_that_was_deleted_by_hand_is_proposed_again(house: House, clock: FakeClock) -> None:
    container = house.open()
    taken(container)
    (house.paths.cards / "measured.toml").unlink()
    clock.advance(minutes=1)
    assert len(proposed(container, graded(container))) == 4


def test_a_card_that_was_moved_to_another_deck_is_renewed_there(house: House, clock: FakeClock) -> None:
    container = house.open()
    taken(container)
    (house.paths.cards / "measured.toml").rename(house.paths.cards / "mine.toml")
    clock.advance(minutes=1)
    later = graded(container, ratio=9.0)
    container.lab_cards.take(later, [RATIO])
    assert not (house.paths.cards / "measured.toml").exists()
    assert container.review.cards([RATIO])[RATIO].answer == "9"


def test_a_lab_without_figures_has_nothing_to_predict(container: Container) -> None:
    lab = container.library.labs["alloc-toy"]
    assert container.predictions.asked(lab) == ()
    with pytest.raises(NotFoundError) as caught:
        container.predictions.predict(lab, {"ratio": "3"})
    assert "none" in caught.value.hint
