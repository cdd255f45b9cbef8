"""Review: typed answers, filter, practice, flags, suspending, and editing in the user's editor."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from textual.pilot import Pilot
from textual.widgets import Input, Static

from studyctl.container import Container
from studyctl.domain.cards import Memory, Phase, Rating
from studyctl.errors import DataError
from studyctl.paths import Paths
from studyctl.storage.repositories.cards import find_cards
from studyctl.storage.repositories.memory import Subject, save_memory
from studyctl.storage.repositories.settings import load_settings, save_settings
from studyctl.storage.tables import LabCardRow, LabRecordRow, table_of
from studyctl.storage.undo import digest
from studyctl.tui.app import StudyApp
from studyctl.tui.screens.review import ReviewScreen
from studyctl.tui.widgets.card_view import CardView, RatingBar
from studyctl.tui.widgets.status_line import StatusLine
from tests.helpers import write
from tests.tui.conftest import FrozenClock, MakeApp, Snap, press, settled

SIZES = [(80, 24), (160, 50)]
DECK = """
    schema = 1
    deck = "mine"
    title = "Mine"

    [[card]]
    id = "own-type"
    kind = "type"
    front = "Which command lists the pods of all namespaces?"
    answer = "kubectl get pods -A"
    back = "`-A` is short for `--all-namespaces`."
    source = "kubectl reference"

    [[card]]
    id = "own-number"
    kind = "numeric"
    front = "32 layers, 8 heads of 128, keys and values in 2 bytes: how large is a token's cache?"
    answer = 131072
    unit = "B"
    source = "2 * 32 * 8 * 128 * 2"

    [[card]]
    id = "own-gap"
    kind = "cloze"
    text = "The {{ridge}} point is where the two {{roofs::plural}} meet."
    source = "roofline paper"

    [[card]]
    id = "own-code"
    kind = "code"
    front = '''What does it print?
    ```python
    print(1 + 1)
    ```'''
    back = "2"
    source = "me"

    [[card]]
    id = "own-plain"
    front = "What is plain?"
    back = "This."
    source = "me"
