"""Labs: the list, the page, a run from the first event to the record, and what can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from studyctl.container import Container
from studyctl.domain.address import Address
from studyctl.domain.labs import Verdict
from studyctl.domain.ticks import TickStatus
from studyctl.errors import CannotRunHereError, DataError
from studyctl.paths import Paths
from studyctl.tui.app import StudyApp
from studyctl.tui.controllers.keep import kept
from studyctl.tui.controllers.run_state import RunStatus
from studyctl.tui.screens.lab_run import REDRAW_SECONDS, LabScreen
from studyctl.tui.screens.labs import LabsScreen
from studyctl.tui.widgets import lab_text
from studyctl.tui.widgets.row_list import RowList
from studyctl.tui.widgets.run_view import RunView
from studyctl.tui.widgets.status_line import StatusLine
from tests.tui.conftest import FrozenClock, MakeApp, Snap, press, settled, with_small_content
from tests.tui.fake_referee import RUNNING, SLUG, FakeReferee, begin, install, verdict

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The real curriculum with two small labs, so that pictures do not change with the real ones."""
    return with_small_content(tmp_path)


def screen(pilot: Pilot[Any]) -> LabScreen:
    """The lab's screen."""
    assert isinstance(pilot.app.screen, LabScreen)
    return pilot.app.screen


def status(pilot: Pilot[Any]) -> str:
    """The status line."""
    return pilot.app.screen.query_one(StatusLine).text


def running(app: StudyApp) -> RunStatus:
    """Where the run stands."""
    run = kept(app).runs.latest
    assert run is not None
    return run.state.status


async def until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    """Wait for the run's thread."""
    for _ in range(2000):
        if condition():
            await settled(pilot)
            return
        await asyncio.sleep(0.005)
    raise AssertionError("the run did not get there")


async def start_run(pilot: Pilot[Any], referee: FakeReferee, said: int) -> None:
    """Open the lab, run it, and wait until the first events were taken."""
    await settled(pilot)
    app = pilot.app
    assert isinstance(app, StudyApp)
    install(app, referee)
    app.go("lab", SLUG)
    await settled(pilot)
    await press(pilot, "enter")
    await until(pilot, lambda: (run := kept(app).runs.latest) is not None and run.state.version >= said)
    screen(pilot).redraw()


async def finish(pilot: Pilot[Any], referee: FakeReferee) -> None:
    """Let the referee go on, and wait for the end."""
    app = pilot.app
    assert isinstance(app, StudyApp)
    referee.go.set()
    await until(pilot, lambda: running(app).ended)
    if isinstance(app.screen, LabScreen):
        app.screen.redraw()
    await settled(pilot)


def result(pilot: Pilot[Any]) -> str:
    """What the result says."""
    return screen(pilot).query_one(RunView).text


@pytest.mark.parametrize("size", SIZES)
def test_the_list(make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int]) -> None:
    begin(services)
    assert snap(make_app("labs"), size)


@pytest.mark.parametrize("size", SIZES)
def test_a_running_lab(make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int]) -> None:
    begin(services)
    referee = FakeReferee(RUNNING, [verdict()])

    async def before(pilot: Pilot[Any]) -> None:
        await start_run(pilot, referee, len(RUNNING))

    assert snap(make_app(), size, before=before)
    referee.cancel()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_a_verdict(
    make_app: MakeApp, services: Container, snap: Snap, outcome: str, size: tuple[int, int], monkeypatch: Any
) -> None:
    begin(services)
    referee = FakeReferee(RUNNING, [verdict(outcome)])

    async def before(pilot: Pilot[Any]) -> None:
        await start_run(pilot, referee, len(RUNNING))
        monkeypatch.setattr(lab_text, "record_text", lambda record: f"record {record.id}\n.../{record.id}.json")
        await finish(pilot, referee)

    assert snap(make_app(), size, before=before)


@pytest.mark.parametrize("size", SIZES)
def test_a_lab_that_cannot_run_here(make_app: MakeApp, services: Container, snap: Snap, size: tuple[int, int]) -> None:
    begin(services)
    error = CannotRunHereError("The module torch is not installed.", "pip install torch")
    referee = FakeReferee([], [], error)

    async def before(pilot: Pilot[Any]) -> None:
        await start_run(pilot, referee, 0)
        await finish(pilot, referee)

    assert snap(make_app(), size, before=before)


async def test_enter_on_the_list_opens_the_lab(make_app: MakeApp) -> None:
    async with make_app("labs").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "G", "k", "j", "enter")
        chosen = screen(pilot)._page.view.lab  # type: ignore[union-attr]
        assert chosen.title in str(screen(pilot).query_one("#title-name", Static).content)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, LabsScreen)


