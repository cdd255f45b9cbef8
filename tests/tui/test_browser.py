"""Cards: the query, the list, the selected card, and what the keys do to it."""

from __future__ import annotations

import shlex
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from studyctl.container import Container
from studyctl.domain.cards import Memory, Phase, Rating
from studyctl.domain.clock import study_day
from studyctl.paths import Paths
from studyctl.storage.repositories.card_search import CardSort
from studyctl.storage.repositories.memory import Subject, save_memory
from studyctl.tui.app import StudyApp
from studyctl.tui.screens.browser import ORDERS, PAGE, BrowserScreen
from studyctl.tui.screens.knowledge_map import MapScreen
from studyctl.tui.screens.review import ReviewScreen
from studyctl.tui.screens.today import TodayScreen
from studyctl.tui.widgets.card_view import CardView
from studyctl.tui.widgets.row_list import RowList
from studyctl.tui.widgets.status_line import StatusLine
from tests.helpers import card_toml, paths_below, small_bundle, write
from tests.tui.conftest import FrozenClock, MakeApp, Snap, press, settled

SIZES = [(80, 24), (160, 50)]
OWN = """
    schema = 1
    deck = "own"
    title = "Own"

    [[card]]
    id = "block-table-gap"
    kind = "cloze"
    text = "A {{block table}} maps logical blocks to {{physical}} ones."
    back = "Like the page table of an operating system."
    source = "Efficient Memory Management for LLM Serving with PagedAttention, 2023"
    topics = ["kv-cache"]

    [[card]]
    id = "loop-order"
    kind = "code"
    front = \"\"\"What does this print?
    ```python
    for i in range(2):
        print(i)
    ```\"\"\"
    back = "`0`, then `1`."
    source = "a book"
    topics = ["decode"]
"""


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The small bundle and an own deck."""
    found = paths_below(tmp_path / "home", small_bundle(tmp_path / "bundle"))
    write(found.cards / "own.toml", OWN)
    return found


@pytest.fixture
def arranged(services: Container, clock: FrozenClock) -> Container:
    """Cards that are overdue, known, suspended, leeches, flagged and in a learning step."""
    services.context.shelf.sync()
    today = study_day(clock.now())

    def known(stability: float, ago: int, due: int, **more: Any) -> Memory:
        dates = {"last_day": today - ago, "due_day": today + due, "reps": 4}
        return Memory(Phase.REVIEW, stability=stability, difficulty=5.4, **{**dates, **more})

    memories = {
        "one-01": known(9.0, 11, -2),
        "one-02": known(40.0, 10, 30),
        "one-03": known(2.0, 2, 0, lapses=8, leech=True, suspended=True),
        "block-table-gap.1": known(6.0, 6, 0),
        "block-table-gap.2": known(3.0, 1, 2, lapses=2),
    }
    with services.context.database.write("review", "arrange") as transaction:
        for card, memory in memories.items():
            save_memory(transaction, Subject.CARD, card, memory)
    services.cards.flag("block-table-gap.1", "give the year of the paper")
    services.review.answer("one-04", Rating.GOOD, duration_ms=8000)
    return services


def shown(pilot: Pilot[Any]) -> list[str]:
    """Ids in the list."""
    return [row.id for row in pilot.app.screen.query_one(RowList).rows]


def text(pilot: Pilot[Any], widget: str) -> str:
    """What a Static says."""
    return str(pilot.app.screen.query_one(f"#{widget}", Static).content)


def status(pilot: Pilot[Any]) -> str:
    """The status line."""
    return pilot.app.screen.query_one(StatusLine).text


async def ask(pilot: Pilot[Any], query: str) -> None:
    """Type a query and press enter."""
    await press(pilot, "f")
    pilot.app.screen.query_one("#filter", Input).value = query
    await press(pilot, "enter")


async def test_all_cards_are_listed_and_the_selected_one_is_shown(make_app: MakeApp, arranged: Container) -> None:
    async with make_app().run_test(size=(100, 40)) as pilot:
        await settled(pilot)
        await press(pilot, "B")
        assert isinstance(pilot.app.screen, BrowserScreen)
        assert text(pilot, "cards-head") == "22 cards: what is due first"
        assert shown(pilot)[:2] == ["one-01", "one-04"]
        assert shown(pilot)[-1] == "one-03", "what is suspended stands at the end"
        assert "What is one-01?" in text(pilot, "card")
        assert "2 d overdue; 4 answers, 0 lapses" in text(pilot, "card")
        await press(pilot, "j")
        assert "answer      Good   next today, 8 s" in text(pilot, "card")
        await press(pilot, "y")
        assert pilot.app.clipboard == "What is one-04?\n\nIt is one-04."
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, TodayScreen)


async def test_a_query_narrows_the_list_and_a_wrong_one_leaves_it(make_app: MakeApp, arranged: Container) -> None:
    async with make_app("browser").run_test(size=(100, 40)) as pilot:
        await settled(pilot)
        await ask(pilot, "tag:kv-cache prop:r<0.95")
        assert shown(pilot) == ["block-table-gap.1"]
        assert text(pilot, "cards-head").startswith("1 card: ")
        assert "! flagged: give the year of the paper" in text(pilot, "card")
        assert pilot.app.screen.focused is pilot.app.screen.query_one(RowList)
        await ask(pilot, "is:deu")
        assert "col 4" in status(pilot)
        assert "is:due" in status(pilot)
        assert pilot.app.screen.query_one("#filter", Input).cursor_position == 3
        assert shown(pilot) == ["block-table-gap.1"]
        await press(pilot, "escape")
        assert pilot.app.screen.query_one("#filter", Input).value == "tag:kv-cache prop:r<0.95", "the one in force"
        await ask(pilot, "zebra")
        assert (shown(pilot), text(pilot, "card")) == ([], "")
        assert text(pilot, "cards-head") == "No card matches."
        assert pilot.app.screen.focused is pilot.app.screen.query_one("#filter", Input), "to correct it"
        await ask(pilot, "tag:kv-cash")
        assert text(pilot, "cards-head") == "No card has the tag kv-cash. Did you mean tag:kv-cache?"
        assert status(pilot) == ""
        for key in ("escape", "minus", "exclamation_mark", "enter", "y"):
            await press(pilot, key)
        assert isinstance(pilot.app.screen, BrowserScreen)


async def test_orders_come_one_after_another(make_app: MakeApp, arranged: Container) -> None:
    assert set(ORDERS) == {sort.value for sort in CardSort}
    async with make_app("browser").run_test(size=(100, 40)) as pilot:
        await settled(pilot)
        first = {}
        for _ in ORDERS:
            await press(pilot, "O")
            first[text(pilot, "cards-head").partition(": ")[2]] = shown(pilot)[0]
        assert first == {
            "as in the decks": "one-01",
            "lowest recall first": "one-01",
            "most lapses first": "one-03",
            "hardest first": "one-01",
            "what is due first": "one-01",
        }


async def test_minus_suspends_and_resumes_and_undo_takes_it_back(make_app: MakeApp, arranged: Container) -> None:
    async with make_app("browser").run_test(size=(100, 40)) as pilot:
        await settled(pilot)
        await ask(pilot, "id:one-01 or id:one-03")
        assert shown(pilot) == ["one-01", "one-03"]
        await press(pilot, "minus")
        assert status(pilot) == "Suspended: one-01"
        assert "suspended" in text(pilot, "card")
        assert arranged.browser.card("one-01").line.suspended
        await press(pilot, "u")
        assert status(pilot) == "Taken back: suspend one-01"
        assert not arranged.browser.card("one-01").line.suspended
        pilot.app.screen.query_one(RowList).choose("one-03")
        await settled(pilot)
        await press(pilot, "minus")
        assert status(pilot) == "Resumed: one-03"
        assert not arranged.browser.card("one-03").line.suspended


async def test_a_flag_gets_a_note_and_comes_off_again(make_app: MakeApp, arranged: Container) -> None:
    async with make_app("browser").run_test(size=(100, 40)) as pilot:
        await settled(pilot)
        await ask(pilot, "id:one-02")
        await press(pilot, "exclamation_mark", *"old", "escape")
        assert arranged.browser.card("one-02").line.flag is None
        assert isinstance(pilot.app.screen, BrowserScreen)
        await press(pilot, "exclamation_mark", *"units", "enter")
        assert arranged.browser.card("one-02").line.flag == "units"
        assert "! flagged: units" in text(pilot, "card")
        assert pilot.app.screen.query_one(RowList).rows[0].text.startswith("! one-02")
        await press(pilot, "exclamation_mark")
        assert arranged.browser.card("one-02").line.flag is None


async def test_enter_opens_the_card_whole_and_esc_leads_back(make_app: MakeApp, arranged: Container) -> None:
    async with make_app("browser").run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await ask(pilot, "this print")
        assert "      print(i)" in text(pilot, "card"), "code keeps its lines"
        await press(pilot, "enter")
        screen = pilot.app.screen
        assert not screen.query_one("#cards-side").display
        assert screen.focused is screen.query_one("#card-scroll")
        await press(pilot, "escape")
        assert screen.query_one("#cards-side").display
        assert screen.focused is screen.query_one(RowList)


async def test_more_cards_come_at_the_end_of_the_list(make_app: MakeApp, paths: Paths, services: Container) -> None:
    cards = "".join(card_toml(f"many-{n:03}", "p90/1") for n in range(PAGE + 30))
    write(paths.cards / "many.toml", f'schema = 1\ndeck = "many"\ntitle = "Many"\n{cards}')
    async with make_app("browser").run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await ask(pilot, "id:many-*")
        assert f"{PAGE + 30} cards: what is due first, the first {PAGE} of them here" == text(pilot, "cards-head")
        await press(pilot, "G")
        assert len(shown(pilot)) == PAGE + 30
        assert pilot.app.screen.query_one(RowList).selected == f"many-{PAGE - 1:03}"


async def test_map_and_search_lead_to_cards(make_app: MakeApp, arranged: Container) -> None:
    async with make_app("map").run_test(size=(100, 40)) as pilot:
        await settled(pilot)
        assert isinstance(pilot.app.screen, MapScreen)
        pilot.app.screen.query_one(RowList).choose("kv-cache")
        await press(pilot, "B")
        assert shown(pilot) == ["block-table-gap.1", "block-table-gap.2"]
        await press(pilot, "escape", "slash")
        pilot.app.screen.query_one("#words", Input).value = "does this print"
        await pilot.pause(0.4)
        await settled(pilot)
        await press(pilot, "tab", "enter")
        assert shown(pilot) == ["loop-order"]


async def test_the_cards_of_the_query_are_asked(make_app: MakeApp, arranged: Container) -> None:
    async with make_app("browser").run_test(size=(100, 40)) as pilot:
        await settled(pilot)
        await ask(pilot, "id:one-02")
        await press(pilot, "R")
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert pilot.app.screen.query_one(CardView).shown.id == "one-02"  # type: ignore[union-attr]
        await press(pilot, "escape", "escape")
        await ask(pilot, "zebra")
        await press(pilot, "escape")
        await press(pilot, "R")
        assert status(pilot) == "There is no card to ask."


async def test_a_card_is_edited_and_shown_anew(
    make_app: MakeApp, arranged: Container, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = write(
        tmp_path / "editor.py",
        """
        import sys
        text = open(sys.argv[1]).read()
        open(sys.argv[1], "w").write(text.replace("Like the page table", "As the page table"))
        """,
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", shlex.join([sys.executable, str(script)]))
    monkeypatch.setattr(StudyApp, "suspend", lambda _app: nullcontext())
    async with make_app("browser").run_test(size=(100, 40)) as pilot:
        await settled(pilot)
        await ask(pilot, "id:block-table-gap.2")
        before = arranged.browser.card("block-table-gap.2").line
        await press(pilot, "e")
        assert "As the page table of an operating system." in text(pilot, "card")
        assert arranged.browser.card("block-table-gap.2").line == before, "its progress stays"
        await press(pilot, "u")
        assert "Like the page table of an operating system." in text(pilot, "card")


@pytest.mark.parametrize("size", SIZES)
def test_picture_of_the_list(make_app: MakeApp, snap: Snap, arranged: Container, size: tuple[int, int]) -> None:
    assert snap(make_app(), size, "B", "j", "j")


@pytest.mark.parametrize("size", SIZES)
def test_picture_of_a_card_whole(make_app: MakeApp, snap: Snap, arranged: Container, size: tuple[int, int]) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await press(pilot, "B")
        await ask(pilot, "kind:code")
        await press(pilot, "enter")

    assert snap(make_app(), size, before=show)


def test_picture_of_a_wrong_query_without_colours(
    make_app: MakeApp, snap: Snap, arranged: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def show(pilot: Pilot[Any]) -> None:
        await press(pilot, "B")
        await ask(pilot, "tg:kv-cache")

    assert snap(make_app(), (80, 24), before=show)