"""


@pytest.fixture
def deck(paths: Paths) -> Path:
    """An own deck with a card of each kind."""
    return write(paths.cards / "mine.toml", DECK)


@pytest.fixture
def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str], None]:
    """Make the editor one that puts a text in another's place; the screen steps aside at once."""
    script = write(
        tmp_path / "editor.py",
        """
        import sys
        old, new, path = sys.argv[1:]
        text = open(path).read()
        open(path, "w").write(text.replace(old, new))
        """,
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setattr(StudyApp, "suspend", lambda _app: nullcontext())

    def replacing(old: str, new: str) -> None:
        monkeypatch.setenv("EDITOR", shlex.join([sys.executable, str(script), old, new]))

    return replacing


def screen(pilot: Pilot[Any]) -> ReviewScreen:
    """The review screen."""
    assert isinstance(pilot.app.screen, ReviewScreen)
    return pilot.app.screen


def shown(pilot: Pilot[Any]) -> str:
    """Id of the card on screen."""
    card = screen(pilot).query_one(CardView).shown
    return card.id if card else ""


def text(pilot: Pilot[Any], selector: str) -> str:
    """What a line of the screen says."""
    return str(screen(pilot).query_one(selector, Static).content)


def said(pilot: Pilot[Any]) -> str:
    """The status line."""
    return screen(pilot).query_one(StatusLine).text


def heading(pilot: Pilot[Any]) -> str:
    """The title."""
    return str(screen(pilot).query_one("#title-name", Static).content)


def bar(pilot: Pilot[Any]) -> str:
    """The line of ratings."""
    return str(screen(pilot).query_one(RatingBar).content)


async def filtered(pilot: Pilot[Any], query: str) -> None:
    """Ask the cards of a filter."""
    await settled(pilot)
    await press(pilot, "f")
    screen(pilot).query_one("#filter", Input).value = query
    await press(pilot, "enter")


def state(services: Container) -> tuple[str, int, int]:
    """Digest, lines of the log, acts."""
    with services.context.database.read() as connection:
        lines = connection.exec_driver_sql("SELECT count(*) FROM review_log").scalar_one()
        acts = connection.exec_driver_sql("SELECT count(*) FROM journal").scalar_one()
        return digest(connection), lines, acts


def new_cards(services: Container, count: int) -> None:
    """Let so many new cards in each day."""
    with services.context.database.write("settings", "prepare") as transaction:
        known = load_settings(transaction.connection)
        save_settings(transaction, replace(known, new_cards_per_day=count))


def learn(services: Container, count: int = 5) -> list[str]:
    """Answer everything that is due today, so that nothing is, and some cards are learnt."""
    services.settings.first_start()
    new_cards(services, count)
    learnt = []
    while (prompt := services.review.next()) is not None:
        services.review.answer(prompt.card.id, Rating.EASY, 5_000)
        learnt.append(prompt.card.id)
    return learnt


# --- typed answers --------------------------------------------------------------------------------------------------


async def test_a_wrong_answer_is_compared_and_enter_then_says_again(
    make_app: MakeApp, services: Container, deck: Path
) -> None:
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-type")
        assert isinstance(screen(pilot).focused, Input)
        assert text(pilot, "#wanted") == "Type it exactly; case counts."
        await press(pilot, *"kubectl", "space", *"get", "space", *"pod", "enter")
        verdict = text(pilot, "#verdict")
        assert "[!] It differs.\nkubectl get pod[-s -A-]" in verdict
        assert "> 1 Again" in bar(pilot)
        await press(pilot, "enter")
        assert services.undo.last("review").summary == "rate own-type Again"  # type: ignore[union-attr]


async def test_a_right_number_in_another_unit_marks_good(make_app: MakeApp, services: Container, deck: Path) -> None:
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-number")
        assert text(pilot, "#wanted") == "Type a number in B; 2 % off is allowed."
        await press(pilot, *"128", "space", *"KiB", "enter")
        assert text(pilot, "#verdict") == "[=] Right."
        assert "> 3 Good" in bar(pilot)
        await press(pilot, "4")
        assert services.undo.last("review").summary == "rate own-number Easy"  # type: ignore[union-attr]


async def test_an_empty_line_only_reveals(make_app: MakeApp, deck: Path) -> None:
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-gap.1")
        await press(pilot, "enter")
        assert screen(pilot)._session.revealed
        assert text(pilot, "#verdict") == ""
        assert "> 3 Good" in bar(pilot)


@pytest.mark.parametrize("leave", ["escape", "tab"])
async def test_letters_go_into_the_line_until_it_is_left(make_app: MakeApp, deck: Path, leave: str) -> None:
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-type")
        await press(pilot, "q", "u", "1")
        assert screen(pilot).query_one("#answer", Input).value == "qu1"
        await press(pilot, leave, "tab", "x", leave, "space")
        assert screen(pilot)._session.revealed
        assert "{+qu1x+}[-kubectl get pods -A-]" in text(pilot, "#verdict")


@pytest.mark.parametrize("card", ["own-code", "own-plain"])
async def test_other_kinds_have_no_line(make_app: MakeApp, deck: Path, card: str) -> None:
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, f"id:{card}")
        assert not screen(pilot).query_one("#answer").display
        await press(pilot, "space", "3")
        assert shown(pilot) == ""


async def test_the_line_is_empty_again_for_the_next_card(make_app: MakeApp, deck: Path) -> None:
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-type or id:own-number")
        await press(pilot, "x", "enter", "1")
        assert screen(pilot).query_one("#answer", Input).value == ""
        assert text(pilot, "#verdict") == ""
        assert isinstance(screen(pilot).focused, Input)


# --- filter and practice --------------------------------------------------------------------------------------------


