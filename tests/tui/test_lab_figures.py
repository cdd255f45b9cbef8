"""Predictions before a run and cards after it, by the keyboard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from textual.pilot import Pilot
from textual.widgets import Input, Static

from studyctl.container import Container
from studyctl.domain.labs import LabRecord
from studyctl.paths import Paths
from studyctl.storage.undo import digest
from studyctl.tui.screens.lab_cards import LabCardsScreen
from studyctl.tui.screens.lab_run import LabScreen
from studyctl.tui.screens.predict import PredictScreen
from studyctl.tui.widgets.row_list import RowList
from studyctl.tui.widgets.run_view import RunView
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import MakeApp, Snap, press, settled, with_small_content
from tests.tui.fake_referee import RUNNING, SLUG, FakeReferee, begin
from tests.tui.test_labs import finish, start_run

SIZES = [(80, 24), (160, 50)]
RECORD = Path(__file__).resolve().parents[2] / "data" / "records" / f"{SLUG}-cpu.json"
CARD = f"m-{SLUG}-ratio-200-cpu"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The real figures with two small labs."""
    return with_small_content(tmp_path)


def verdict(**changes: Any) -> dict[str, Any]:
    """The committed verdict, short: no plot, no table, two checks."""
    document = json.loads(RECORD.read_text(encoding="utf-8"))
    return {**document, "plots": [], "tables": [], "checks": document["checks"][:2], **changes}


def predict(services: Container, **typed: str) -> None:
    """Predictions by another program."""
    services.predictions.predict(services.library.labs[SLUG], typed)


def stored(services: Container) -> LabRecord:
    """A run that another program graded."""
    begin(services)
    choice = services.resolve.lab(SLUG)
    return services.labs.store(choice, services.labs.request(choice.lab), verdict()).value


def predicted(services: Container) -> list[float | None]:
    """What waits for the next run."""
    return [each.predicted for each in services.predictions.asked(services.library.labs[SLUG])]


def digest_of(services: Container) -> str:
    """All projections."""
    connection: Connection
    with services.context.database.read() as connection:
        return digest(connection)


async def open_lab(pilot: Pilot[Any]) -> None:
    """The lab's page."""
    await settled(pilot)
    pilot.app.go("lab", SLUG)  # type: ignore[attr-defined]
    await settled(pilot)


def status(pilot: Pilot[Any]) -> str:
    """The status line."""
    return pilot.app.screen.query_one(StatusLine).text


@pytest.mark.parametrize("size", SIZES)
def test_the_form(make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int]) -> None:
    predict(services, ratio_200="4x")

    async def before(pilot: Pilot[Any]) -> None:
        await open_lab(pilot)
        await press(pilot, "P", "tab", *"5 ms", "enter")

    assert snap(make_app(), size, before=before)


@pytest.mark.parametrize("size", SIZES)
def test_the_proposals(make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int]) -> None:
    predict(services, ratio_10="9x", ratio_50="5")
    stored(services)

    async def before(pilot: Pilot[Any]) -> None:
        await open_lab(pilot)
        await press(pilot, "K", "space")

    assert snap(make_app(), size, before=before)