async def test_begin_copies_the_starter_and_never_overwrites(make_app: MakeApp, services: Container) -> None:
    path = services.labs.solution_path(services.library.labs[SLUG])
    async with make_app().run_test(size=(160, 40)) as pilot:
        await settled(pilot)
        pilot.app.go("lab", SLUG)  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "enter")
        assert "b copies the starter" in status(pilot)
        await press(pilot, "b")
        assert str(path) in status(pilot)
        path.write_text("mine", encoding="utf-8")
        await press(pilot, "b")
        assert "Left as it is" in status(pilot)
        assert path.read_text(encoding="utf-8") == "mine"


async def test_a_passed_run_is_stored_and_proves_its_items(make_app: MakeApp, services: Container) -> None:
    begin(services)
    referee = FakeReferee(RUNNING, [verdict()])
    app = make_app()
    async with app.run_test() as pilot:
        await start_run(pilot, referee, len(RUNNING))
        await finish(pilot, referee)
        (record,) = services.labs.records(SLUG)
        assert record.verdict is Verdict.PASSED
        assert record.id in result(pilot)
        assert record.path in result(pilot).replace("\n", "")
        assert "[ok] PASSED" in result(pilot)
        await press(pilot, "escape")
        rows = [view for section in services.plan.show(Address("p90", "1")).sections for view in section.items]
        (proved,) = [view.tick for view in rows if view.tick.status is TickStatus.PROVED]
        assert (proved.item_id, proved.evidence) == ("p90/1/deliverable/1", record.id)
        assert any(row.text.startswith("[=]") for row in app.screen.query_one(RowList).rows)


async def test_a_run_shows_phases_progress_and_both_logs(make_app: MakeApp, services: Container) -> None:
    begin(services)
    referee = FakeReferee(RUNNING, [verdict()])
    async with make_app().run_test(size=(120, 40)) as pilot:
        await start_run(pilot, referee, len(RUNNING))
        shown = {each.id: str(each.content) for each in screen(pilot).query(Static)}
        assert "[ok] load   [>] decode   [ ] 1 more" in shown["phases"]
        assert "16/40 rounds of decoding" in shown["bar"]
        assert shown["learner-log"] == "built a cache of 4 layers"
        assert shown["referee-log"] == "interleaving cached and uncached decoding"
        assert "o uncached   x cached" in shown["plot"]
        referee.cancel()
        await until(pilot, lambda: running(pilot.app).ended)  # type: ignore[arg-type]


async def test_cancel_ends_the_referee_and_stores_nothing(make_app: MakeApp, services: Container) -> None:
    begin(services)
    referee = FakeReferee(RUNNING, [verdict()])
    app = make_app()
    async with app.run_test() as pilot:
        await start_run(pilot, referee, len(RUNNING))
        await press(pilot, "c")
        await until(pilot, lambda: running(app).ended)
        screen(pilot).redraw()
        assert referee.cancelled.is_set()
        assert running(app) is RunStatus.CANCELLED
        assert "Cancelled" in result(pilot)
        assert services.labs.records() == ()


async def test_a_run_goes_on_while_its_screen_is_left(make_app: MakeApp, services: Container) -> None:
    begin(services)
    referee = FakeReferee(RUNNING, [verdict()])
    app = make_app()
    async with app.run_test() as pilot:
        await start_run(pilot, referee, len(RUNNING))
        await press(pilot, "escape", "l")
        assert any(row.text.startswith("[>]") for row in app.screen.query_one(RowList).rows)
        assert app.screen.query_one(RowList).selected == SLUG
        await press(pilot, "enter")
        assert screen(pilot).has_class("-run")
        await press(pilot, "escape", "escape")
        referee.go.set()
        await until(pilot, lambda: running(app).ended)
        assert len(services.labs.records(SLUG)) == 1


async def test_only_one_lab_runs_at_a_time(make_app: MakeApp, services: Container) -> None:
    other = next(slug for slug in services.library.labs if slug != SLUG)
    begin(services)
    begin(services, other)
    referee = FakeReferee(RUNNING, [verdict()])
    app = make_app()
    async with app.run_test() as pilot:
        await start_run(pilot, referee, len(RUNNING))
        app.go("lab", other)
        await settled(pilot)
        await press(pilot, "enter")
        assert kept(app).runs.of(other) is None
        assert "still running" in status(pilot)
        await press(pilot, "c")
        await until(pilot, lambda: running(app) is RunStatus.CANCELLED)


async def test_leaving_the_program_ends_the_run(make_app: MakeApp, services: Container) -> None:
    begin(services)
    referee = FakeReferee(RUNNING, [verdict()])
    async with make_app().run_test() as pilot:
        await start_run(pilot, referee, len(RUNNING))
    assert referee.cancelled.is_set()