async def test_a_filter_stores_what_is_due_and_only_practises_the_rest(
    make_app: MakeApp, services: Container, deck: Path
) -> None:
    services.review.queue()
    services.review.answer("own-plain", Rating.EASY)
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-plain or id:own-code")
        assert heading(pilot).startswith("studyctl  Filter id:own-plain or id:own-code  mine  1/2")
        assert (shown(pilot), text(pilot, "#marks")) == ("own-code", "")
        await press(pilot, "space", "3")
        before = state(services)
        assert before[1] == 2
        assert (shown(pilot), text(pilot, "#marks")) == ("own-plain", "(practice: the answer is not stored)")
        await press(pilot, "space")
        assert bar(pilot).startswith("1 Again in a few cards   2 Hard   > 3 Good   4 Easy")
        await press(pilot, "3")
        assert state(services) == before
        over = text(pilot, "#nothing")
        assert "1 answer stored." in over
        assert "1 answer for practice, not stored." in over
        await press(pilot, "escape")
        assert heading(pilot).startswith("studyctl  Review  ")
        assert shown(pilot) == services.review.queue().ids[0]


async def test_a_wrong_filter_stays_in_the_line_and_the_card_on_screen(make_app: MakeApp, deck: Path) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        card = shown(pilot)
        for query, why in (("tga:x", "tga"), ("id:none-such", "No card matches id:none-such.")):
            await filtered(pilot, query)
            assert why in said(pilot)
            assert screen(pilot).query_one("#filter", Input).value == query
            assert shown(pilot) == card
            await press(pilot, "escape")
        assert not screen(pilot).query_one("#filter").display
        await press(pilot, "space")
        assert screen(pilot)._session.revealed


async def test_practice_is_offered_where_nothing_is_due_and_stores_nothing(
    make_app: MakeApp, services: Container, clock: FrozenClock
) -> None:
    learnt = learn(services)
    before = state(services)
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        assert "R practises learnt cards" in text(pilot, "#nothing")
        await press(pilot, "R")
        assert heading(pilot).startswith("studyctl  Practice  ")
        first, asked = shown(pilot), []
        await press(pilot, "space", "1")
        while shown(pilot):
            asked.append(shown(pilot))
            await press(pilot, "space", "3")
        assert asked.index(first) == 3
        assert sorted({*asked, first}) == sorted(learnt)
        assert "Practice: no card is left." in text(pilot, "#nothing")
        assert state(services) == before


async def test_practice_is_not_offered_while_cards_are_due(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "R")
        assert heading(pilot).startswith("studyctl  Review  ")


async def test_practice_before_anything_was_learnt_says_so(make_app: MakeApp, services: Container) -> None:
    new_cards(services, 0)
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "R")
        assert "There is no card to practise" in said(pilot)


async def test_undo_meets_flags_and_practice_in_the_order_in_which_they_came(
    make_app: MakeApp, services: Container, clock: FrozenClock
) -> None:
    learn(services)
    before = state(services)
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "R")
        first = shown(pilot)
        await press(pilot, "space", "3")
        second = shown(pilot)
        await press(pilot, "exclamation_mark", "o", "d", "d", "enter")
        await press(pilot, "u")
        assert (said(pilot), shown(pilot)) == (f"Taken back: flag {second}", second)
        await press(pilot, "u")
        assert shown(pilot) == first
        assert state(services)[0] == before[0], "the answers that were stored before stand"


async def test_undo_steps_back_in_practice_and_leaves_stored_answers_alone(
    make_app: MakeApp, services: Container, clock: FrozenClock
) -> None:
    learn(services)
    before = state(services)
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        await press(pilot, "R")
        first = shown(pilot)
        await press(pilot, "space", "1", "u")
        assert shown(pilot) == first
        assert [each.card.id for each in screen(pilot)._session.upcoming].count(first) == 0
        assert state(services) == before