@pytest.mark.parametrize("size", SIZES)
def test_a_record_with_a_surprise(
    make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    predict(services, ratio_200="4x", ratio_50="5")
    stored(services)
    monkeypatch.setattr("studyctl.tui.widgets.lab_text.record_text", lambda record: f"record {record.id}")

    async def before(pilot: Pilot[Any]) -> None:
        await open_lab(pilot)
        await press(pilot, "o", "enter")

    assert snap(make_app(), size, before=before)


async def test_enter_saves_all_fields_and_undo_takes_them_back(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test() as pilot:
        await open_lab(pilot)
        before = digest_of(services)
        await press(pilot, "P", *"4x", "tab", "tab", *"2", "shift+tab", "tab", "tab", *"800 KiB", "enter")
        assert isinstance(pilot.app.screen, LabScreen)
        assert predicted(services) == [4.0, None, 2.0, 819200.0]
        assert "3 of 4 figures predicted" in status(pilot)
        assert "Predicted: 3 of 4 figures" in str(pilot.app.screen.query_one("#facts", Static).content)
        await press(pilot, "u")
        assert predicted(services) == [None] * 4
        assert digest_of(services) == before


async def test_a_field_that_is_emptied_predicts_nothing_and_a_mistake_saves_nothing(
    make_app: MakeApp, services: Container
) -> None:
    predict(services, ratio_200="4x", ratio_50="5")
    async with make_app().run_test() as pilot:
        await open_lab(pilot)
        await press(pilot, "P")
        screen = pilot.app.screen
        assert isinstance(screen, PredictScreen)
        fields = list(screen.query(Input).results(Input))
        assert [field.value for field in fields] == ["4 x", "5 x", "", ""]
        fields[0].value, fields[1].value = "", "fast"
        await press(pilot, "enter")
        assert "'fast' is no number" in status(pilot)
        assert fields[1].has_focus
        assert predicted(services) == [4.0, 5.0, None, None]
        fields[1].value = "5"
        await press(pilot, "enter")
        assert predicted(services) == [None, 5.0, None, None]


async def test_escape_leaves_the_form_and_saves_nothing(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test() as pilot:
        await open_lab(pilot)
        await press(pilot, "P", *"4x", "escape")
        assert isinstance(pilot.app.screen, LabScreen)
        assert predicted(services) == [None] * 4


async def test_a_run_needs_no_prediction_and_settles_those_there_are(make_app: MakeApp, services: Container) -> None:
    predict(services, ratio_200="4x")
    begin(services)
    referee = FakeReferee(RUNNING, [verdict()])
    async with make_app().run_test(size=(160, 50)) as pilot:
        await start_run(pilot, referee, len(RUNNING))
        await press(pilot, "P")
        assert isinstance(pilot.app.screen, LabScreen)  # while it runs, it is too late
        await finish(pilot, referee)
        text = pilot.app.screen.query_one(RunView).text
        assert "[!] speed-up of a cached token at prompt 200: predicted 4 x, measured 17.1 x [16.2, 17.57]" in text
        assert "    speed-up of a cached token at prompt 50: measured" in text
        assert predicted(services) == [None] * 4


async def test_cards_are_chosen_added_and_taken_back(make_app: MakeApp, services: Container, paths: Paths) -> None:
    predict(services, ratio_200="4x")
    stored(services)
    async with make_app().run_test() as pilot:
        await open_lab(pilot)
        before = digest_of(services)
        await press(pilot, "K")
        screen = pilot.app.screen
        assert isinstance(screen, LabCardsScreen)
        assert screen.query_one(RowList).rows[0].text.startswith("[ ] surprise")
        await press(pilot, "y")
        assert "You predicted 4 x, outside the interval." in pilot.app.clipboard
        await press(pilot, "enter")
        assert "Nothing is chosen" in status(pilot)
        assert not paths.cards.exists()
        await press(pilot, "space", "j", "space", "space", "enter")
        assert isinstance(pilot.app.screen, LabScreen)
        assert "1 card in the deck" in status(pilot)
        assert list(services.review.cards([CARD])) == [CARD]
        await press(pilot, "K")
        assert len(pilot.app.screen.query_one(RowList).rows) == 3
        await press(pilot, "escape", "u")
        assert digest_of(services) == before
        assert not (paths.cards / "measured.toml").exists()


async def test_a_lab_that_never_passed_offers_no_cards(make_app: MakeApp, services: Container) -> None:
    begin(services)
    async with make_app().run_test() as pilot:
        await open_lab(pilot)
        await press(pilot, "K")
        assert isinstance(pilot.app.screen, LabScreen)


async def test_the_cards_of_the_record_that_is_shown(make_app: MakeApp, services: Container, clock: Any) -> None:
    older = stored(services)
    clock.advance(minutes=1)
    stored(services)
    async with make_app().run_test() as pilot:
        await open_lab(pilot)
        await press(pilot, "o", "G", "enter", "K")
        assert isinstance(pilot.app.screen, LabCardsScreen)
        await press(pilot, "space", "enter")
        assert services.lab_cards.stale_note(CARD) == ""
        card = services.review.cards([CARD])[CARD]
        assert card.source == f"record {older.id}"