async def test_what_cannot_run_here_is_explained_and_its_install_line_copied(
    make_app: MakeApp, services: Container
) -> None:
    begin(services)
    referee = FakeReferee([], [], CannotRunHereError("The module torch is not installed.", "pip install torch"))
    async with make_app().run_test() as pilot:
        await start_run(pilot, referee, 0)
        await finish(pilot, referee)
        assert "This lab cannot run here." in result(pilot)
        assert "pip install torch" in result(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard == "pip install torch"


async def test_a_record_that_cannot_be_stored_is_told_with_the_verdict(
    make_app: MakeApp, services: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(services)
    referee = FakeReferee(RUNNING, [verdict()])
    app = make_app()

    def full(*_arguments: Any) -> Any:
        raise DataError("The disk is full.", "Make room.")

    async with app.run_test() as pilot:
        await start_run(pilot, referee, len(RUNNING))
        assert app.desk.container is not None
        monkeypatch.setattr(app.desk.container.labs, "store", full)
        await finish(pilot, referee)
        assert "[ok] PASSED" in result(pilot)
        assert "The disk is full." in result(pilot)


async def test_records_can_be_opened_again(make_app: MakeApp, services: Container, clock: FrozenClock) -> None:
    begin(services)
    for outcome in ("failed", "passed"):
        request = services.labs.request(services.library.labs[SLUG])
        services.labs.store(services.resolve.lab(SLUG), request, verdict(outcome))
        clock.advance(minutes=5)
    async with make_app().run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        pilot.app.go("lab", SLUG)  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "o", "j", "enter")
        assert "[no] FAILED" in result(pilot)
        await press(pilot, "escape")
        assert screen(pilot).has_class("-records")
        await press(pilot, "k", "enter")
        assert "[ok] PASSED" in result(pilot)
        await press(pilot, "escape", "escape")
        assert screen(pilot).query_one("#page").display


async def test_h_takes_the_next_hint_and_says_what_it_cost(make_app: MakeApp, services: Container) -> None:
    async with make_app().run_test(size=(100, 30)) as pilot:
        app = pilot.app
        assert isinstance(app, StudyApp)
        await settled(pilot)
        app.go("lab", "kv-cache-table")
        await settled(pilot)
        await press(pilot, "h")
        await settled(pilot)
        assert "Cost so far 1; 1 left, the next costs 3" in status(pilot)
        await press(pilot, "h", "h")
        await settled(pilot)
        lab = services.library.labs["kv-cache-table"]
        assert services.hints.taken(lab).cost == 4
        assert "no further hint" in status(pilot)
        assert "1. Which tensors" in screen(pilot)._page.readme  # type: ignore[union-attr]


async def test_w_turns_between_page_and_run(make_app: MakeApp, services: Container) -> None:
    begin(services)
    referee = FakeReferee(RUNNING, [verdict()])
    async with make_app().run_test() as pilot:
        await start_run(pilot, referee, len(RUNNING))
        await press(pilot, "w")
        assert not screen(pilot).has_class("-run")
        await press(pilot, "w")
        assert screen(pilot).has_class("-run")
        referee.cancel()
        await until(pilot, lambda: running(pilot.app).ended)  # type: ignore[arg-type]


async def test_two_thousand_events_cause_one_redraw_a_tick(make_app: MakeApp, services: Container) -> None:
    begin(services)
    flood = [{"event": "progress", "done": n, "total": 2000, "label": "calls"} for n in range(2000)]
    referee = FakeReferee(flood, [verdict()])
    ticks = 0
    real = LabScreen.redraw

    def counted(self: LabScreen) -> None:
        nonlocal ticks
        ticks += 1
        real(self)

    app = make_app()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LabScreen, "redraw", counted)
        async with app.run_test() as pilot:
            await start_run(pilot, referee, len(flood))
            view = screen(pilot).query_one(RunView)
            assert 1 <= view.draws <= ticks < 200
            drawn = view.draws
            for _ in range(5):
                screen(pilot).redraw()
            assert view.draws == drawn
            referee.cancel()
            await until(pilot, lambda: running(app).ended)
    assert REDRAW_SECONDS >= 0.1


async def test_a_tiny_terminal_does_not_crash(make_app: MakeApp, services: Container) -> None:
    begin(services)
    referee = FakeReferee(RUNNING, [verdict()])
    async with make_app().run_test(size=(40, 10)) as pilot:
        await start_run(pilot, referee, len(RUNNING))
        await pilot.resize_terminal(30, 8)
        await finish(pilot, referee)
        assert "PASSED" in result(pilot)


async def test_an_unknown_lab_is_explained(make_app: MakeApp) -> None:
    async with make_app().run_test() as pilot:
        await settled(pilot)
        pilot.app.go("lab", "nothing")  # type: ignore[attr-defined]
        await settled(pilot)
        assert "no lab 'nothing'" in status(pilot)
        await press(pilot, "enter", "b", "o", "w", "c", "escape")


async def test_copy_on_the_list_gives_the_command(make_app: MakeApp) -> None:
    async with make_app("labs").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard.startswith("studyctl lab run ")