async def test_undo_in_a_filter_asks_the_stored_card_again(make_app: MakeApp, services: Container, deck: Path) -> None:
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-plain or id:own-code")
        first = shown(pilot)
        await press(pilot, "space", "3", "u")
        assert shown(pilot) == first
        assert services.progress.view().reviews_total == 0
        await press(pilot, "space", "3")
        assert services.progress.view().reviews_total == 1


async def test_a_failed_write_in_a_filter_brings_the_card_back(
    make_app: MakeApp, services: Container, deck: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("review")
    async with app.run_test() as pilot:
        await filtered(pilot, "id:own-plain or id:own-code")
        first = shown(pilot)
        assert app.desk.container is not None

        def full(*_arguments: Any) -> Any:
            raise DataError("The disk is full.")

        with monkeypatch.context() as patch:
            patch.setattr(app.desk.container.review, "answer", full)
            await press(pilot, "space", "3")
        assert shown(pilot) == first
        assert text(pilot, "#marks") == ""
        await press(pilot, "3")
        assert services.progress.view().reviews_total == 1


async def test_the_command_line_opens_a_filter(
    paths: Paths, clock: FrozenClock, services: Container, deck: Path
) -> None:
    services.settings.first_start()
    async with StudyApp("review", paths, clock, ("filter", "id:own-plain")).run_test() as pilot:
        await settled(pilot)
        assert shown(pilot) == "own-plain"


# --- flags, suspending, leeches -------------------------------------------------------------------------------------


async def test_a_flag_takes_a_note_and_stays_on_the_card(make_app: MakeApp, services: Container, deck: Path) -> None:
    app = make_app("review")
    before = state(services)[0]
    async with app.run_test() as pilot:
        await filtered(pilot, "id:own-plain")
        await press(pilot, "space", "!", *"bad", "enter")
        assert (shown(pilot), text(pilot, "#marks")) == ("own-plain", "! flagged: bad")
        assert screen(pilot)._session.revealed
        await press(pilot, "u")
        assert (shown(pilot), text(pilot, "#marks")) == ("own-plain", "")
        assert screen(pilot)._session.revealed
        assert state(services)[0] == before
        await press(pilot, "!", "enter")
        assert text(pilot, "#marks") == "! flagged"
        await press(pilot, "!")
        assert text(pilot, "#marks") == ""


async def test_a_flag_that_is_not_confirmed_is_none(make_app: MakeApp, services: Container, deck: Path) -> None:
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-plain")
        await press(pilot, "space", "!", "x", "escape", "3")
        assert services.review.prompt("own-plain").flag is None
        assert services.progress.view().reviews_total == 1


async def test_suspending_goes_on_and_undo_shows_the_card_again(make_app: MakeApp, services: Container) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        first = shown(pilot)
        await press(pilot, "-")
        assert shown(pilot) not in ("", first)
        assert services.review.prompt(first).memory.suspended
        assert f"Suspended: {first}" in said(pilot)
        await press(pilot, "u")
        assert shown(pilot) == first
        assert not services.review.prompt(first).memory.suspended


async def test_a_card_that_becomes_a_leech_is_named(make_app: MakeApp, services: Container, deck: Path) -> None:
    services.review.queue()
    with services.context.database.write("review", "prepare") as transaction:
        today = services.context.moment(services.context.settings()).day
        memory = Memory(Phase.REVIEW, 5.0, 5.0, due_day=today, last_day=today - 5, reps=20, lapses=7)
        save_memory(transaction, Subject.CARD, "own-plain", memory)
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-plain or id:own-code")
        assert shown(pilot) == "own-plain"
        await press(pilot, "space", "1")
        assert "Lapse 8 of own-plain: suspended as a leech. u shows it again, e then mends it." in said(pilot)


async def test_a_figure_that_a_later_run_left_is_named(make_app: MakeApp, services: Container, deck: Path) -> None:
    record = {"id": "toy-2", "slug": "toy", "address": "p90/1", "verdict": "passed", "evidence": "measured"}
    record |= {"device": "cpu", "profile": "full", "path": "", "solution_hash": "ab", "document": "{}"}
    times = {"at": 993_600_000, "day": 1, "seconds": 1.0}
    row = {"slug": "toy", "figure": "ratio", "device": "cpu", "record": "a", "low": 1.0, "high": 2.0, "at": 1}
    with services.context.database.write("labs", "prepare") as transaction:
        transaction.connection.execute(insert(table_of(LabRecordRow)).values(**record, **times))
        transaction.put(LabCardRow, {"card_id": "own-plain", "stale": "toy-2", **row})
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-plain")
        assert text(pilot, "#marks") == "! stale: measured another value on 1970-01-12, record toy-2"


# --- editing --------------------------------------------------------------------------------------------------------


async def test_an_edit_is_stored_shown_and_taken_back(
    make_app: MakeApp, services: Container, deck: Path, editor: Callable[[str, str], None]
) -> None:
    before = deck.read_text()
    editor("What is plain?", "What is simple?")
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-plain")
        await press(pilot, "space", "e")
        assert screen(pilot).query_one(CardView).shown.front == "What is simple?"  # type: ignore[union-attr]
        assert screen(pilot)._session.revealed
        assert said(pilot) == "Stored: edit own-plain."
        assert deck.read_text() == before.replace("plain?", "simple?")
        await press(pilot, "u")
        assert screen(pilot).query_one(CardView).shown.front == "What is plain?"  # type: ignore[union-attr]
        assert deck.read_text() == before


async def test_a_card_of_the_bundle_is_edited_beside_it(
    make_app: MakeApp, paths: Paths, editor: Callable[[str, str], None]
) -> None:
    async with make_app("review").run_test() as pilot:
        await settled(pilot)
        card = screen(pilot).query_one(CardView).shown
        assert card is not None
        editor("front = ", "front = 'Changed.' # ")
        await press(pilot, "e")
        assert screen(pilot).query_one(CardView).shown.front == "Changed."  # type: ignore[union-attr]
        assert f'id = "{card.id}"' in (paths.cards / "edited.toml").read_text()
        await press(pilot, "u")
        assert screen(pilot).query_one(CardView).shown == card
        assert not (paths.cards / "edited.toml").exists()


async def test_a_wrong_text_is_told_with_its_line_and_opened_again(
    make_app: MakeApp, paths: Paths, deck: Path, editor: Callable[[str, str], None]
) -> None:
    before = deck.read_text()
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-plain")
        editor("source =", "sauce =")
        await press(pilot, "e")
        assert "own-plain.toml:5: unknown key 'sauce'" in said(pilot)
        assert (paths.drafts / "own-plain.toml").exists()
        assert deck.read_text() == before
        editor("sauce =", "topics = ['x']\nsource =")
        await press(pilot, "e")
        assert said(pilot) == "Stored: edit own-plain."


async def test_a_gap_that_is_closed_leaves_the_screen(
    make_app: MakeApp, deck: Path, editor: Callable[[str, str], None]
) -> None:
    editor("{{roofs::plural}}", "roofs")
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-gap.2 or id:own-plain")
        while shown(pilot) != "own-gap.2":
            await press(pilot, "space", "3")
        await press(pilot, "escape", "e")
        assert shown(pilot) != "own-gap.2"


async def test_a_terminal_that_cannot_step_aside_says_so(make_app: MakeApp, deck: Path) -> None:
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-plain")
        await press(pilot, "e")
        assert "cannot give the screen to an editor" in said(pilot)
        assert shown(pilot) == "own-plain"


async def test_without_an_editor_the_card_stays(
    make_app: MakeApp, deck: Path, editor: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    async with make_app("review").run_test() as pilot:
        await filtered(pilot, "id:own-plain")
        await press(pilot, "e")
        assert "There is no editor" in said(pilot)
        assert shown(pilot) == "own-plain"


async def test_an_edit_by_hand_is_seen_with_the_next_rating(make_app: MakeApp, services: Container, deck: Path) -> None:
    new_cards(services, 0)
    services.review.queue()
    for card in ("own-plain", "own-code"):
        services.review.answer(card, Rating.AGAIN)
    app = make_app("review")
    async with app.run_test() as pilot:
        await settled(pilot)
        assert {shown(pilot), screen(pilot)._session.upcoming[0].card.id} == {"own-plain", "own-code"}
        later = screen(pilot)._session.upcoming[0].card.id
        old = {"own-plain": "What is plain?", "own-code": "What does it print?"}[later]
        deck.write_text(deck.read_text().replace(old, "By hand?"))
        await press(pilot, "space", "4")
        assert shown(pilot) == later
        assert screen(pilot).query_one(CardView).shown.front.startswith("By hand?")  # type: ignore[union-attr]
        assert services.review.prompt(later).memory.reps == 1


async def test_a_deck_that_was_edited_by_hand_is_read_while_nothing_is_asked(
    make_app: MakeApp, services: Container, deck: Path
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await settled(pilot)
        deck.write_text(deck.read_text().replace("own-plain", "own-other"))
        app.watch_outside()
        await settled(pilot)
        with services.context.database.read() as connection:
            assert set(find_cards(connection, ["own-plain", "own-other"])) == {"own-other"}


# --- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_a_question_to_type(make_app: MakeApp, deck: Path, snap: Snap, size: tuple[int, int]) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await filtered(pilot, "id:own-gap.1")

    assert snap(make_app("review"), size, before=show)


@pytest.mark.parametrize("size", SIZES)
def test_a_wrong_answer_with_its_diff(make_app: MakeApp, deck: Path, snap: Snap, size: tuple[int, int]) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await filtered(pilot, "id:own-type")
        await press(pilot, *"kubectl", "space", *"list", "space", *"pods", "space", "minus", "a", "enter")

    assert snap(make_app("review"), size, before=show)


@pytest.mark.parametrize("size", SIZES)
def test_a_right_number(make_app: MakeApp, deck: Path, snap: Snap, size: tuple[int, int]) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await filtered(pilot, "id:own-number")
        await press(pilot, *"129", "space", *"KiB", "enter")

    assert snap(make_app("review"), size, before=show)


@pytest.mark.parametrize("size", SIZES)
def test_a_flagged_card_of_code(
    make_app: MakeApp, services: Container, deck: Path, snap: Snap, size: tuple[int, int]
) -> None:
    services.review.queue()
    services.cards.flag("own-code", "two questions in one")

    async def show(pilot: Pilot[Any]) -> None:
        await filtered(pilot, "id:own-code")
        await press(pilot, "space")

    assert snap(make_app("review"), size, before=show)


@pytest.mark.parametrize("size", SIZES)
def test_practice_where_nothing_is_due(
    make_app: MakeApp, services: Container, clock: FrozenClock, snap: Snap, size: tuple[int, int]
) -> None:
    learn(services)
    assert snap(make_app("review"), size, "R", "space")


@pytest.mark.parametrize("size", SIZES)
def test_a_filter_line_with_an_error(make_app: MakeApp, deck: Path, snap: Snap, size: tuple[int, int]) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await filtered(pilot, "tga:kv-cache is:due")

    assert snap(make_app("review"), size, before=show)


@pytest.mark.parametrize("size", SIZES)
def test_the_end_of_a_filter(
    make_app: MakeApp, services: Container, deck: Path, snap: Snap, size: tuple[int, int]
) -> None:
    services.review.queue()
    services.review.answer("own-plain", Rating.EASY)

    async def show(pilot: Pilot[Any]) -> None:
        await filtered(pilot, "id:own-plain or id:own-code")
        await press(pilot, "space", "1", "space", "3")

    assert snap(make_app("review"), size, before=show)
